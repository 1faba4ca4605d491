/** The options of a COPY as bytes, and how one field of its rows is read and written. */
import type { CopyPlan } from '../../sql/types.js'
import { ProxyError } from '../../errors.js'

/** One field of a row: its bytes as they stand, quotes and escapes included. */
export interface RawField {
  readonly start: number
  readonly end: number
  /** CSV: some quote occurs in it, so that it can't be the NULL text. */
  readonly isQuoted: boolean
}

/** COPY's options, single characters as bytes. The server allows one-byte characters alone. */
export interface CopyFormat {
  readonly kind: 'text' | 'csv'
  readonly delimiter: number
  readonly nullText: Buffer
  readonly quote: number
  readonly escape: number
  /** With one column, a CSV field `\.` would be the end marker. */
  readonly isSingleColumn: boolean
}

/** Options as the plan has them. Throws `statement_unsupported` for the binary format. */
export function copyFormat(plan: CopyPlan): CopyFormat {
  if (plan.format === 'binary') throw new ProxyError('statement_unsupported', { reason: 'COPY in binary format', remedy: 'Use the text or CSV format.' })
  return {
    kind: plan.format,
    delimiter: plan.delimiter.charCodeAt(0),
    nullText: Buffer.from(plan.nullText, 'utf8'),
    quote: plan.quote.charCodeAt(0),
    escape: plan.escape.charCodeAt(0),
    isSingleColumn: plan.columns.length === 1,
  }
}

/** Whether [start, end) is the NULL text. */
export function isNullText(format: CopyFormat, bytes: Uint8Array, start: number, end: number): boolean {
  return format.nullText.length === end - start && format.nullText.equals(bytes.subarray(start, end))
}
