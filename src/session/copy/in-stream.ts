/** COPY FROM STDIN: seals the fields of protected columns in a stream that may be cut anywhere. */
import { ProxyError } from '../../errors.js'
import { INSPECTED_MESSAGE_BYTES_MAX } from '../../limits.js'
import type { CopyColumn, CopyPlan } from '../../sql/types.js'
import { rebuild } from '../containers/rebuild.js'
import { decodeCsvField, encodeCsvField, splitCsv } from './csv-fields.js'
import { copyFormat, isNullText, type CopyFormat, type RawField } from './format.js'
import { createRowScanner, type RowSpan } from './in-rows.js'
import { decodeTextField, disguiseText, encodeTextField, splitText } from './text-fields.js'

/** A COPY FROM under way. After an error it must not be used again. */
export interface CopyIn {
  /** Takes the body of one CopyData; gives the bytes to send on, perhaps none. Throws `copy_format_invalid`, `message_too_large`, and what `seal` throws. */
  push(data: Uint8Array): Buffer
  /** To be called at CopyDone: a last row without newline. Throws as `push`. */
  finish(): Buffer
}

/** Gives the sealed form of a value; null is SQL NULL. `value` is valid during the call. */
export type SealField = (columnIndex: number, value: Uint8Array | null) => Uint8Array | null

export interface CopyInOptions {
  /** The longest row that is held. */
  readonly rowBytesMax?: number
}

const EMPTY = Buffer.alloc(0)
const END_MARKER = Buffer.from('\\.', 'latin1')

/** Bytes that wait for the end of their row; grows by doubling, so that a long row in small pieces takes linear time. */
class Pending {
  #bytes: Buffer = EMPTY
  #length = 0

  get view(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  append(data: Uint8Array): void {
    const length = this.#length + data.length
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#bytes.length * 2))
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    this.#bytes.set(data, this.#length)
    this.#length = length
  }

  take(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length)
    this.#length -= count
  }
}

interface ColumnRule {
  readonly isSealed: boolean
  readonly forceNull: boolean
  readonly forceNotNull: boolean
}

function columnRule(plan: CopyPlan, column: CopyColumn): ColumnRule {
  const named = (names: ReadonlySet<string>): boolean => plan.format === 'csv' && (names.has('*') || names.has(column.name))
  return { isSealed: column.field !== undefined, forceNull: named(plan.forceNull), forceNotNull: named(plan.forceNotNull) }
}

/** The value as the server takes it (NextCopyFrom): FORCE_NOT_NULL keeps the NULL text, FORCE_NULL takes it even out of quotes. */
function fieldValue(row: Uint8Array, field: RawField, format: CopyFormat, rule: ColumnRule): Uint8Array | null {
  if (format.kind === 'text') return decodeTextField(row, field, format)
  const value = decodeCsvField(row, field, format)
  if (value === null) return rule.forceNotNull ? format.nullText : null
  return rule.forceNull && isNullText(format, value, 0, value.length) ? null : value
}

class CopyInStream implements CopyIn {
  readonly #plan: CopyPlan
  readonly #seal: SealField
  readonly #format: CopyFormat
  readonly #rules: readonly ColumnRule[]
  readonly #rowBytesMax: number
  readonly #scanner: ReturnType<typeof createRowScanner>
  readonly #pending = new Pending()
  #isHeaderDue: boolean
  /** Behind the end marker the server ignores everything, or takes the marker for data and fails; so nothing more is sent. */
  #hasEnded = false

  constructor(plan: CopyPlan, seal: SealField, options: CopyInOptions) {
    this.#plan = plan
    this.#seal = seal
    this.#format = copyFormat(plan)
    this.#rules = plan.columns.map(column => columnRule(plan, column))
    this.#rowBytesMax = options.rowBytesMax ?? INSPECTED_MESSAGE_BYTES_MAX
    this.#scanner = createRowScanner(this.#format, plan.table)
    this.#isHeaderDue = plan.hasHeader
  }

