/**
 * Where the rows of COPY FROM end: CopyReadLineText (src/backend/commands/copyfromparse.c) as a resumable scanner, since
 * clients may cut their data anywhere: inside rows, escapes, quotes and characters.
 */
import { ProxyError } from '../../errors.js'
import type { CopyFormat } from './format.js'

const NEWLINE = 0x0a
const RETURN = 0x0d
const BACKSLASH = 0x5c

/** One row: [start, end) without its newline, which ends at `next`. */
export interface RowSpan {
  readonly start: number
  readonly end: number
  readonly next: number
}

/** Settled by the first newline outside quotes; the server then refuses the other styles. */
type NewlineStyle = 'unknown' | 'newline' | 'return' | 'return_newline'

/** Scans bytes that grow at their end. Offsets count from the first byte not yet taken. */
export interface RowScanner {
  /** The next whole row in `bytes`, or undefined when more is needed. Throws `copy_format_invalid`. */
  next(bytes: Uint8Array): RowSpan | undefined
  /** What is left when the data ends, newline or not; an open quote shows when its fields are read. Throws `copy_format_invalid`. */
  last(bytes: Uint8Array): RowSpan | undefined
  /** Tells the scanner that `count` bytes were taken off the front. */
  taken(count: number): void
}

class Scanner implements RowScanner {
  readonly #format: CopyFormat
  readonly #fail: (reason: string) => ProxyError
  /** As the server does, an escape that equals the quote is just a quote that toggles twice. */
  readonly #escape: number
  #style: NewlineStyle = 'unknown'
  #start = 0
  #at = 0
  #isQuoted = false
  #wasEscape = false

  constructor(format: CopyFormat, table: string | undefined) {
    this.#format = format
    this.#escape = format.escape === format.quote ? -1 : format.escape
    this.#fail = reason => new ProxyError('copy_format_invalid', { table: table ?? '', reason })
  }

  next(bytes: Uint8Array): RowSpan | undefined {
    return this.#format.kind === 'text' ? this.#nextText(bytes) : this.#nextCsv(bytes)
  }

  last(bytes: Uint8Array): RowSpan | undefined {
    const start = this.#start
    if (start === bytes.length) return undefined
    // A carriage return that still waited for its newline ends the row.
    const hasReturn = !this.#isQuoted && this.#at === bytes.length - 1 && bytes[this.#at] === RETURN
    if (hasReturn && this.#style !== 'unknown') throw this.#literal('carriage return')
    this.#start = bytes.length
    return { start, end: hasReturn ? bytes.length - 1 : bytes.length, next: bytes.length }
  }

  taken(count: number): void {
    this.#start -= count
    this.#at -= count
  }

  #nextText(bytes: Uint8Array): RowSpan | undefined {
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]
      if (byte === BACKSLASH) {
        // Anything after a backslash is data, a newline too.
        if (this.#at + 1 === bytes.length) return undefined
        this.#at++
      } else if (byte === NEWLINE || byte === RETURN) return this.#rowEnd(bytes, byte)
    }
    return undefined
  }

  #nextCsv(bytes: Uint8Array): RowSpan | undefined {
    const { quote } = this.#format
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]
      if (!this.#isQuoted && (byte === NEWLINE || byte === RETURN)) return this.#rowEnd(bytes, byte)
      if (this.#isQuoted && byte === this.#escape) this.#wasEscape = !this.#wasEscape
      if (byte === quote && !this.#wasEscape) this.#isQuoted = !this.#isQuoted
      if (byte !== this.#escape) this.#wasEscape = false
    }
    return undefined
  }

  /** The row that ends at the newline here; undefined when a carriage return must see its next byte first. */
  #rowEnd(bytes: Uint8Array, byte: number): RowSpan | undefined {
    const end = this.#at
    if (byte === RETURN && this.#style !== 'return' && end + 1 === bytes.length) return undefined
    const isPair = byte === RETURN && this.#style !== 'return' && bytes[end + 1] === NEWLINE
    const style: NewlineStyle = byte === NEWLINE ? 'newline' : isPair ? 'return_newline' : 'return'
    if (this.#style !== 'unknown' && this.#style !== style) throw this.#literal(byte === NEWLINE ? 'newline' : 'carriage return')
    this.#style = style
    const start = this.#start
    const next = end + (isPair ? 2 : 1)
    this.#start = this.#at = next
    this.#wasEscape = false
    return { start, end, next }
  }

  #literal(what: string): ProxyError {
    return this.#fail(`${this.#format.kind === 'text' ? 'literal' : 'unquoted'} ${what} found in data`)
  }
}

/** Starts at the first byte of a COPY's data. */
export function createRowScanner(format: CopyFormat, table: string | undefined): RowScanner {
  return new Scanner(format, table)
}
