/**
 * Literals written so that they mean the same whatever the server's settings are. What a backslash means in '…' depends on
 * standard_conforming_strings, and in an encoding like SJIS a backslash may be the second byte of a character; both may have
 * been changed by code that we don't see. E'…' in plain ASCII reads the same everywhere.
 */
import { scanSync } from 'libpg-query'
import { ProxyError } from '../errors.js'
import { stringLiteralEnd } from './lexer.js'
import type { Splice } from './types.js'

const NATIONAL = /(?:^|[^\w$\x80-\xff])[nN]$/
const ASCII_END = 0x80
const BMP_END = 0x10000

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code < ASCII_END) return character
  return code < BMP_END ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

/** The body of a literal in which a backslash is a character, as the body of E'…'. */
const plainBody = (body: string): string => Array.from(body, character => (character === '\\' ? '\\\\' : escaped(character))).join('')

/** The body of E'…' in ASCII: a backslash before another character than a letter or digit stands for that character. */
const escapeBody = (body: string): string =>
  body.replace(/\\[^]|[^]/gu, piece => {
    const last = piece.slice(piece.startsWith('\\') ? 1 : 0)
    return (last.codePointAt(0) ?? 0) < ASCII_END ? piece : escaped(last)
  })

const spelled = (literal: string): string | undefined => {
  if (literal.startsWith("'")) return `E'${plainBody(literal.slice(1, -1))}'`
  return literal.startsWith('e') || literal.startsWith('E') ? `E'${escapeBody(literal.slice(2, -1))}'` : undefined
}

/**
 * Splices for all literals with a backslash in a text that parses. `bytes` is the text in UTF-8. Throws
 * `statement_unsupported` for one that can't be written so.
 */
export const spellLiterals = (text: string, bytes: Buffer): readonly Splice[] => {
  const splices: Splice[] = []
  for (const token of scanSync(text).tokens) {
    if (token.tokenName !== 'SCONST' || !bytes.subarray(token.start, token.end).includes(0x5c)) continue
    const end = stringLiteralEnd(bytes, token.start)
    const replacement = spelled(bytes.toString('utf8', token.start, end))
    if (replacement === undefined) continue
    // N'…' is scanned as the word N and a literal; behind other words (SELECT'…') a space keeps the E apart.
    if (NATIONAL.test(bytes.toString('latin1', Math.max(0, token.start - 2), token.start))) throw unreadable()
    splices.push({ start: token.start, end, replacement: { kind: 'text', text: ` ${replacement}` } })
  }
  return splices
}

const unreadable = (): ProxyError =>
  new ProxyError('statement_unsupported', { reason: 'it follows requests that may change how its literals are read', remedy: 'Send it after their answers, or write backslashes in E strings.' })