  push(data: Uint8Array): Buffer {
    if (this.#hasEnded) return EMPTY
    this.#pending.append(data)
    const bytes = this.#pending.view
    const out: Uint8Array[] = []
    let taken = 0
    while (!this.#hasEnded) {
      const row = this.#scanner.next(bytes)
      if (row === undefined) break
      this.#rewrite(bytes, row, out)
      taken = row.next
    }
    if (!this.#hasEnded) this.#checkSize(bytes.length - taken)
    const result = Buffer.concat(out)
    this.#pending.take(taken)
    this.#scanner.taken(taken)
    return result
  }

  finish(): Buffer {
    if (this.#hasEnded) return EMPTY
    const out: Uint8Array[] = []
    const bytes = this.#pending.view
    const row = this.#scanner.last(bytes)
    if (row !== undefined) this.#rewrite(bytes, row, out)
    this.#hasEnded = true
    return Buffer.concat(out)
  }

  #checkSize(bytes: number): void {
    if (bytes > this.#rowBytesMax) throw new ProxyError('message_too_large', { bytes, max: this.#rowBytesMax })
  }

  #invalid(reason: string): ProxyError {
    return new ProxyError('copy_format_invalid', { table: this.#plan.table ?? '', reason })
  }

  /** Appends the row as it is to be sent, its newline unchanged. */
  #rewrite(bytes: Buffer, span: RowSpan, out: Uint8Array[]): void {
    const row = bytes.subarray(span.start, span.end)
    this.#checkSize(row.length)
    if (row.equals(END_MARKER)) this.#hasEnded = true
    const isPassed = this.#hasEnded || this.#isHeaderDue
    this.#isHeaderDue = false
    out.push(isPassed ? row : this.#sealRow(row), bytes.subarray(span.end, span.next))
  }

  #sealRow(row: Buffer): Uint8Array {
    const fields = this.#fields(row).map((field, index) => ({ ...field, index }))
    if (fields.length < this.#rules.length) throw this.#invalid(`missing data for column ${this.#plan.columns[fields.length]?.name ?? ''}`)
    if (fields.length > this.#rules.length) throw this.#invalid('extra data after last expected column')
    return rebuild(row, fields, field => {
      const rule = this.#rules[field.index]
      return rule?.isSealed === true ? this.#sealField(row, field, field.index, rule) : undefined
    }) ?? row
  }

  #fields(row: Buffer): readonly RawField[] {
    if (this.#format.kind === 'text') {
      this.#refuseInnerMarker(row)
      return splitText(row, this.#format.delimiter)
    }
    const fields = splitCsv(row, this.#format)
    if (fields === undefined) throw this.#invalid('unterminated CSV quoted field')
    return fields
  }

  /** A marker inside a row: servers before 18 end the data there, later ones refuse it. */
  #refuseInnerMarker(row: Buffer): void {
    for (let at = row.indexOf(0x5c); at !== -1; at = row.indexOf(0x5c, at + 2)) {
      if (row[at + 1] === 0x2e) throw this.#invalid('end-of-copy marker is not alone on its line')
    }
  }

  #sealField(row: Buffer, field: RawField, index: number, rule: ColumnRule): Uint8Array | undefined {
    const value = fieldValue(row, field, this.#format, rule)
    const sealed = this.#seal(index, value)
    // What stays the same stays as it was written.
    if (sealed === value || (sealed !== null && value !== null && Buffer.compare(sealed, value) === 0)) return undefined
    if (sealed === null && rule.forceNotNull) throw this.#invalid('NULL in a column of FORCE_NOT_NULL')
    return this.#format.kind === 'csv' ? encodeCsvField(sealed, this.#format) : this.#encodeText(sealed)
  }

  #encodeText(sealed: Uint8Array | null): Uint8Array {
    const encoded = encodeTextField(sealed, this.#format)
    if (sealed === null || !isNullText(this.#format, encoded, 0, encoded.length)) return encoded
    if (encoded.length === 0) throw this.#invalid('an empty value would be read as NULL')
    return disguiseText(encoded)
  }
}

/** Starts one COPY FROM. Columns with a field are decoded, sealed and written again; all else passes as it was. Throws `statement_unsupported` for the binary format. */
export function createCopyIn(plan: CopyPlan, seal: SealField, options: CopyInOptions = {}): CopyIn {
  return new CopyInStream(plan, seal, options)
}
