/** Rows on their way to the client: those that hold a sealed value are built anew, all others pass as they are. */
import { MARKER } from '../crypto/token.js'
import { ProxyError } from '../errors.js'
import type { StatementPlan } from '../sql/types.js'
import type { ColumnDescription } from '../wire/backend/row-description.js'
import { HEADER_BYTES } from '../wire/framer.js'
import { OID } from '../wire/oids.js'
import { BACKEND } from '../wire/tags.js'
import { MessageWriter } from '../wire/writer.js'
import type { Execution } from './execution.js'
import type { Outbox } from './outbox.js'
import { describedOf } from './prepared.js'
import type { Request } from './requests.js'
import { rowShape, type ColumnShape, type RowShape } from './result-shape.js'
import { markerAt } from './revealing.js'
import type { SessionState } from './state.js'

const LENGTH_BYTES = 4
const COUNT_BYTES = 2

interface ShapedFor {
  readonly epoch: string
  readonly formats: readonly number[] | undefined
  readonly plan: StatementPlan | undefined
  readonly shape: RowShape
}

const areSame = (left: readonly number[] | undefined, right: readonly number[] | undefined): boolean =>
  left === right || (left !== undefined && right !== undefined && left.length === right.length && left.every((format, index) => format === right[index]))

/** What the rows of a request are, if their description is known yet. */
type QueryRequest = Extract<Request, { kind: 'query' }>

export class ResultRows {
  readonly #state: SessionState
  /** By description, which lives as long as its statement or portal. */
  readonly #shapes: WeakMap<readonly ColumnDescription[], ShapedFor> = new WeakMap()
  /** The result of a simple Query that is being sent. */
  #queryShape: RowShape | undefined
  /** The shape of the rows that come now, so that it is looked for once a result. */
  #shaped: { readonly head: Request; readonly epoch: string; readonly shape: RowShape } | undefined
  /** The next marker in the buffer being walked: one native search serves all values up to it. */
  #searched: Buffer | undefined
  #searchedFrom = 0
  #markerAt = -1

  constructor(state: SessionState) {
    this.#state = state
  }

  beginQueryResult(request: QueryRequest, columns: readonly ColumnDescription[]): RowShape {
    this.#queryShape = this.shapeOf(columns, undefined, request.executions[request.position]?.plan)
    return this.#queryShape
  }

  endResult(): void {
    this.#queryShape = undefined
    this.#shaped = undefined
  }

