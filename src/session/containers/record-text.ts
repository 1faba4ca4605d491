/** Composite values in text format: the rules of record_out (src/backend/utils/adt/rowtypes.c). */
import { quoted, rebuild, type Span } from './rebuild.js'
import { holdsMarker } from './walk.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x28
const CLOSE = 0x29
const COMMA = 0x2c
const EMPTY = Buffer.alloc(0)

const isSpecial = (byte: number): boolean =>
  byte === QUOTE || byte === BACKSLASH || byte === OPEN || byte === CLOSE || byte === COMMA || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/** End of the field that begins at `at` (its comma or closing parenthesis), or -1. Doubled quotes re-enter the quoted part. */
function fieldEnd(bytes: Uint8Array, at: number): number {
  let isQuoted = false
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === BACKSLASH) i++
    else if (byte === QUOTE) isQuoted = !isQuoted
    else if (!isQuoted && (byte === COMMA || byte === CLOSE)) return i
  }
  return -1
}

/** Fields of a composite value, or undefined if the bytes are none. */
export function recordFields(bytes: Uint8Array): readonly Span[] | undefined {
  if (bytes[0] !== OPEN) return undefined
  const fields: Span[] = []
  for (let at = 1; at < bytes.length;) {
    const end = fieldEnd(bytes, at)
    if (end === -1) return undefined
    fields.push({ start: at, end })
    if (bytes[end] === CLOSE) return end + 1 === bytes.length ? fields : undefined
    at = end + 1
  }
  return undefined
}

/** The field's value, quoting taken off. */
export function decodeRecordField(bytes: Uint8Array, span: Span): Uint8Array {
  const out = Buffer.allocUnsafe(span.end - span.start)
  let length = 0
  let isQuoted = false
  for (let i = span.start; i < span.end; i++) {
    const byte = bytes[i] ?? 0
    if (byte === BACKSLASH) out[length++] = bytes[++i] ?? BACKSLASH
    else if (byte !== QUOTE) out[length++] = byte
    else if (isQuoted && bytes[i + 1] === QUOTE && i + 1 < span.end) out[length++] = bytes[++i] ?? QUOTE
    else isQuoted = !isQuoted
  }
  return out.subarray(0, length)
}

/** The field as record_out writes it; NULL is nothing at all. */
export function encodeRecordField(value: Uint8Array | null): Uint8Array {
  if (value === null) return EMPTY
  if (value.length > 0 && !value.some(isSpecial)) return value
  return quoted(value, byte => (byte === QUOTE || byte === BACKSLASH ? byte : undefined))
}

/** Replaces inside the fields; `field` gets the field's index and the number of fields. Outer undefined: the value is no record. */
export function revealRecordText(bytes: Uint8Array, field: (value: Uint8Array, index: number, count: number) => Uint8Array | null | undefined): { readonly value: Uint8Array | undefined } | undefined {
  const spans = recordFields(bytes)?.map((span, index) => ({ ...span, index }))
  if (spans === undefined) return undefined
  return {
    value: rebuild(bytes, spans, span => {
      if (!holdsMarker(bytes, span.start, span.end)) return undefined
      const revealed = field(decodeRecordField(bytes, span), span.index, spans.length)
      return revealed === undefined ? undefined : encodeRecordField(revealed)
    }),
  }
}
