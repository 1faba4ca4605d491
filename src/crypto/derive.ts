/** Keys from keys: BLAKE2b keyed with the parent over a context string, one context per use. */
import sodium from 'sodium-native'

/** Every secret key here has 32 bytes. */
export const KEY_BYTES = 32

/** Fills a buffer with random bytes. Replaced only by tests, which need vectors. */
export type RandomFill = (into: Buffer) => void

/** Random bytes of the operating system. */
export const systemRandom: RandomFill = into => sodium.randombytes_buf(into)

const POOL_BYTES = 6144

/**
 * The same bytes, drawn from the operating system some thousand at a time: one call per nonce costs as much as sealing.
 * No byte is handed out twice, and none stays in the pool.
 */
export const pooledRandom = (random: RandomFill): RandomFill => {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  return into => {
    if (used + into.length > POOL_BYTES) {
      random(pool)
      used = 0
    }
    pool.copy(into, 0, used, used + into.length)
    pool.fill(0, used, used + into.length)
    used += into.length
  }
}

/** Contexts are fixed for ever: another text is another key, and what the old one sealed no longer opens. */
export type KeyContext = 'data' | 'nonce' | 'wrap-kek' | 'wrap-keys' | `pseudonym:${string}`

/** The key for one use. A context which ends in text of others (`pseudonym:`) has that text last, so no two collide. */
export const deriveKey = (parent: Buffer, context: KeyContext): Buffer => {
  const key = Buffer.alloc(KEY_BYTES)
  sodium.crypto_generichash(key, Buffer.from(`pgveil/v1/${context}`, 'utf8'), parent)
  return key
}

/** A fresh random key. */
export const mintKey = (random: RandomFill): Buffer => {
  const key = Buffer.alloc(KEY_BYTES)
  random(key)
  return key
}