  /** False only if it is known that no row of the result can hold a sealed value, or a subject's key beside one. */
  areScanned(head: Request | undefined): boolean {
    return head === undefined || !isCertain(head) || (this.#shapeFor(head)?.isScanned ?? true)
  }

  shapeOf(columns: readonly ColumnDescription[], formats: readonly number[] | undefined, plan: StatementPlan | undefined): RowShape {
    const known = this.#shapes.get(columns)
    const { catalog, policy, rights, epoch } = this.#state
    if (known !== undefined && known.epoch === epoch && known.plan === plan && areSame(known.formats, formats)) return known.shape
    const shape = rowShape(columns, formats, plan, { catalog, policy, rights })
    this.#shapes.set(columns, { epoch, formats, plan, shape })
    return shape
  }

  row(head: Request, bytes: Buffer, start: number, end: number, outbox: Outbox): void {
    const execution = executionOf(head)
    execution.rows++
    if (!this.#holdsMarker(bytes, start, end)) return outbox.add(bytes, start, end)
    const shape = this.#shapeFor(head)
    if (shape === undefined) throw new ProxyError('upstream_confused', { reason: 'row without a description' })
    const rebuilt = this.#rebuilt(bytes, start, end, isCertain(head) ? shape : scannedThroughout(shape), execution)
    if (rebuilt === undefined) outbox.add(bytes, start, end)
    else outbox.add(rebuilt)
  }

  /** The row with what its values are shown as; undefined if they stay as they are. */
  #rebuilt(bytes: Buffer, start: number, end: number, shape: RowShape, execution: Execution): Buffer | undefined {
    let copied = start + HEADER_BYTES
    let at = firstValue(bytes, copied, end, shape)
    let writer: MessageWriter | undefined
    for (const column of shape.columns) {
      const from = at + LENGTH_BYTES
      const to = valueEnd(bytes, at, end)
      const isNull = to === at
      at = isNull ? from : to
      const shown = isNull ? undefined : this.#shown(bytes, from, to, column, execution)
      if (shown === undefined) continue
      writer ??= new MessageWriter(BACKEND.DATA_ROW, end - copied)
      writer.writeBytes(bytes.subarray(copied, from - LENGTH_BYTES)).writeValue(shown)
      copied = at
    }
    if (at !== end) throw new ProxyError('upstream_confused', { reason: 'row of another length' })
    return writer?.writeBytes(bytes.subarray(copied, end)).finish()
  }

  /** What to send instead of the value in `bytes[from, to)`; undefined if it stays. */
  #shown(bytes: Buffer, from: number, to: number, column: ColumnShape, execution: Execution): Uint8Array | null | undefined {
    if (column.subjectType !== undefined) execution.meet(column.subjectType, keyText(bytes.subarray(from, to), column), this.#state.services.logKey)
    if (!column.isScanned || !this.#holdsMarker(bytes, from, to)) return undefined
    return this.#state.revealer.reveal(bytes.subarray(from, to), column, execution)
  }

  #shapeFor(head: Request | undefined): RowShape | undefined {
    if (head?.kind === 'query') return this.#queryShape
    if (head?.kind !== 'execute') return undefined
    const { epoch } = this.#state
    if (this.#shaped?.head === head && this.#shaped.epoch === epoch) return this.#shaped.shape
    const known = describedOf(head.portal)
    if (known?.described.kind !== 'rows') return undefined
    const shape = this.shapeOf(known.described.columns, known.formats, head.portal.statement?.plan)
    this.#shaped = { head, epoch, shape }
    return shape
  }

  #holdsMarker(bytes: Buffer, start: number, end: number): boolean {
    const isKnown = this.#searched === bytes && this.#searchedFrom <= start && (this.#markerAt === -1 || this.#markerAt >= start)
    if (!isKnown) {
      this.#searched = bytes
      this.#searchedFrom = start
      this.#markerAt = markerAt(bytes, start, bytes.length)
    }
    return this.#markerAt !== -1 && this.#markerAt + MARKER.length <= end
  }
}

/**
 * Whether the description is surely that of these rows. SQL and code in the database can put another statement or cursor in
 * the place of the one that was described before.
 */
const isCertain = (head: Request): boolean => head.kind === 'query' || (head.kind === 'execute' && head.isJustDescribed)

const scannedThroughout = (shape: RowShape): RowShape =>
  shape.columns.every(column => column.isScanned) ? shape : { isScanned: true, columns: shape.columns.map(column => ({ ...column, isScanned: true })) }

/** Offset of the first value of a row. Throws for a row of another width than the result's. */
const firstValue = (bytes: Buffer, body: number, end: number, shape: RowShape): number => {
  if (end - body < COUNT_BYTES || bytes.readUInt16BE(body) !== shape.columns.length) throw new ProxyError('upstream_confused', { reason: 'row of another width' })
  return body + COUNT_BYTES
}

/** End of the value whose length stands at `at`; `at` itself for NULL. Throws if it is not within the row. */
const valueEnd = (bytes: Buffer, at: number, end: number): number => {
  if (end - at < LENGTH_BYTES) throw new ProxyError('upstream_confused', { reason: 'row cut short' })
  const length = bytes.readInt32BE(at)
  if (length === -1) return at
  if (length < 0 || length > end - at - LENGTH_BYTES) throw new ProxyError('upstream_confused', { reason: 'value beyond its row' })
  return at + LENGTH_BYTES + length
}

const executionOf = (head: Request): Execution => {
  const execution = head.kind === 'query' ? head.executions[head.position] : head.kind === 'execute' ? head.execution : undefined
  if (execution === undefined) throw new ProxyError('upstream_confused', { head: head.kind })
  return execution
}

/** A key as text, so that one person has one reference whatever the format. */
const keyText = (bytes: Buffer, column: ColumnShape): string => {
  if (column.format === 0) return bytes.toString('utf8')
  switch (column.typeOid) {
    case OID.int2:
      return String(bytes.readInt16BE(0))
    case OID.int4:
      return String(bytes.readInt32BE(0))
    case OID.int8:
      return String(bytes.readBigInt64BE(0))
    case OID.uuid:
      return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    default:
      return bytes.toString('latin1')
  }
}
