/** A key under another key: XChaCha20-Poly1305 with a random nonce, as base64url of nonce, ciphertext, tag. */
import sodium from 'sodium-native'
import { KEY_BYTES, type RandomFill } from './derive.js'

const NONCE_BYTES = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
const TAG_BYTES = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES

/** Characters of a wrapped key. */
export const WRAPPED_CHARACTERS: number = ((NONCE_BYTES + KEY_BYTES + TAG_BYTES) * 4) / 3

/** What a wrapped key is for. It is authenticated, so a wrapped key put in another place does not unwrap. */
export type WrapPurpose = readonly (string | number)[]

// JSON keeps the parts apart: no two purposes have the same text.
const associatedData = (purpose: WrapPurpose): Buffer => Buffer.from(JSON.stringify(['pgveil/v1/wrap', ...purpose]), 'utf8')

/** Wraps a key of 32 bytes. */
export const wrapKey = (key: Buffer, under: Buffer, purpose: WrapPurpose, random: RandomFill): string => {
  const nonce = Buffer.alloc(NONCE_BYTES)
  random(nonce)
  const sealed = Buffer.alloc(KEY_BYTES + TAG_BYTES)
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, key, associatedData(purpose), null, nonce, under)
  return Buffer.concat([nonce, sealed]).toString('base64url')
}

/** The wrapped key, or undefined when key or purpose is another or the text was changed. */
export const unwrapKey = (wrapped: string, under: Buffer, purpose: WrapPurpose): Buffer | undefined => {
  const bytes = Buffer.from(wrapped, 'base64url')
  if (bytes.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) return undefined
  const key = Buffer.alloc(KEY_BYTES)
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(key, null, bytes.subarray(NONCE_BYTES), associatedData(purpose), bytes.subarray(0, NONCE_BYTES), under)
  } catch {
    return undefined
  }
  return key
}
