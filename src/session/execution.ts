/** One run of one statement: what it showed so far, for its event in the log. */
import { createSubjectCounter, type SubjectCounter } from '../audit/subjects.js'
import type { StatementPlan, Use } from '../sql/types.js'
import type { Field, Treatment } from '../policy/types.js'
import type { Refusal } from './requests.js'

/** How a statement came: by Query, or by Parse, Bind and Execute (function calls by protocol count as these). */
export type Protocol = 'simple' | 'extended'

/** Where the normalised text of an event comes from; shared by all runs of a prepared statement. */
export interface StatementSource {
  readonly text: string
  readonly plan: StatementPlan | undefined
  readonly protocol: Protocol
  /** The server sees another text than the client wrote: positions in its errors mean nothing to the client. */
  readonly isRewritten: boolean
}

export type Shown = Treatment['action'] | 'redact'

/** Counts by field and by how its values were shown. */
export interface FieldTally {
  readonly field: Field
  readonly rule: string
  readonly shown: Map<Shown, number>
}

const NO_FIELDS: ReadonlyMap<string, FieldTally> = new Map()
const NO_SUBJECTS: ReadonlyMap<string, SubjectCounter> = new Map()

export class Execution {
  readonly source: StatementSource
  /** Of the plan, or of a statement that was refused. */
  readonly uses: readonly Use[]
  rows = 0
  // Made when there is something to hold: most statements touch nothing that is protected.
  #fields: Map<string, FieldTally> | undefined
  #subjects: Map<string, SubjectCounter> | undefined
  forged = 0
  relocated = 0
  ambiguous = 0
  /** Values were opened or masked which no event covers yet. */
  hasUnlogged = false
  /** A `begin` event is in the log; the final one is owed. */
  hasBegun = false
  beginId: string | undefined
  /** Set when its COPY data was refused: the server was sent CopyFail. */
  refusal: Refusal | undefined

  constructor(source: StatementSource, uses: readonly Use[]) {
    this.source = source
    this.uses = uses
  }

  get plan(): StatementPlan | undefined {
    return this.source.plan
  }

  get fields(): ReadonlyMap<string, FieldTally> {
    return this.#fields ?? NO_FIELDS
  }

  /** The people in the result, by subject type. */
  get subjects(): ReadonlyMap<string, SubjectCounter> {
    return this.#subjects ?? NO_SUBJECTS
  }

  /** Whether an event is owed at its end. */
  get isLogged(): boolean {
    return this.hasBegun || this.hasUnlogged || this.fields.size > 0 || this.forged > 0 || this.uses.length > 0
  }

  show(field: Field, rule: string, shown: Shown): void {
    this.hasUnlogged = true
    this.#fields ??= new Map()
    const tally = this.#fields.get(field.name)
    if (tally === undefined) this.#fields.set(field.name, { field, rule, shown: new Map([[shown, 1]]) })
    else tally.shown.set(shown, (tally.shown.get(shown) ?? 0) + 1)
  }

  /** A token that does not open, or whose field no policy has. */
  showForged(): void {
    this.hasUnlogged = true
    this.forged++
  }

  /** Counts one person; `key` is their key in text form, of which a hash is kept. */
  meet(subjectType: string, key: string, logKey: Uint8Array): void {
    this.#subjects ??= new Map()
    const known = this.#subjects.get(subjectType)
    const counter = known ?? createSubjectCounter(logKey, subjectType)
    if (known === undefined) this.#subjects.set(subjectType, counter)
    counter.add(key)
  }
}
