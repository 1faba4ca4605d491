/**
 * Ends of tokens whose start the parser told us (src/backend/parser/scan.l of PostgreSQL, with standard_conforming_strings on).
 * The parser's own scanner would cost microseconds for each token of the whole text.
 */
import { ProxyError } from '../errors.js'

const QUOTE = 0x27
const DOUBLE_QUOTE = 0x22
const BACKSLASH = 0x5c
const DOLLAR = 0x24
const DASH = 0x2d
const SLASH = 0x2f
const STAR = 0x2a
const NEWLINE = 0x0a
const RETURN = 0x0d
const DOT = 0x2e
const OPEN = 0x28
const CLOSE = 0x29

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)
const isIdentStart = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || byte >= 0x80)
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39
const isIdent = (byte: number | undefined): boolean => isIdentStart(byte) || isDigit(byte) || byte === DOLLAR

const lost = (): ProxyError => new ProxyError('statement_unsupported', { reason: 'a constant is written in a form that cannot be replaced', remedy: 'Send the value as a parameter.' })

/** The byte after the string constant at `start`, with its continuation lines and UESCAPE clause. Throws `statement_unsupported`. */
export const stringLiteralEnd = (bytes: Uint8Array, start: number): number => {
  const first = bytes[start]
  if (first === QUOTE) return quotedEnd(bytes, start, false)
  if (first === DOLLAR) return dollarEnd(bytes, start)
  if ((first === 0x65 || first === 0x45) && bytes[start + 1] === QUOTE) return quotedEnd(bytes, start + 1, true)
  if ((first === 0x6e || first === 0x4e) && bytes[start + 1] === QUOTE) return quotedEnd(bytes, start + 1, false)
  const isUnicode = (first === 0x75 || first === 0x55) && bytes[start + 1] === 0x26 && bytes[start + 2] === QUOTE
  if (isUnicode) return uescapeEnd(bytes, quotedEnd(bytes, start + 2, false))
  throw lost()
}

/** The byte after the number at `start`, which must be written as `value`. Throws `statement_unsupported` for 0x2A, 1_000 and the like. */
export const numberEnd = (bytes: Uint8Array, start: number, value: string): number => {
  const end = start + value.length
  if (textOf(bytes, start, end) !== value || isIdent(bytes[end]) || bytes[end] === DOT) throw lost()
  return end
}

/** From an opening quote to the end of the last continuation. */
const quotedEnd = (bytes: Uint8Array, quote: number, hasEscapes: boolean): number => {
  let at = quote + 1
  for (;;) {
    const byte = bytes[at]
    if (byte === undefined) throw lost()
    if (byte === BACKSLASH && hasEscapes) at += 2
    else if (byte !== QUOTE) at += 1
    else if (bytes[at + 1] === QUOTE) at += 2
    else {
      const next = continuation(bytes, at + 1)
      if (next === undefined) return at + 1
      at = next + 1
    }
  }
}

/** Where a literal goes on: a quote after white space that holds a newline. Line comments count as white space here, block comments don't. */
const continuation = (bytes: Uint8Array, from: number): number | undefined => {
  let hasNewline = false
  for (let at = from; ; at += 1) {
    const byte = bytes[at]
    if (byte === NEWLINE || byte === RETURN) hasNewline = true
    else if (byte === DASH && bytes[at + 1] === DASH) at = lineEnd(bytes, at) - 1
    else if (!isSpace(byte)) return hasNewline && byte === QUOTE ? at : undefined
  }
}

const lineEnd = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length && bytes[at] !== NEWLINE && bytes[at] !== RETURN) at += 1
  return at
}

const dollarEnd = (bytes: Uint8Array, start: number): number => {
  let tagEnd = start + 1
  while (isIdent(bytes[tagEnd]) && bytes[tagEnd] !== DOLLAR) tagEnd += 1
  if (bytes[tagEnd] !== DOLLAR) throw lost()
  const tag = bytes.subarray(start, tagEnd + 1)
  const close = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(tag, tagEnd + 1)
  if (close === -1) throw lost()
  return close + tag.length
}

const UESCAPE = /^uescape$/iu

const uescapeEnd = (bytes: Uint8Array, end: number): number => {
  const word = skipSpace(bytes, end)
  const wordEnd = identEnd(bytes, word)
  if (!UESCAPE.test(textOf(bytes, word, wordEnd))) return end
  return stringLiteralEnd(bytes, skipSpace(bytes, wordEnd))
}

/** The byte after white space and comments. */
export const skipSpace = (bytes: Uint8Array, from: number): number => {
  let at = from
  for (;;) {
    if (isSpace(bytes[at])) at += 1
    else if (bytes[at] === DASH && bytes[at + 1] === DASH) at = lineEnd(bytes, at)
    else if (bytes[at] === SLASH && bytes[at + 1] === STAR) at = blockEnd(bytes, at)
    else return at
  }
}

const blockEnd = (bytes: Uint8Array, start: number): number => {
  let depth = 1
  let at = start + 2
  while (depth > 0) {
    if (at >= bytes.length) throw lost()
    if (bytes[at] === SLASH && bytes[at + 1] === STAR) {
      depth += 1
      at += 2
    } else if (bytes[at] === STAR && bytes[at + 1] === SLASH) {
      depth -= 1
      at += 2
    } else at += 1
  }
  return at
}

const identEnd = (bytes: Uint8Array, start: number): number => {
  let at = start
  if (bytes[at] === DOUBLE_QUOTE) {
    for (at += 1; ; at += 1) {
      if (at >= bytes.length) throw lost()
      if (bytes[at] !== DOUBLE_QUOTE) continue
      if (bytes[at + 1] !== DOUBLE_QUOTE) return at + 1
      at += 1
    }
  }
  if (!isIdentStart(bytes[at])) return at
  while (isIdent(bytes[at])) at += 1
  return at
}

const textOf = (bytes: Uint8Array, start: number, end: number): string => Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')

const VARYING_BEFORE = /^(?:character|char|nchar|national)$/iu
const VARYING = /^(?:varying|character|char)$/iu

/** The byte after the type name at `start`, with `(n)` but without `[]`. Throws `statement_unsupported`. */
export const typeNameEnd = (bytes: Uint8Array, start: number): number => {
  let end = identEnd(bytes, start)
  if (end === start) throw lost()
  for (let word = textOf(bytes, start, end); ; ) {
    const next = skipSpace(bytes, end)
    if (bytes[next] === DOT) {
      const name = skipSpace(bytes, next + 1)
      end = identEnd(bytes, name)
      word = ''
      continue
    }
    const nextEnd = identEnd(bytes, next)
    const nextWord = textOf(bytes, next, nextEnd)
    if (!VARYING_BEFORE.test(word) || !VARYING.test(nextWord)) break
    end = nextEnd
    word = nextWord
  }
  return modifierEnd(bytes, end)
}

const modifierEnd = (bytes: Uint8Array, end: number): number => {
  const open = skipSpace(bytes, end)
  if (bytes[open] !== OPEN) return end
  let at = skipSpace(bytes, open + 1)
  while (isDigit(bytes[at])) at += 1
  at = skipSpace(bytes, at)
  if (bytes[at] !== CLOSE) throw lost()
  return at + 1
}
