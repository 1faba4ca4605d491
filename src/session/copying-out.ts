/** COPY TO STDOUT: one CopyData a row, with no description before it, so names and types come from the plan. */
import { ProxyError } from '../errors.js'
import { encodeCopyData } from '../wire/frontend/copy-data.js'
import { OID } from '../wire/oids.js'
import type { CopyColumn, CopyPlan } from '../sql/types.js'
import { HEADER_BYTES } from '../wire/framer.js'
import type { ColumnDescription } from '../wire/backend/row-description.js'
import { holdsToken } from './admission.js'
import { createCopyOut, type CopyOut } from './copy/index.js'
import type { Execution } from './execution.js'
import type { Outbox } from './outbox.js'
import { rowShape } from './result-shape.js'
import { DIAGNOSTIC_SHAPE } from './revealing.js'
import type { SessionState } from './state.js'

/** The column as a RowDescription would have it, so that the same rules hold for it. */
const asDescribed = (column: CopyColumn): ColumnDescription => ({
  name: new Uint8Array(), tableOid: column.origin?.relationOid ?? 0, attnum: column.origin?.attnum ?? 0,
  typeOid: column.typeOid ?? OID.unknown, typeLength: -1, typmod: -1, format: 0
})

export class CopyOutFlow {
  readonly #state: SessionState
  readonly #running: WeakMap<Execution, CopyOut> = new WeakMap()

  constructor(state: SessionState) {
    this.#state = state
  }

  row(execution: Execution, bytes: Buffer, start: number, end: number, outbox: Outbox): void {
    execution.rows++
    const plan = execution.plan?.copy
    if (plan === undefined) throw new ProxyError('upstream_confused', { reason: 'copy data without a copy' })
    const row = bytes.subarray(start + HEADER_BYTES, end)
    if (plan.format === 'binary') {
      // Binary copies of protected tables are refused; code in the database may still have put a sealed value into another one.
      if (holdsToken(this.#state, row)) throw new ProxyError('statement_unsupported', { reason: 'a sealed value in a COPY in binary format', remedy: 'Use format text or csv.' })
      return outbox.add(bytes, start, end)
    }
    const shown = this.#copyOut(execution, plan).row(row)
    if (shown === row) outbox.add(bytes, start, end)
    else outbox.add(encodeCopyData({ data: shown }))
  }

  #copyOut(execution: Execution, plan: CopyPlan): CopyOut {
    const known = this.#running.get(execution)
    if (known !== undefined) return known
    const { catalog, policy, rights } = this.#state
    const described = plan.columns.map(asDescribed)
    const statement = execution.plan === undefined ? undefined : { ...execution.plan, outputs: plan.columns }
    const shape = rowShape(described, undefined, statement, { catalog, policy, rights })
    const copyOut = createCopyOut(plan, (index, value) => {
      const column = plan.columns.length === 0 ? DIAGNOSTIC_SHAPE : shape.columns[index]
      if (column === undefined) throw new ProxyError('upstream_confused', { reason: 'copy row of another width' })
      return this.#state.revealer.reveal(Buffer.from(value), column, execution)
    })
    this.#running.set(execution, copyOut)
    return copyOut
  }
}
