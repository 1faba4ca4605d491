/** Keyrings: root key wraps key-encryption key wraps one key per field, the key of log hashes and the log's signing key. */
import sodium from 'sodium-native'
import { ProxyError } from '../errors.js'
import { deriveKey, mintKey, systemRandom, type RandomFill } from './derive.js'
import { FIELD_ID_MAX, type Keyring, type KeyringField } from './keyring-file.js'
import { PASSPHRASE_COST, rootKeyOf, rootSourceFor, type PassphraseCost, type RootSecret } from './root-secret.js'
import { fieldPrefix, KEY_ID_BYTES } from './token.js'
import { unwrapKey, wrapKey, type WrapPurpose } from './wrap.js'

export { formatKeyring, parseKeyring, type Keyring, type KeyringField } from './keyring-file.js'

const KEYRING_ID_BYTES = 16
const AUDIT_KEY_ID_BYTES = 8

const kekPurpose = (keyringId: string): WrapPurpose => [keyringId, 'kek']
const logPurpose = (keyringId: string): WrapPurpose => [keyringId, 'log']
const auditPurpose = (keyringId: string, keyId: string): WrapPurpose => [keyringId, 'audit', keyId]
const fieldPurpose = (keyringId: string, entry: Pick<KeyringField, 'field' | 'id' | 'key_id'>): WrapPurpose => [keyringId, 'field', entry.field, entry.id, entry.key_id]

const randomHex = (bytes: number, random: RandomFill): string => {
  const buffer = Buffer.alloc(bytes)
  random(buffer)
  return buffer.toString('hex')
}

interface Secrets {
  readonly kek: Buffer
  readonly logKey: Buffer
  readonly auditSeed: Buffer
  readonly fieldKeys: ReadonlyMap<string, Buffer>
}

/** A keyring with its keys in the clear. They are private members, so that neither a log nor JSON shows them. */
export class UnlockedKeyring {
  readonly keyring: Keyring
  readonly #secrets: Secrets

  constructor(keyring: Keyring, secrets: Secrets) {
    this.keyring = keyring
    this.#secrets = secrets
  }

  /** The key of a field, from which all its keys are derived. Throws `key_missing`. */
  fieldKey(field: string): Buffer {
    const key = this.#secrets.fieldKeys.get(field)
    if (key === undefined) throw new ProxyError('key_missing', { field })
    return key
  }

  /** The key of hashes in the access log. */
  logKey(): Buffer {
    return this.#secrets.logKey
  }

  /** Seed of the Ed25519 key that signs heads of the access log. */
  auditSeed(): Buffer {
    return this.#secrets.auditSeed
  }

