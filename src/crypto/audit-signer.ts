/** Ed25519 signatures over heads of the access log. */
import sodium from 'sodium-native'
import type { UnlockedKeyring } from './keyring.js'

export interface AuditSigner {
  /** Eight bytes in hex, from the keyring. */
  readonly keyId: string
  /** 32 bytes. */
  readonly publicKey: Buffer
  /** 64 bytes over exactly these bytes. */
  sign(bytes: Uint8Array): Buffer
}

// libsodium's binding is typed for Buffer; a Buffer over the same memory costs no copy.
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The signer of a keyring. */
export const auditSigner = (unlocked: UnlockedKeyring): AuditSigner => {
  const publicKey = Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES)
  const secretKey = Buffer.alloc(sodium.crypto_sign_SECRETKEYBYTES)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, unlocked.auditSeed())
  return {
    keyId: unlocked.keyring.audit.key_id,
    publicKey,
    sign: bytes => {
      const signature = Buffer.alloc(sodium.crypto_sign_BYTES)
      sodium.crypto_sign_detached(signature, asBuffer(bytes), secretKey)
      return signature
    },
  }
}

/** Whether the signature is one of this key over these bytes. False also for keys and signatures of a wrong length. */
export const verifySignature = (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean => {
  if (publicKey.length !== sodium.crypto_sign_PUBLICKEYBYTES || signature.length !== sodium.crypto_sign_BYTES) return false
  return sodium.crypto_sign_verify_detached(asBuffer(signature), asBuffer(bytes), asBuffer(publicKey))
}
