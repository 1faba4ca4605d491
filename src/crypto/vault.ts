/** Seals and opens values. One vault serves a process: it is synchronous and works in memory that it reuses. */
import sodium from 'sodium-native'
import { ProxyError } from '../errors.js'
import { base64urlLength, decodedLength, decodeInto, encodeInto } from './base64url.js'
import { deriveKey, pooledRandom, systemRandom, type RandomFill } from './derive.js'
import type { UnlockedKeyring } from './keyring.js'
import { paddedFixedLength, paddedTextLength, padInto, unpaddedLength } from './padding.js'
import { fieldIdAt, fieldPrefix, NONCE_BYTES, preamble, PREAMBLE_BYTES, sumOf, TAG_BYTES, tokenEnd, TRAILER_BYTES } from './token.js'
import { PREAMBLE_AT, TEXT_AT, Workspaces, type Workspace } from './workspace.js'

/** What a field's values get: `random` hides equality, `equality` seals equal values to equal tokens. */
export type SealMode = 'random' | 'equality'

export interface SealedField {
  readonly name: string
  readonly protect: SealMode
  /** Values of a fixed-width type (`date`) are all padded to one length. */
  readonly isFixedWidth?: boolean
}

/** What came of opening. `plaintext` is a copy that belongs to the caller. */
export type Opened =
  | { readonly outcome: 'opened'; readonly fieldName: string; readonly plaintext: Buffer }
  | { readonly outcome: 'failed'; readonly fieldName: string }
  | { readonly outcome: 'not_a_token' }

interface FieldKeys {
  readonly name: string
  readonly id: number
  readonly dataKey: Buffer
  readonly nonceKey: Buffer
  readonly preamble: Buffer
  readonly mode: SealMode | undefined
  /** One object for all failures of a field. */
  readonly failed: Opened
}

const NOT_A_TOKEN: Opened = { outcome: 'not_a_token' }
const DOT = 0x2e
/** Base64 of 24 nonce bytes ends at a character boundary, so nonce and text decode to separate places. */
const NONCE_CHARACTERS = 32
/** Copying shorter values byte by byte is faster than the call that would copy them. */
const LOOP_COPY_BYTES_MAX = 64

const copyOf = (memory: Buffer, at: number, length: number): Buffer => {
  const copy = Buffer.allocUnsafe(length)
  if (length > LOOP_COPY_BYTES_MAX) memory.copy(copy, 0, at, at + length)
  else for (let index = 0; index < length; index++) copy[index] = memory[at + index] ?? 0
  return copy
}

const startsWith = (bytes: Uint8Array, start: number, expected: Buffer): boolean => {
  for (let index = 0; index < expected.length; index++) if (bytes[start + index] !== expected[index]) return false
  return true
}

export class Vault {
  readonly #keyring: UnlockedKeyring
  readonly #random: RandomFill
  readonly #byName: ReadonlyMap<string, FieldKeys>
  readonly #byId: ReadonlyMap<number, FieldKeys>
  readonly #workspaces: Workspaces = new Workspaces()
  readonly #nonce: Buffer = Buffer.alloc(NONCE_BYTES)
  readonly #expectedNonce: Buffer = Buffer.alloc(NONCE_BYTES)

  /**
   * `fields` (a policy's) says which fields are `equality`, whose nonces are checked when opened. A field that is only in
   * the keyring opens without that check; the caller shows no value of a field that its policy lacks.
   */
  constructor(keyring: UnlockedKeyring, fields: ReadonlyMap<string, Pick<SealedField, 'protect'>>, random: RandomFill = pooledRandom(systemRandom)) {
    this.#keyring = keyring
    this.#random = random
    const all = keyring.keyring.fields.map((entry): FieldKeys => {
      const key = keyring.fieldKey(entry.field)
      return {
        name: entry.field,
        id: entry.id,
        dataKey: deriveKey(key, 'data'),
        nonceKey: deriveKey(key, 'nonce'),
        preamble: preamble(entry.id, Buffer.from(entry.key_id, 'hex')),
        mode: fields.get(entry.field)?.protect,
        failed: { outcome: 'failed', fieldName: entry.field },
      }
    })
    this.#byName = new Map(all.map(keys => [keys.name, keys]))
    this.#byId = new Map(all.map(keys => [keys.id, keys]))
  }

  /** Whether the keyring has a key for the field of this name. */
  hasField(name: string): boolean {
    return this.#byName.has(name)
  }

  /** Whether tokens with this field id in their header are ours. */
  hasFieldId(id: number): boolean {
    return this.#byId.has(id)
  }