  /** Wraps a new key of a field. */
  wrapFieldKey(key: Buffer, entry: Pick<KeyringField, 'field' | 'id' | 'key_id'>, random: RandomFill): string {
    return wrapKey(key, deriveKey(this.#secrets.kek, 'wrap-keys'), fieldPurpose(this.keyring.id, entry), random)
  }
}

export interface CreateOptions {
  readonly rootSecret: RootSecret
  readonly now: Date
  readonly random?: RandomFill
  readonly passphraseCost?: PassphraseCost
}

/** A new keyring without fields. */
export const createKeyring = ({ rootSecret, now, random = systemRandom, passphraseCost = PASSPHRASE_COST }: CreateOptions): Keyring => {
  const id = randomHex(KEYRING_ID_BYTES, random)
  const root = rootSourceFor(rootSecret, random, passphraseCost)
  const kek = mintKey(random)
  const wrapping = deriveKey(kek, 'wrap-keys')
  const seed = mintKey(random)
  const auditKeyId = randomHex(AUDIT_KEY_ID_BYTES, random)
  return {
    version: 1,
    id,
    created: now.toISOString(),
    root,
    kek: wrapKey(kek, deriveKey(rootKeyOf(rootSecret, root, 'new keyring'), 'wrap-kek'), kekPurpose(id), random),
    log_key: wrapKey(mintKey(random), wrapping, logPurpose(id), random),
    audit: { key_id: auditKeyId, public_key: publicKeyOf(seed).toString('base64url'), seed: wrapKey(seed, wrapping, auditPurpose(id, auditKeyId), random) },
    next_field_id: 1,
    fields: [],
  }
}

/** Public Ed25519 key of a seed. */
const publicKeyOf = (seed: Buffer): Buffer => {
  const publicKey = Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES)
  sodium.crypto_sign_seed_keypair(publicKey, Buffer.alloc(sodium.crypto_sign_SECRETKEYBYTES), seed)
  return publicKey
}

const unwrapped = (wrapped: string, under: Buffer, purpose: WrapPurpose, source: string, what: string): Buffer => {
  const key = unwrapKey(wrapped, under, purpose)
  if (key === undefined) throw new ProxyError('keyring_invalid', { source, reason: `${what} was changed or belongs to another keyring` })
  return key
}

/**
 * Unwraps every key of a keyring. Throws `keyring_invalid`: for a wrong root key or passphrase, and for any entry that was
 * changed or moved. `source` names the file.
 */
export const unlockKeyring = (keyring: Keyring, rootSecret: RootSecret, source = 'keyring'): UnlockedKeyring => {
  const rootKey = rootKeyOf(rootSecret, keyring.root, source)
  const kek = unwrapKey(keyring.kek, deriveKey(rootKey, 'wrap-kek'), kekPurpose(keyring.id))
  if (kek === undefined) throw new ProxyError('keyring_invalid', { source, reason: rootSecret.kind === 'key' ? 'wrong root key' : 'wrong passphrase' })
  const wrapping = deriveKey(kek, 'wrap-keys')
  const auditSeed = unwrapped(keyring.audit.seed, wrapping, auditPurpose(keyring.id, keyring.audit.key_id), source, 'the signing key')
  if (publicKeyOf(auditSeed).toString('base64url') !== keyring.audit.public_key) throw new ProxyError('keyring_invalid', { source, reason: 'audit.public_key is not that of the signing key' })
  return new UnlockedKeyring(keyring, {
    kek,
    auditSeed,
    logKey: unwrapped(keyring.log_key, wrapping, logPurpose(keyring.id), source, 'the log key'),
    fieldKeys: new Map(keyring.fields.map(entry => [entry.field, unwrapped(entry.key, wrapping, fieldPurpose(keyring.id, entry), source, `the key of ${entry.field}`)])),
  })
}

// `_` is a wildcard of LIKE, which the guard in the database uses: ids whose prefix holds one are passed over, so that a
// guard written without an escape is right as well.
const nextUsableId = (from: number): number => {
  let id = from
  while (fieldPrefix(id).includes('_')) id++
  if (id >= FIELD_ID_MAX) throw new ProxyError('internal', { reason: 'field ids are used up' })
  return id
}

export interface SyncOptions {
  readonly now: Date
  readonly random?: RandomFill
}

/**
 * The keyring with a key for each of these field names. Fields that have one keep it, and those no longer named stay: their
 * values may still be in the database. `minted` are the new names, in order.
 */
export const syncKeyring = (existing: UnlockedKeyring, fieldNames: Iterable<string>, { now, random = systemRandom }: SyncOptions): { readonly keyring: Keyring; readonly minted: readonly string[] } => {
  const known = new Set(existing.keyring.fields.map(entry => entry.field))
  const minted = [...new Set(fieldNames)].filter(name => !known.has(name))
  const fields = [...existing.keyring.fields]
  let next = existing.keyring.next_field_id
  for (const field of minted) {
    const names = { field, id: nextUsableId(next), key_id: randomHex(KEY_ID_BYTES, random) }
    fields.push({ ...names, key: existing.wrapFieldKey(mintKey(random), names, random), created: now.toISOString() })
    next = names.id + 1
  }
  return { keyring: { ...existing.keyring, next_field_id: next, fields }, minted }
}
