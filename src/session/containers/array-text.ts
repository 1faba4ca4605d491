/** Arrays in text format: the rules of array_in and array_out (src/backend/utils/adt/arrayfuncs.c). */
import { quoted, rebuild, type Span } from './rebuild.js'
import { holdsMarker } from './walk.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const NULL_BYTES = Buffer.from('NULL')

/** array_isspace. */
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/** Past `[1:2][3:4]=`, which array_out writes when a lower bound is not 1. */
function afterBounds(bytes: Uint8Array): number {
  return bytes[0] === 0x5b ? bytes.indexOf(0x3d) + 1 : 0
}

/** End of the element that begins at `at`, quotes included, or -1. */
function elementEnd(bytes: Uint8Array, at: number, delimiter: number): number {
  const isQuoted = bytes[at] === QUOTE
  for (let i = isQuoted ? at + 1 : at; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === BACKSLASH) i++
    else if (isQuoted) {
      if (byte === QUOTE) return i + 1
    } else if (byte === delimiter || byte === CLOSE) return i
    else if (byte === QUOTE || byte === OPEN) return -1
  }
  return -1
}

/** Elements of an array of any dimensions as array_out writes it (no spaces around elements), or undefined if it is none. */
export function arrayElements(bytes: Uint8Array, delimiter: number): readonly Span[] | undefined {
  const elements: Span[] = []
  let depth = 0
  let isAfterElement = false
  for (let at = afterBounds(bytes); at < bytes.length;) {
    const byte = bytes[at]
    if (byte === OPEN && !isAfterElement) depth++
    else if (byte === CLOSE && depth > 0) {
      isAfterElement = true
      if (--depth === 0) return at + 1 === bytes.length ? elements : undefined
    } else if (byte === delimiter && isAfterElement) isAfterElement = false
    else {
      const end = depth === 0 || isAfterElement ? -1 : elementEnd(bytes, at, delimiter)
      if (end <= at) return undefined
      elements.push({ start: at, end })
      at = end
      isAfterElement = true
      continue
    }
    at++
  }
  return undefined
}

/** The element's value, quotes and backslashes taken off. Not for an unquoted NULL. */
export function decodeElement(bytes: Uint8Array, span: Span): Uint8Array {
  const isQuoted = bytes[span.start] === QUOTE
  const raw = isQuoted ? bytes.subarray(span.start + 1, span.end - 1) : bytes.subarray(span.start, span.end)
  if (!raw.includes(BACKSLASH)) return raw
  const out = Buffer.allocUnsafe(raw.length)
  let length = 0
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] === BACKSLASH) i++
    out[length++] = raw[i] ?? BACKSLASH
  }
  return out.subarray(0, length)
}

const isNullWord = (value: Uint8Array): boolean => value.length === 4 && Buffer.from(value).toString('latin1').toUpperCase() === 'NULL'

/** The element as array_out writes it. */
export function encodeElement(value: Uint8Array | null, delimiter: number): Uint8Array {
  if (value === null) return NULL_BYTES
  const needsQuotes = value.length === 0 || isNullWord(value)
    || value.some(byte => byte === QUOTE || byte === BACKSLASH || byte === OPEN || byte === CLOSE || byte === delimiter || isSpace(byte))
  return needsQuotes ? quoted(value, byte => (byte === QUOTE || byte === BACKSLASH ? BACKSLASH : undefined)) : value
}

/** Replaces inside the elements; `element` answers as revealValue does. Outer undefined: the value is no array. */
export function revealArrayText(bytes: Uint8Array, delimiter: number, element: (value: Uint8Array) => Uint8Array | null | undefined): { readonly value: Uint8Array | undefined } | undefined {
  const spans = arrayElements(bytes, delimiter)
  if (spans === undefined) return undefined
  return {
    value: rebuild(bytes, spans, span => {
      if (!holdsMarker(bytes, span.start, span.end)) return undefined
      const revealed = element(decodeElement(bytes, span))
      return revealed === undefined ? undefined : encodeElement(revealed, delimiter)
    }),
  }
}