  /** The first header characters of the field's tokens, for the guard. Throws `key_missing`. */
  prefixOf(name: string): string {
    return fieldPrefix(this.#keysOf(name).id)
  }

  /** The field that `bytes[start, end)` is a sealed value of, if it is one whole token of a known field; says nothing of its authenticity. */
  fieldOfToken(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (tokenEnd(bytes, start, end) !== end) return undefined
    return this.#byId.get(fieldIdAt(bytes, start))?.name
  }

  /**
   * Seals one value: PostgreSQL's text form of it. Throws `key_missing`, and `internal` for a fixed-width value that is too
   * long for its type.
   */
  seal(field: SealedField, plaintext: Uint8Array): Buffer {
    const keys = this.#keysOf(field.name)
    const padded = field.isFixedWidth === true ? paddedFixedLength(plaintext.length) : paddedTextLength(plaintext.length)
    const work = this.#workspaces.for(padded)
    work.memory.set(keys.preamble, PREAMBLE_AT)
    padInto(plaintext, work.memory, TEXT_AT, padded)
    if (field.protect === 'equality') sodium.crypto_generichash(this.#nonce, work.nonceInput, keys.nonceKey)
    else this.#random(this.#nonce)
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt_detached(work.text, work.tag, work.text, keys.preamble, null, this.#nonce, keys.dataKey)
    return this.#token(keys, work, padded)
  }

  /**
   * Opens `bytes[start, end)` if it is one whole token of a known field. Whatever is wrong with such a token (key, tag,
   * nonce, padding) has the one outcome `failed`: an answer that told them apart would help a forger.
   */
  open(bytes: Uint8Array, start: number, end: number): Opened {
    if (tokenEnd(bytes, start, end) !== end) return NOT_A_TOKEN
    const keys = this.#byId.get(fieldIdAt(bytes, start))
    if (keys === undefined) return NOT_A_TOKEN
    if (!startsWith(bytes, start, keys.preamble)) return keys.failed
    const boxStart = start + PREAMBLE_BYTES
    const boxEnd = end - TRAILER_BYTES
    const padded = decodedLength(boxEnd - boxStart) - NONCE_BYTES - TAG_BYTES
    const work = this.#workspaces.for(padded)
    decodeInto(bytes, boxStart, boxStart + NONCE_CHARACTERS, this.#nonce, 0)
    decodeInto(bytes, boxStart + NONCE_CHARACTERS, boxEnd, work.memory, TEXT_AT)
    if (!this.#decrypt(keys, work)) return keys.failed
    const length = unpaddedLength(work.memory, TEXT_AT, padded)
    if (length < 0) return keys.failed
    return { outcome: 'opened', fieldName: keys.name, plaintext: copyOf(work.memory, TEXT_AT, length) }
  }

  /** The key of the mask `pseudonym` for one field and role. Throws `key_missing`. */
  pseudonymKey(fieldName: string, role: string): Buffer {
    this.#keysOf(fieldName)
    return deriveKey(this.#keyring.fieldKey(fieldName), `pseudonym:${role}`)
  }

  /** The key of the hashes that stand in the access log for subjects and for statements that do not parse. */
  logKey(): Buffer {
    return this.#keyring.logKey()
  }

  #keysOf(name: string): FieldKeys {
    const keys = this.#byName.get(name)
    if (keys === undefined) throw new ProxyError('key_missing', { field: name })
    return keys
  }

  #token(keys: FieldKeys, work: Workspace, padded: number): Buffer {
    const box = PREAMBLE_BYTES + base64urlLength(NONCE_BYTES + padded + TAG_BYTES)
    const token = Buffer.allocUnsafe(box + TRAILER_BYTES)
    token.set(keys.preamble)
    const textAt = encodeInto(this.#nonce, 0, NONCE_BYTES, token, PREAMBLE_BYTES)
    encodeInto(work.memory, TEXT_AT, TEXT_AT + padded + TAG_BYTES, token, textAt)
    token[box] = DOT
    token.write(sumOf(token.subarray(0, box + 1)), box + 1, 'latin1')
    token[token.length - 1] = DOT
    return token
  }

  #decrypt(keys: FieldKeys, work: Workspace): boolean {
    try {
      sodium.crypto_aead_xchacha20poly1305_ietf_decrypt_detached(work.text, null, work.text, work.tag, keys.preamble, this.#nonce, keys.dataKey)
    } catch {
      return false
    }
    if (keys.mode !== 'equality') return true
    // Equal values must have one token. A value that was sealed under another nonce is authentic, but would make `=` and
    // UNIQUE in the database wrong.
    work.memory.set(keys.preamble, PREAMBLE_AT)
    sodium.crypto_generichash(this.#expectedNonce, work.nonceInput, keys.nonceKey)
    return this.#expectedNonce.equals(this.#nonce)
  }
}
