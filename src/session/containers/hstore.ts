/** hstore: the forms of hstore_out and hstore_send (contrib/hstore/hstore_io.c). */
import { replaceFields, type BinaryField } from './binary-fields.js'
import { decodeElement } from './array-text.js'
import { quoted, rebuild, type Span } from './rebuild.js'
import { holdsMarker } from './walk.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const EMPTY = Buffer.alloc(0)
const ARROW = Buffer.from('=>')
const NULL_BYTES = Buffer.from('NULL')
const SEPARATOR = Buffer.from(', ')

type RevealPart = (value: Uint8Array) => Uint8Array | null | undefined

interface Part extends Span {
  readonly isKey: boolean
}

const startsAt = (bytes: Uint8Array, at: number, text: Uint8Array): boolean => text.every((byte, i) => bytes[at + i] === byte)

function stringEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return -1
  for (let i = at + 1; i < bytes.length; i++) {
    if (bytes[i] === BACKSLASH) i++
    else if (bytes[i] === QUOTE) return i + 1
  }
  return -1
}

/** Keys and values in order, quotes included, or undefined if the bytes are no hstore as hstore_out writes it. */
function hstoreParts(bytes: Uint8Array): readonly Part[] | undefined {
  const parts: Part[] = []
  for (let at = 0; at < bytes.length; at += SEPARATOR.length) {
    const keyEnd = stringEnd(bytes, at)
    if (keyEnd === -1 || !startsAt(bytes, keyEnd, ARROW)) return undefined
    const valueStart = keyEnd + ARROW.length
    const valueEnd = startsAt(bytes, valueStart, NULL_BYTES) ? valueStart + NULL_BYTES.length : stringEnd(bytes, valueStart)
    if (valueEnd === -1) return undefined
    parts.push({ start: at, end: keyEnd, isKey: true }, { start: valueStart, end: valueEnd, isKey: false })
    at = valueEnd
    if (at === bytes.length) return parts
    if (!startsAt(bytes, at, SEPARATOR)) return undefined
  }
  return undefined
}

/** A key can't be NULL. */
const keyOr = (isKey: boolean, value: Uint8Array | null | undefined): Uint8Array | null | undefined => (isKey && value === null ? EMPTY : value)

const encodePart = (value: Uint8Array | null): Uint8Array =>
  value === null ? NULL_BYTES : quoted(value, byte => (byte === QUOTE || byte === BACKSLASH ? BACKSLASH : undefined))

/** Replaces inside keys and values. Outer undefined: the value is no hstore. */
export function revealHstoreText(bytes: Uint8Array, part: RevealPart): { readonly value: Uint8Array | undefined } | undefined {
  const spans = hstoreParts(bytes)
  if (spans === undefined) return undefined
  return {
    value: rebuild(bytes, spans, span => {
      if (!holdsMarker(bytes, span.start, span.end)) return undefined
      const revealed = keyOr(span.isKey, part(decodeElement(bytes, span)))
      return revealed === undefined ? undefined : encodePart(revealed)
    }),
  }
}

/** The binary form: a count, then length-prefixed keys and values in turn. Outer undefined: the value is no hstore. */
export function revealHstoreBinary(bytes: Uint8Array, part: RevealPart): { readonly value: Uint8Array | undefined } | undefined {
  if (bytes.length < 4) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getInt32(0) * 2
  const fields: (BinaryField & { readonly isKey: boolean })[] = []
  let at = 4
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) return undefined
    const length = view.getInt32(at)
    const end = at + 4 + Math.max(length, 0)
    if (length < -1 || end > bytes.length) return undefined
    fields.push({ lengthAt: at, end, isNull: length === -1, isKey: i % 2 === 0 })
    at = end
  }
  if (count < 0 || at !== bytes.length) return undefined
  return { value: replaceFields(bytes, fields, (value, field) => keyOr(field.isKey, part(value))) }
}
