/** The keyring as a file: its type, and the strict reading of it. All keys in it are wrapped; ids are in clear. */
import { z } from 'zod'
import { ProxyError } from '../errors.js'
import { FIELD_ID_BYTES, KEY_ID_BYTES } from './token.js'
import type { RootSource } from './root-secret.js'
import { WRAPPED_CHARACTERS } from './wrap.js'

export interface KeyringField {
  /** Name of the field in policies. */
  readonly field: string
  readonly id: number
  /** Six bytes in hex. */
  readonly key_id: string
  readonly key: string
  /** RFC 3339, UTC. */
  readonly created: string
}

export interface Keyring {
  readonly version: 1
  /** Sixteen random bytes in hex. */
  readonly id: string
  readonly created: string
  readonly root: RootSource
  /** The key-encryption key, wrapped by the root key; it wraps all others. */
  readonly kek: string
  readonly log_key: string
  readonly audit: { readonly key_id: string; readonly public_key: string; readonly seed: string }
  /** Ids are given out upwards and never twice, also when a field is gone. */
  readonly next_field_id: number
  readonly fields: readonly KeyringField[]
}

export const FIELD_ID_MAX: number = 2 ** (8 * FIELD_ID_BYTES) - 1

const hex = (bytes: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `must be ${bytes} bytes in hex`)
const base64url = (characters: number): z.ZodString => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`), `must be ${characters} characters of base64url`)
const wrapped = base64url(WRAPPED_CHARACTERS)
const time = z.iso.datetime()

// Bounds keep a damaged file from asking for days or for all memory; they are far above any sensible cost.
const root = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('key') }),
  z.strictObject({
    kind: z.literal('argon2id'),
    salt: base64url(22),
    operations: z.int().min(1).max(64),
    memory: z.int().min(8192).max(4 * 1024 ** 3),
  }),
])

const schema: z.ZodType<Keyring> = z
  .strictObject({
    version: z.literal(1),
    id: hex(16),
    created: time,
    root,
    kek: wrapped,
    log_key: wrapped,
    audit: z.strictObject({ key_id: hex(8), public_key: base64url(43), seed: wrapped }),
    next_field_id: z.int().min(1).max(FIELD_ID_MAX),
    fields: z.array(z.strictObject({ field: z.string().min(1), id: z.int().min(1).max(FIELD_ID_MAX), key_id: hex(KEY_ID_BYTES), key: wrapped, created: time })),
  })
  .refine(ring => new Set(ring.fields.map(entry => entry.field)).size === ring.fields.length, { message: 'a field stands twice', path: ['fields'] })
  .refine(ring => new Set(ring.fields.map(entry => entry.id)).size === ring.fields.length, { message: 'a field id stands twice', path: ['fields'] })
  .refine(ring => ring.fields.every(entry => entry.id < ring.next_field_id), { message: 'must be above all field ids', path: ['next_field_id'] })

const parseJson = (text: string, source: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw new ProxyError('keyring_invalid', { source, reason: 'not JSON' })
  }
}

/** Reads a keyring file. `source` names it in errors. Throws `keyring_invalid`. */
export const parseKeyring = (text: string, source: string): Keyring => {
  const result = schema.safeParse(parseJson(text, source))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new ProxyError('keyring_invalid', { source, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` })
}

/** The text of a keyring file. */
export const formatKeyring = (keyring: Keyring): string => `${JSON.stringify(keyring, null, 2)}\n`
