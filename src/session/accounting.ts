/** Turns what a statement did into events, and holds them until the chunk that they cover is about to leave. */
import type { AccessBody, AccessedColumn, AccessedObject, Actor as EventActor, AlertBody, DenyBody, EventBody, Statement, Subjects, ValueCounts } from '../audit/event.js'
import type { ProxyError } from '../errors.js'
import type { Field, Policy } from '../policy/types.js'
import { normaliseText } from '../sql/normalise.js'
import type { Use, UseKind } from '../sql/types.js'
import { faultLine } from './fault.js'
import type { Execution, FieldTally, Protocol, Shown, StatementSource } from './execution.js'
import type { SessionState } from './state.js'

interface Pending {
  readonly body: EventBody
  /** Gets the id of the event once it is in the log. */
  readonly onWritten: ((id: string) => void) | undefined
}

export interface End {
  readonly rows: number
  readonly completed: boolean
  readonly sqlState: string | undefined
}

/** What events say of the columns that a plan names; holds until rights change. */
interface Planned {
  readonly epoch: string
  readonly fieldNames: ReadonlySet<string>
  readonly objects: readonly AccessedObject[] | undefined
}

/** Events of one session, in order. */
export class Accounts {
  readonly #state: SessionState
  /** By plan, since runs of a statement share it, or by source where there is none. */
  readonly #texts: Readonly<Record<Protocol, WeakMap<object, Statement>>> = { simple: new WeakMap(), extended: new WeakMap() }
  readonly #planned: WeakMap<readonly Use[], Planned> = new WeakMap()
  #actor: EventActor | undefined
  #pending: Pending[] = []

  constructor(state: SessionState) {
    this.#state = state
  }

