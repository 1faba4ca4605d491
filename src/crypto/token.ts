/**
 * The text form of a sealed value, without keys:
 *
 *     ~pv1.<header>.<eq>.<order>.<terms>.<box>.<sum>.
 *
 * Suite 1 has a header of suite(1) field_id(5, big endian) key_id(6) and leaves eq, order and terms empty; box is
 * nonce(24) ciphertext tag(16). Whatever departs from this by a single character is not a token but data.
 */
import { hash } from 'node:crypto'
import { decodedLength, encodeInto, hasCanonicalEnd, NOT_BASE64URL, sextetOf } from './base64url.js'
import { isPaddedLength } from './padding.js'

export const SUITE = 1
export const FIELD_ID_BYTES = 5
export const KEY_ID_BYTES = 6
export const HEADER_BYTES: number = 1 + FIELD_ID_BYTES + KEY_ID_BYTES
export const NONCE_BYTES = 24
export const TAG_BYTES = 16

const MARKER_TEXT = '~pv1.'
/** First bytes of every token. The rare `~` in front lets a reader pass a chunk without one after a single search. */
export const MARKER: Buffer = Buffer.from(MARKER_TEXT, 'latin1')

const HEADER_CHARACTERS = (HEADER_BYTES * 4) / 3
const HEADER_END = MARKER_TEXT.length + HEADER_CHARACTERS
/** Bytes before the box, which are its associated data: marker, header and the four dots around the empty parts. */
export const PREAMBLE_BYTES: number = HEADER_END + 4
/** Characters of header that name suite and field: all tokens of a field share them, no other field's do. */
export const FIELD_PREFIX_CHARACTERS = 8
const SUM_CHARACTERS = 8
/** Bytes behind the box: dot, sum, dot. */
export const TRAILER_BYTES: number = SUM_CHARACTERS + 2
/** Shortest box: 75 characters. */
const TOKEN_BYTES_MIN = PREAMBLE_BYTES + 75 + TRAILER_BYTES

const DOT = 0x2e

const isPreamble = (bytes: Uint8Array, start: number): boolean => {
  for (let index = 0; index < MARKER_TEXT.length; index++) if (bytes[start + index] !== MARKER[index]) return false
  for (let index = MARKER_TEXT.length; index < HEADER_END; index++) if (sextetOf(bytes, start + index) === NOT_BASE64URL) return false
  for (let index = HEADER_END; index < PREAMBLE_BYTES; index++) if (bytes[start + index] !== DOT) return false
  const header = start + MARKER_TEXT.length
  return ((sextetOf(bytes, header) << 2) | (sextetOf(bytes, header + 1) >> 4)) === SUITE
}

const isBox = (bytes: Uint8Array, start: number, end: number): boolean => {
  const boxBytes = decodedLength(end - start)
  return isPaddedLength(boxBytes - NONCE_BYTES - TAG_BYTES) && hasCanonicalEnd(bytes, end, end - start)
}

/** The sum over `text`, a token up to and including the dot before its sum. It detects accidents in SQL, not attackers. */
export const sumOf = (text: Uint8Array): string => hash('sha256', text, 'hex').slice(0, SUM_CHARACTERS)

const isSum = (bytes: Uint8Array, start: number, at: number): boolean => {
  const sum = sumOf(bytes.subarray(start, at))
  for (let index = 0; index < SUM_CHARACTERS; index++) if (bytes[at + index] !== sum.charCodeAt(index)) return false
  return true
}

/**
 * End offset of the well-formed token that begins at `start`, all of it before `end`, or -1. Looks at each byte once and
 * stops at the first that fits no token; no token contains the start of another, so a whole value costs linear time.
 */
export const tokenEnd = (bytes: Uint8Array, start: number, end: number): number => {
  if (end > bytes.length || end - start < TOKEN_BYTES_MIN || !isPreamble(bytes, start)) return -1
  const boxStart = start + PREAMBLE_BYTES
  let boxEnd = boxStart
  while (boxEnd < end && sextetOf(bytes, boxEnd) !== NOT_BASE64URL) boxEnd++
  const stop = boxEnd + TRAILER_BYTES
  if (stop > end || bytes[boxEnd] !== DOT || bytes[stop - 1] !== DOT || !isBox(bytes, boxStart, boxEnd)) return -1
  return isSum(bytes, start, boxEnd + 1) ? stop : -1
}

/** Whether `bytes[start, end)` is one well-formed token and nothing else. */
export const isWholeToken = (bytes: Uint8Array, start: number, end: number): boolean => tokenEnd(bytes, start, end) === end

/** The field id in the header of a token that `tokenEnd` accepted. Forty bits, so exact in a number. */
export const fieldIdAt = (bytes: Uint8Array, start: number): number => {
  const at = start + MARKER_TEXT.length
  let id = sextetOf(bytes, at + 1) & 15
  for (let index = 2; index < FIELD_PREFIX_CHARACTERS; index++) id = id * 64 + sextetOf(bytes, at + index)
  return id
}

/** Header of suite 1. `keyId` has KEY_ID_BYTES bytes. */
const header = (fieldId: number, keyId: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes[0] = SUITE
  bytes.writeUIntBE(fieldId, 1, FIELD_ID_BYTES)
  bytes.set(keyId, 1 + FIELD_ID_BYTES)
  return bytes
}

/** The bytes before the box, the same for all values under one key of a field. */
export const preamble = (fieldId: number, keyId: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(PREAMBLE_BYTES, DOT)
  bytes.set(MARKER)
  encodeInto(header(fieldId, keyId), 0, HEADER_BYTES, bytes, MARKER.length)
  return bytes
}

/** The header characters that begin every token of a field, as the guard in the database compares them. */
export const fieldPrefix = (fieldId: number): string => header(fieldId, new Uint8Array(KEY_ID_BYTES)).toString('base64url').slice(0, FIELD_PREFIX_CHARACTERS)
