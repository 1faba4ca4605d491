/** PostgreSQL's own grammar, as WebAssembly. */
import { loadModule, parseSync, SqlError } from 'libpg-query'
import type { Node } from 'libpg-query'
import { ProxyError } from '../errors.js'
import { SQL_BYTES_MAX } from '../limits.js'

/** Loads the grammar; call it once before anything else of this folder is used. */
export const loadParser = (): Promise<void> => loadModule()

export interface ParsedStatement {
  readonly node: Node
  /** Bytes of the statement in the UTF-8 text, from the end of the one before, so leading comments are part of it. */
  readonly start: number
  readonly end: number
}

export type Parsed =
  | { readonly outcome: 'parsed'; readonly statements: readonly ParsedStatement[] }
  | { readonly outcome: 'syntax_error'; readonly message: string; readonly position: number }

/** The tree of a text. Throws `statement_too_complex` when text or nesting is beyond what the parser can hold. */
export const parseText = (text: string): Parsed => {
  const bytes = Buffer.byteLength(text)
  if (bytes > SQL_BYTES_MAX) throw tooComplex(`its text is longer than ${String(SQL_BYTES_MAX)} bytes`)
  // A zero byte would end the text for the parser, but not for us.
  if (text.includes('\0')) return { outcome: 'syntax_error', message: 'invalid byte sequence for encoding "UTF8": 0x00', position: 0 }
  try {
    return { outcome: 'parsed', statements: parse(text, bytes) }
  } catch (error) {
    return syntaxError(error)
  }
}

const parse = (text: string, bytes: number): readonly ParsedStatement[] => {
  // The binding rejects texts without any character in its own words.
  if (text.trim() === '') return []
  const statements: ParsedStatement[] = []
  for (const { stmt, stmt_location: start = 0, stmt_len: length = 0 } of parseSync(text).stmts ?? []) {
    if (stmt !== undefined) statements.push({ node: stmt, start, end: length === 0 ? bytes : start + length })
  }
  return statements
}

const syntaxError = (error: unknown): Parsed => {
  // Anything but a message of the grammar is exhaustion: RangeError for deep trees, a WebAssembly trap.
  if (!(error instanceof SqlError)) throw tooComplex('it is nested too deeply')
  const { message, cursorPosition = 0 } = error.sqlDetails ?? { message: error.message }
  if (/stack depth|memory/u.test(message)) throw tooComplex('it is nested too deeply')
  // The binding counts characters from 0; the server counts them from 1 and says 0 for unknown.
  return { outcome: 'syntax_error', message, position: cursorPosition + 1 }
}

const tooComplex = (reason: string): ProxyError => new ProxyError('statement_too_complex', { reason })
