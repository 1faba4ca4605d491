/** The secret outside the keyring that unlocks it: a key of 32 bytes, or a passphrase. */
import sodium from 'sodium-native'
import { ProxyError } from '../errors.js'
import { KEY_BYTES, type RandomFill } from './derive.js'

export type RootSecret = { readonly kind: 'key'; readonly bytes: Buffer } | { readonly kind: 'passphrase'; readonly text: Buffer }

/** Work of one Argon2id guess, as libsodium counts it. `memory` is bytes. */
export interface PassphraseCost {
  readonly operations: number
  readonly memory: number
}

/** libsodium's MODERATE: 256 MiB and about a second, once per start. */
export const PASSPHRASE_COST: PassphraseCost = {
  operations: sodium.crypto_pwhash_OPSLIMIT_MODERATE,
  memory: sodium.crypto_pwhash_MEMLIMIT_MODERATE,
}

/** How a keyring's root key comes about. Salt is base64url. */
export type RootSource =
  | { readonly kind: 'key' }
  | { readonly kind: 'argon2id'; readonly salt: string; readonly operations: number; readonly memory: number }

/** Exactly what `openssl rand -base64 32` prints; the 43rd character carries two bits that must be zero. */
const ROOT_KEY_TEXT = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/

/** Reads PGVEIL_ROOT_KEY: 32 bytes in base64. Throws `config_invalid`, which does not repeat the text. */
export const parseRootKey = (text: string): RootSecret => {
  const trimmed = text.trim()
  if (!ROOT_KEY_TEXT.test(trimmed)) throw new ProxyError('config_invalid', { reason: 'PGVEIL_ROOT_KEY is not 32 bytes in base64; make one with: openssl rand -base64 32' })
  return { kind: 'key', bytes: Buffer.from(trimmed, 'base64') }
}

/** A fresh source for a new keyring. */
export const rootSourceFor = (secret: RootSecret, random: RandomFill, cost: PassphraseCost): RootSource => {
  if (secret.kind === 'key') return { kind: 'key' }
  const salt = Buffer.alloc(sodium.crypto_pwhash_SALTBYTES)
  random(salt)
  return { kind: 'argon2id', salt: salt.toString('base64url'), ...cost }
}

/** The root key. Throws `keyring_invalid` when the secret is not of the keyring's kind. */
export const rootKeyOf = (secret: RootSecret, root: RootSource, source: string): Buffer => {
  if (secret.kind === 'key' && root.kind === 'key') return secret.bytes
  if (secret.kind === 'passphrase' && root.kind === 'argon2id') {
    const key = Buffer.alloc(KEY_BYTES)
    const salt = Buffer.from(root.salt, 'base64url')
    sodium.crypto_pwhash(key, secret.text, salt, root.operations, root.memory, sodium.crypto_pwhash_ALG_ARGON2ID13)
    return key
  }
  const wanted = root.kind === 'key' ? 'a root key (PGVEIL_ROOT_KEY)' : 'a passphrase (--passphrase-file)'
  throw new ProxyError('keyring_invalid', { source, reason: `this keyring is unlocked by ${wanted}` })
}
