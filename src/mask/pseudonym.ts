/** The same stand-in for the same value, so that rows can be counted and joined by it, and none to look back from. */
import { createHmac } from 'node:crypto'
import type { FieldType } from '../policy/types.js'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const LETTERS_MAX = 16
/** Below 40 bits, two values of a large table would too often get one pseudonym. */
const LETTERS_MIN = 8
const PREFIX = 'p'
const DAY_MS = 86_400_000
const FIRST_DAY_MS = Date.UTC(1900, 0, 1)
/** 1900-01-01 to 1999-12-31 */
const DAYS = 36_524

const digestOf = (text: string, key: Uint8Array): Buffer => createHmac('sha256', key).update(text, 'utf8').digest()

const lettersOf = (digest: Buffer, count: number): string => Array.from(digest.subarray(0, count), byte => ALPHABET[byte % ALPHABET.length]).join('')

const dateOf = (digest: Buffer): string => new Date(FIRST_DAY_MS + (digest.readUInt32BE(0) % DAYS) * DAY_MS).toISOString().slice(0, 10)

/**
 * `pk3v…`, 17 characters, or a date of the 20th century for a date (which many values share). HMAC-SHA-256 under `key`,
 * which the caller derives per field and role. Undefined where the type leaves too little room.
 */
export const pseudonymMask = (text: string, type: FieldType, key: Uint8Array): string | undefined => {
  if (type.kind === 'date') return dateOf(digestOf(text, key))
  const room = type.kind === 'varchar' ? type.charactersMax - PREFIX.length : LETTERS_MAX
  return room < LETTERS_MIN ? undefined : `${PREFIX}${lettersOf(digestOf(text, key), Math.min(room, LETTERS_MAX))}`
}
