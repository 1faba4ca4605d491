/** Keys from keys: BLAKE2b keyed with the parent over a context string, one context per use. */
import sodium from 'sodium-native'

/** Every secret key here has 32 bytes. */
export const KEY_BYTES = 32

/** Fills a buffer with random bytes. Replaced only by tests, which need vectors. */
export type RandomFill = (into: Buffer) => void

/** Random bytes of the operating system. */
export const systemRandom: RandomFill = into => sodium.randombytes_buf(into)

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
