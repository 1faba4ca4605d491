/** One-dimensional text arrays as parameters, as in `email = ANY($1)`: their elements out and in again. */
import { encodeElement } from './array-text.js'
import { parseBinaryArray } from './array-binary.js'
import { encodeField } from './binary-fields.js'

const COMMA = 0x2c

/** Bounds (`[0:2]=`) and the opening brace, with the white space that array_in allows. */
const OPENING = /^[ \t\n\r\v\f]*(?:\[[ \t\n\r\v\f]*[+-]?\d+[ \t\n\r\v\f]*(?::[ \t\n\r\v\f]*[+-]?\d+[ \t\n\r\v\f]*)?\][ \t\n\r\v\f]*=[ \t\n\r\v\f]*)?\{/
/** One element with the white space around it. A quoted one keeps its inside; an unquoted one ends at its last character that is no space. */
const ELEMENT = /[ \t\n\r\v\f]*(?:"((?:[^"\\]|\\[\s\S])*)"|((?:\\[\s\S]|[^"\\{},])*?))[ \t\n\r\v\f]*([,}])/y
const EMPTY_REST = /[ \t\n\r\v\f]*\}[ \t\n\r\v\f]*$/y
const CLOSING = /[ \t\n\r\v\f]*$/y

const unescaped = (raw: string): string => raw.replace(/\\([\s\S])/g, '$1')

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Elements of an array literal, as array_in reads it; undefined if it is malformed, has more than one dimension, or is not UTF-8. */
export function parseTextArray(bytes: Uint8Array): (string | null)[] | undefined {
  const text = decodeUtf8(bytes)
  const opening = text === undefined ? null : OPENING.exec(text)
  if (text === undefined || opening === null) return undefined
  const elements: (string | null)[] = []
  let at = opening[0].length
  if (matchAt(EMPTY_REST, text, at) !== null) return elements
  for (;;) {
    const match = matchAt(ELEMENT, text, at)
    const [whole, quotedPart, bare, end] = match ?? []
    if (whole === undefined || (quotedPart === undefined && bare === '')) return undefined
    elements.push(quotedPart !== undefined ? unescaped(quotedPart) : /^null$/i.test(bare ?? '') ? null : unescaped(bare ?? ''))
    at += whole.length
    if (end === '}') return matchAt(CLOSING, text, at) === null ? undefined : elements
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The array literal as array_out would write it. */
export function formatTextArray(values: readonly (string | null)[]): Buffer {
  const parts = values.map(value => Buffer.from(encodeElement(value === null ? null : Buffer.from(value, 'utf8'), COMMA)).toString('utf8'))
  return Buffer.from(`{${parts.join(',')}}`, 'utf8')
}

/** Elements of a binary array of a text type; undefined if it is malformed, has more than one dimension, or is not UTF-8. */
export function parseBinaryTextArray(bytes: Uint8Array): (string | null)[] | undefined {
  const array = parseBinaryArray(bytes)
  if (array === undefined || array.dimensions > 1) return undefined
  const elements: (string | null)[] = []
  for (const field of array.fields) {
    const text = field.isNull ? null : decodeUtf8(bytes.subarray(field.lengthAt + 4, field.end))
    if (text === undefined) return undefined
    elements.push(text)
  }
  return elements
}

/** The binary array as array_send would write it. */
export function formatBinaryTextArray(values: readonly (string | null)[], elementOid: number): Buffer {
  const header = Buffer.alloc(values.length === 0 ? 12 : 20)
  header.writeInt32BE(values.length === 0 ? 0 : 1, 0)
  header.writeInt32BE(values.includes(null) ? 1 : 0, 4)
  header.writeUInt32BE(elementOid, 8)
  if (values.length > 0) {
    header.writeInt32BE(values.length, 12)
    header.writeInt32BE(1, 16)
  }
  return Buffer.concat([header, ...values.map(value => encodeField(value === null ? null : Buffer.from(value, 'utf8')))])
}
