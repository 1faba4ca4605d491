/** Fields of COPY's text format: CopyReadAttributesText and CopyAttributeOutText (src/backend/commands/copyfromparse.c, copyto.c). */
import { isNullText, type CopyFormat, type RawField } from './format.js'

const BACKSLASH = 0x5c
const LOWER_X = 0x78

/** Bytes written as a backslash and a letter, by byte; and back, by letter. */
const LETTER_OF: ReadonlyMap<number, number> = new Map([[0x08, 0x62], [0x0c, 0x66], [0x0a, 0x6e], [0x0d, 0x72], [0x09, 0x74], [0x0b, 0x76]])
const BYTE_OF: ReadonlyMap<number, number> = new Map([...LETTER_OF].map(([byte, letter]) => [letter, byte]))

/** Fields of a row without its newline. A backslash takes the next byte with it, so an escaped delimiter ends nothing. */
export function splitText(row: Uint8Array, delimiter: number): readonly RawField[] {
  const fields: RawField[] = []
  let start = 0
  for (let at = 0; at < row.length; at++) {
    if (row[at] === BACKSLASH) at++
    else if (row[at] === delimiter) {
      fields.push({ start, end: at, isQuoted: false })
      start = at + 1
    }
  }
  fields.push({ start, end: row.length, isQuoted: false })
  return fields
}

const octalDigit = (byte: number | undefined): number => (byte !== undefined && byte >= 0x30 && byte <= 0x37 ? byte - 0x30 : -1)
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Up to `digitsMax` digits at `at`: their value, cut to a byte, and the offset behind them. */
function numberAt(raw: Uint8Array, at: number, digit: (byte: number | undefined) => number, base: number, digitsMax: number): { readonly byte: number; readonly next: number } {
  let value = 0
  let next = at
  for (; next < raw.length && next - at < digitsMax && digit(raw[next]) >= 0; next++) value = value * base + digit(raw[next])
  return { byte: value & 0xff, next }
}

/** What the backslash before `at` stands for. */
function escapeAt(raw: Uint8Array, at: number): { readonly byte: number; readonly next: number } {
  const byte = raw[at] ?? 0
  if (octalDigit(byte) >= 0) return numberAt(raw, at, octalDigit, 8, 3)
  if (byte === LOWER_X && hexDigit(raw[at + 1]) >= 0) return numberAt(raw, at + 1, hexDigit, 16, 2)
  return { byte: BYTE_OF.get(byte) ?? byte, next: at + 1 }
}

/** The field's value; null for the NULL text, which is compared before escapes are read. */
export function decodeTextField(row: Uint8Array, field: RawField, format: CopyFormat): Uint8Array | null {
  if (isNullText(format, row, field.start, field.end)) return null
  const raw = row.subarray(field.start, field.end)
  if (!raw.includes(BACKSLASH)) return raw
  const out = Buffer.allocUnsafe(raw.length)
  let length = 0
  for (let at = 0; at < raw.length;) {
    if (raw[at] !== BACKSLASH) out[length++] = raw[at++] ?? 0
    else if (at + 1 === raw.length) break // the server drops a backslash at the very end
    else {
      const { byte, next } = escapeAt(raw, at + 1)
      out[length++] = byte
      at = next
    }
  }
  return out.subarray(0, length)
}

/** The field as the server writes it. */
export function encodeTextField(value: Uint8Array | null, format: CopyFormat): Uint8Array {
  if (value === null) return format.nullText
  const out = Buffer.allocUnsafe(value.length * 2)
  let length = 0
  for (const byte of value) {
    const letter = LETTER_OF.get(byte)
    if (letter !== undefined || byte === BACKSLASH || byte === format.delimiter) out[length++] = BACKSLASH
    out[length++] = letter ?? byte
  }
  return out.subarray(0, length)
}

/** A field which, as the server writes it, would be read back as NULL: its first byte as an octal escape is not the NULL text. */
export function disguiseText(encoded: Uint8Array): Uint8Array {
  const first = encoded[0] === BACKSLASH ? encoded.subarray(0, 2) : encoded.subarray(0, 1)
  const value = first.length === 2 ? BYTE_OF.get(first[1] ?? 0) ?? first[1] ?? 0 : first[0] ?? 0
  return Buffer.concat([Buffer.from(`\\${value.toString(8).padStart(3, '0')}`, 'latin1'), encoded.subarray(first.length)])
}
