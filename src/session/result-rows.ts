/** Rows on their way to the client: those that hold a sealed value are built anew, all others pass as they are. */
import { ProxyError } from '../errors.js'
import type { StatementPlan } from '../sql/types.js'
import { decodeDataRow, encodeDataRow } from '../wire/backend/data-row.js'
import type { ColumnDescription } from '../wire/backend/row-description.js'
import { OID } from '../wire/oids.js'
import type { Execution } from './execution.js'
import type { Outbox } from './outbox.js'
import { describedOf } from './prepared.js'
import type { Request } from './requests.js'
import { rowShape, type ColumnShape, type RowShape } from './result-shape.js'
import { markerAt } from './revealing.js'
import type { SessionState } from './state.js'

const HEADER_BYTES = 5

interface ShapedFor {
  readonly key: string
  readonly shape: RowShape
}

/** What the rows of a request are, if their description is known yet. */
type QueryRequest = Extract<Request, { kind: 'query' }>

export class ResultRows {
  readonly #state: SessionState
  /** By description, which lives as long as its statement or portal. */
  readonly #shapes: WeakMap<readonly ColumnDescription[], ShapedFor> = new WeakMap()
  /** The result of a simple Query that is being sent. */
  #queryShape: RowShape | undefined
  /** The next marker in the buffer being walked: one native search serves all rows of a chunk. */
  #searched: { readonly bytes: Buffer; readonly from: number; readonly at: number } | undefined

  constructor(state: SessionState) {
    this.#state = state
  }

  beginQueryResult(request: QueryRequest, columns: readonly ColumnDescription[]): RowShape {
    this.#queryShape = this.shapeOf(columns, undefined, request.executions[request.position]?.plan)
    return this.#queryShape
  }

  endResult(): void {
    this.#queryShape = undefined
  }

  /** False only if it is known that no row of the result can hold a sealed value, or a subject's key beside one. */
  areScanned(head: Request | undefined): boolean {
    return this.#shapeFor(head)?.isScanned ?? true
  }

  shapeOf(columns: readonly ColumnDescription[], formats: readonly number[] | undefined, plan: StatementPlan | undefined): RowShape {
    const key = `${this.#state.epoch}/${formats?.join() ?? ''}`
    const known = this.#shapes.get(columns)
    if (known?.key === key) return known.shape
    const { catalog, policy, rights } = this.#state
    const shape = rowShape(columns, formats, plan, { catalog, policy, rights })
    this.#shapes.set(columns, { key, shape })
    return shape
  }

  row(head: Request, bytes: Buffer, start: number, end: number, outbox: Outbox): void {
    const execution = executionOf(head)
    execution.rows++
    if (!this.#holdsMarker(bytes, start, end)) return outbox.add(bytes, start, end)
    const shape = this.#shapeFor(head)
    if (shape === undefined) throw new ProxyError('upstream_confused', { reason: 'row without a description' })
    const { values } = decodeDataRow(bytes.subarray(start + HEADER_BYTES, end))
    if (values.length !== shape.columns.length) throw new ProxyError('upstream_confused', { reason: 'row of another width' })
    const shown = values.map((value, index) => this.#value(value, shape.columns[index], execution))
    outbox.add(encodeDataRow({ values: shown }))
  }

  #value(value: Uint8Array | null, column: ColumnShape | undefined, execution: Execution): Uint8Array | null {
    if (value === null || column === undefined) return value
    if (column.subjectType !== undefined) execution.meet(column.subjectType, keyText(value, column), this.#state.services.logKey)
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    if (!column.isScanned || markerAt(bytes, 0, bytes.length) === -1) return value
    const shown = this.#state.revealer.reveal(bytes, column, execution)
    return shown === undefined ? value : shown
  }

  #shapeFor(head: Request | undefined): RowShape | undefined {
    if (head?.kind === 'query') return this.#queryShape
    if (head?.kind !== 'execute') return undefined
    const known = describedOf(head.portal)
    if (known?.described.kind !== 'rows') return undefined
    return this.shapeOf(known.described.columns, known.formats, head.portal.statement?.plan)
  }

  #holdsMarker(bytes: Buffer, start: number, end: number): boolean {
    const searched = this.#searched
    const isKnown = searched !== undefined && searched.bytes === bytes && searched.from <= start && (searched.at === -1 || searched.at >= start)
    const at = isKnown ? searched.at : markerAt(bytes, start, bytes.length)
    if (!isKnown) this.#searched = { bytes, from: start, at }
    return at !== -1 && at < end
  }
}

const executionOf = (head: Request): Execution => {
  const execution = head.kind === 'query' ? head.executions[head.position] : head.kind === 'execute' ? head.execution : undefined
  if (execution === undefined) throw new ProxyError('upstream_confused', { head: head.kind })
  return execution
}

/** A key as text, so that one person has one reference whatever the format. */
const keyText = (value: Uint8Array, column: ColumnShape): string => {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
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