  /** Writes what is pending. Throws `audit_unwritable`: then nothing that it covers may be released. */
  flush(): void {
    if (this.#pending.length === 0) return
    const pending = this.#pending
    this.#pending = []
    const ids = this.#state.services.audit.append(pending.map(({ body }) => body))
    pending.forEach(({ onWritten }, index) => onWritten?.(ids[index] ?? ''))
  }

  add(body: EventBody): void {
    this.#pending.push({ body, onWritten: undefined })
  }

  /** The rows go on in the next chunk: what has been shown so far is on record before it leaves. */
  begin(execution: Execution): void {
    execution.hasUnlogged = false
    if (execution.hasBegun) return
    execution.hasBegun = true
    const body = this.#access(execution, 'begin', { rows: execution.rows, completed: false, sqlState: undefined })
    this.#pending.push({ body, onWritten: id => (execution.beginId = id) })
  }

  /** The end of a statement that showed or used protected columns. */
  finish(execution: Execution, end: End): void {
    if (!execution.isLogged) return
    execution.hasUnlogged = false
    this.add(this.#access(execution, execution.hasBegun ? 'final' : 'only', end))
    this.#alerts(execution, end)
  }

  /** A refusal of ours. */
  deny(execution: Execution, error: ProxyError): void {
    const fault = faultLine(error)
    if (fault !== undefined) this.#state.services.report(fault)
    const body: DenyBody = {
      ...this.#common(), type: 'deny', outcome: 'denied', sqlstate: error.sqlState, error: error.code,
      stmt: this.#statement(execution.source, execution.plan?.copy !== undefined), objects: objectsOf(execution.uses, namedOnly)
    }
    this.add(body)
  }

  get actor(): EventActor {
    const { actor, settings, rights } = this.#state
    const appName = settings.get('application_name') ?? ''
    // The same object as long as it says the same, so that its line in the log is made once.
    if (this.#actor?.app_name !== appName || this.#actor.role !== rights.name) {
      this.#actor = { db_user: actor.dbUser, app_name: appName, role: rights.name, session_id: actor.sessionId, source_ip: actor.address }
    }
    return this.#actor
  }

  #common(): { readonly actor: EventActor; readonly db: string; readonly policy_version: string } {
    return { actor: this.actor, db: this.#state.actor.database, policy_version: this.#state.policy.hash }
  }

  #access(execution: Execution, phase: AccessBody['phase'], end: End): AccessBody {
    const isCopy = execution.plan?.copy !== undefined
    const values = valueCounts(execution)
    const isModified = (values.masked ?? 0) + (values.redacted ?? 0) + (values.failed ?? 0) > 0
    return {
      ...this.#common(),
      type: isCopy ? 'copy' : 'query',
      phase,
      begin_id: execution.beginId,
      outcome: end.sqlState === undefined ? (isModified ? 'modified' : 'allowed') : 'error',
      sqlstate: end.sqlState,
      stmt: this.#statement(execution.source, isCopy),
      objects: this.#objects(execution.uses, execution.fields),
      result: { rows: end.rows, completed: end.completed },
      values,
      subjects: subjectsOf(execution, this.#state.policy)
    }
  }

  #alerts(execution: Execution, end: End): void {
    const alert = (rule: AlertBody['alert']['rule'], count: number): void =>
      this.add({ ...this.#common(), type: 'alert', outcome: 'modified', alert: { rule, count } })
    if (execution.forged > 0) alert('token_forged', execution.forged)
    if (execution.relocated > 0) alert('token_relocated', execution.relocated)
    // Whoever may write but not search could test guesses against a unique column: such attempts stay visible.
    const writes = (...kinds: readonly UseKind[]): boolean => execution.uses.some(use => kinds.includes(use.kind) && use.field.protect === 'equality')
    if (end.sqlState === '23505' && writes('insert', 'overwrite')) alert('duplicate_value', 1)
    if (end.sqlState === undefined && end.rows === 0 && writes('insert')) alert('upsert_without_row', 1)
  }

  #statement(source: StatementSource, isCopy: boolean): Statement | undefined {
    if (source.text === '') return undefined
    const key = source.plan ?? source
    const known = this.#texts[source.protocol].get(key)
    if (known !== undefined) return known
    const bytes = Buffer.byteLength(source.text)
    const { text, fingerprint } = normaliseText(source.text, source.plan ?? { start: 0, end: bytes }, this.#state.catalog)
    const statement: Statement =
      // Without a fingerprint it did not parse: then nothing says which of its words are harmless.
      fingerprint === ''
        ? { length: bytes, text_hash: this.#state.services.textHash(source.text), protocol: source.protocol }
        : { kind: source.plan?.kind, fingerprint, text, protocol: isCopy ? 'copy' : source.protocol }
    this.#texts[source.protocol].set(key, statement)
    return statement
  }

  /** The columns that the plan names, and the home columns of fields that turned up without it (from a function, say). */
  #objects(uses: readonly Use[], shown: ReadonlyMap<string, FieldTally>): readonly AccessedObject[] | undefined {
    const planned = this.#plannedFor(uses)
    const unplanned = [...shown.values()].filter(({ field }) => !planned.fieldNames.has(field.name)).flatMap(({ field }) => homeUses(field))
    return unplanned.length === 0 ? planned.objects : objectsOf([...uses, ...unplanned], use => this.#column(use))
  }

  #plannedFor(uses: readonly Use[]): Planned {
    const { epoch } = this.#state
    const known = this.#planned.get(uses)
    if (known?.epoch === epoch) return known
    const planned = { epoch, fieldNames: new Set(uses.map(use => use.field.name)), objects: objectsOf(uses, use => this.#column(use)) }
    this.#planned.set(uses, planned)
    return planned
  }

  #column(use: Use): AccessedColumn {
    const common = { name: use.column, category: use.field.category, use: use.kind }
    if (use.kind !== 'output') return common
    const decision = this.#state.rights.decideRead(use.field)
    return { ...common, treatment: decision.treatment.action, rule: decision.rule }
  }
}

/** A refused statement delivered nothing and used nothing: the error says what it wanted of the columns. */
const namedOnly = (use: Use): AccessedColumn => ({ name: use.column, category: use.field.category })

const objectsOf = (uses: readonly Use[], columnOf: (use: Use) => AccessedColumn): readonly AccessedObject[] | undefined => {
  const tables = new Map<string, { schema: string; table: string; columns: Map<string, AccessedColumn> }>()
  for (const use of uses) {
    const key = `${use.schema}.${use.table}`
    const table = tables.get(key) ?? { schema: use.schema, table: use.table, columns: new Map<string, AccessedColumn>() }
    const column = columnOf(use)
    table.columns.set(`${column.name}/${column.use ?? ''}`, column)
    tables.set(key, table)
  }
  return tables.size === 0 ? undefined : [...tables.values()].map(table => ({ ...table, columns: [...table.columns.values()] }))
}

const homeUses = (field: Field): Use[] =>
  field.columns.slice(0, 1).map(home => ({ kind: 'output', field, schema: home.schema, table: home.table, column: home.column, isExplicit: false }))

const orNothing = (count: number): number | undefined => (count === 0 ? undefined : count)

/** What an event calls each way of showing a value. */
const COUNTED_AS: Readonly<Record<Shown, 'opened' | 'masked' | 'redacted' | 'sealed'>> = {
  reveal: 'opened', mask: 'masked', null: 'masked', redact: 'redacted', deny: 'redacted', sealed: 'sealed'
}

const valueCounts = (execution: Execution): ValueCounts => {
  const sums = { opened: 0, masked: 0, redacted: 0, sealed: 0 }
  for (const { shown } of execution.fields.values()) for (const [kind, count] of shown) sums[COUNTED_AS[kind]] += count
  return {
    opened: orNothing(sums.opened),
    masked: orNothing(sums.masked),
    redacted: orNothing(sums.redacted),
    relocated: orNothing(execution.relocated),
    ambiguous: orNothing(execution.ambiguous),
    sealed: orNothing(sums.sealed),
    failed: orNothing(execution.forged)
  }
}

/**
 * The people in a result: by the keys in it, or else, where a table's key is not among its columns, as many as values of
 * one of its columns were shown, which is an estimate.
 */
const subjectsOf = (execution: Execution, policy: Policy): readonly Subjects[] | undefined => {
  const counted = [...execution.subjects.values()].map(counter => counter.report()).filter(report => report !== undefined)
  const types = new Set(counted.map(({ type }) => type))
  const estimates = new Map<string, number>()
  for (const { field, shown } of execution.fields.values()) {
    const [home] = field.columns
    const type = home === undefined ? undefined : policy.tables.get(`${home.schema}.${home.table}`)?.subject?.type
    if (type === undefined || types.has(type)) continue
    const values = [...shown.values()].reduce((sum, count) => sum + count, 0)
    estimates.set(type, Math.max(values, estimates.get(type) ?? 0))
  }
  const all = [...counted, ...[...estimates].map(([type, count]) => ({ type, count, count_exact: false }))]
  return all.length === 0 ? undefined : all
}
