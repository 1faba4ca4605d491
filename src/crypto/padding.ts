/** Padding before sealing (ISO/IEC 7816-4: 0x80, then zeros), so that a sealed value shows a size bucket, not a length. */
import { ProxyError } from '../errors.js'

/** Every text form of a date in PostgreSQL fits (`5874897-12-31`, `4713-01-01 BC`), so all dates look alike. */
export const FIXED_WIDTH_BYTES = 32

const MARK = 0x80
const SMALL_STEP_BYTES = 16
const LARGE_STEP_BYTES = 64
/** Up to here padded lengths are multiples of 16, beyond it of 64. */
const SMALL_MAX_BYTES = 256

const roundUp = (bytes: number, step: number): number => Math.ceil(bytes / step) * step

/** Padded length of a text of `bytes` bytes; the mark takes one. */
export const paddedTextLength = (bytes: number): number => (bytes + 1 <= SMALL_MAX_BYTES ? roundUp(bytes + 1, SMALL_STEP_BYTES) : roundUp(bytes + 1, LARGE_STEP_BYTES))

/** Whether some plaintext is padded to this length. */
export const isPaddedLength = (bytes: number): boolean => bytes >= SMALL_STEP_BYTES && bytes % (bytes <= SMALL_MAX_BYTES ? SMALL_STEP_BYTES : LARGE_STEP_BYTES) === 0

/** Padded length of a value of a fixed-width type. Throws `internal` when it does not fit: its text form is checked before. */
export const paddedFixedLength = (bytes: number): number => {
  if (bytes + 1 > FIXED_WIDTH_BYTES) throw new ProxyError('internal', { bytes, max: FIXED_WIDTH_BYTES - 1 })
  return FIXED_WIDTH_BYTES
}

/** Copies `plaintext` to `into[at, at + padded)` and fills the rest. */
export const padInto = (plaintext: Uint8Array, into: Uint8Array, at: number, padded: number): void => {
  into.set(plaintext, at)
  const mark = at + plaintext.length
  into[mark] = MARK
  into.fill(0, mark + 1, at + padded)
}

/**
 * Length of the plaintext in `bytes[at, at + padded)`, or -1 when it was not padded the way `padInto` does it: such bytes
 * were sealed by someone else, and a second padding of one plaintext would be a second text for one value.
 */
export const unpaddedLength = (bytes: Uint8Array, at: number, padded: number): number => {
  let mark = at + padded - 1
  while (mark > at && bytes[mark] === 0) mark--
  if (bytes[mark] !== MARK) return -1
  const length = mark - at
  return paddedTextLength(length) === padded || padded === FIXED_WIDTH_BYTES ? length : -1
}
