/** Decides about a text that a client sends, before anything of it reaches the server: run it, rewritten or not, or refuse it. */
import { isAscii } from 'node:buffer'
import { tokenEnd } from '../crypto/token.js'
import { asProxyError, assertNever, ProxyError } from '../errors.js'
import { SQL_BYTES_MAX } from '../limits.js'
import { authorize } from '../sql/authorize.js'
import { spellLiterals } from '../sql/spelling.js'
import type { Effect, PlanContext, Splice, StatementPlan, TextPlan, Use } from '../sql/types.js'
import type { Statement } from './prepared.js'
import type { Refusal } from './requests.js'
import { markerAt } from './revealing.js'
import { utf8Text } from './sealing.js'
import { changesReading, changesValues } from './settings.js'
import { spliced } from './splicing.js'
import type { SessionState } from './state.js'

export type Verdict =
  | { readonly kind: 'run'; readonly text: string; readonly statements: readonly StatementPlan[]; readonly bytes: Uint8Array; readonly isRewritten: boolean }
  | { readonly kind: 'refuse'; readonly text: string; readonly refusal: Refusal; readonly uses: readonly Use[] }

const refuse = (text: string, error: ProxyError, uses: readonly Use[] = []): Verdict => ({ kind: 'refuse', text, refusal: { kind: 'error', error }, uses })

/** A text may only be decided upon synchronously while the catalogue is fresh; else `admit` is to be called again after a refresh. */
export type Admission = Verdict | 'needs_refresh'

const isInside = (splices: readonly Splice[], at: number): boolean =>
  splices.some(splice => splice.replacement.kind === 'seal' && splice.start <= at && at < splice.end)

/**
 * Whether bytes of a statement or a value hold a well-formed sealed value of a field that we know: whoever may plant one could
 * have others open it. Those inside `judged` splices are left to the sealer, which knows their column.
 */
export const holdsToken = (state: SessionState, bytes: Buffer, judged: readonly Splice[] = []): boolean => {
  for (let at = markerAt(bytes, 0, bytes.length); at !== -1; at = markerAt(bytes, at + 1, bytes.length)) {
    if (isInside(judged, at)) continue
    const end = tokenEnd(bytes, at, bytes.length)
    if (end !== -1 && state.services.vault.fieldOfToken(bytes, at, end) !== undefined) return true
  }
  return false
}

/** The text as the planner reads it. Other encodings than UTF8 keep their bytes apart, which suffices to find protected names in ASCII. */
const decoded = (state: SessionState, bytes: Uint8Array): string =>
  (state.settings.get('client_encoding') ?? 'UTF8') === 'UTF8' ? utf8Text(bytes) : Buffer.from(bytes).toString('latin1')

/** Whether a statement has such an effect on those behind it in the same text. */
const hasInside = (statements: readonly StatementPlan[], isSuch: (effect: Effect) => boolean): boolean =>
  statements.slice(0, -1).some(statement => statement.effects.some(isSuch))

const requireSettings = (state: SessionState, statements: readonly StatementPlan[]): void => {
  const inDoubt = state.settings.areInDoubt || hasInside(statements, changesValues)
  const isSet = (name: string, value: string): boolean => (state.settings.get(name) ?? value) === value
  if (!isSet('client_encoding', 'UTF8') || inDoubt) throw new ProxyError('session_setting_unsupported', { setting: 'client_encoding = UTF8' })
  if (!isSet('standard_conforming_strings', 'on')) throw new ProxyError('session_setting_unsupported', { setting: 'standard_conforming_strings = on' })
  const usesDates = statements.some(statement => statement.uses.some(use => use.field.type.kind === 'date'))
  if (usesDates && !(state.settings.get('DateStyle') ?? 'ISO').startsWith('ISO')) throw new ProxyError('session_setting_unsupported', { setting: 'DateStyle = ISO' })
}

/** Encodings in which a character's second byte may be a backslash (PostgreSQL's client-only encodings). */
const ASCII_UNSAFE_ENCODINGS: ReadonlySet<string> = new Set(['SJIS', 'SHIFT_JIS_2004', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB'])
const BACKSLASH = 0x5c

/**
 * What to change in a text so that the server reads it as we do; otherwise what our parser takes for a literal could be a
 * statement on protected columns, past all rights and the log. Throws for settings under which it never would.
 */
const sameReading = (state: SessionState, text: string, bytes: Buffer): readonly Splice[] => {
  // Only a backslash is read differently: no trail byte of those encodings is a quote, a dollar or a comment.
  if (!bytes.includes(BACKSLASH)) return []
  const areStringsStandard = (state.settings.get('standard_conforming_strings') ?? 'on') === 'on'
  if (!areStringsStandard) throw new ProxyError('session_setting_unsupported', { setting: 'standard_conforming_strings = on' })
  const encoding = state.settings.get('client_encoding') ?? 'UTF8'
  const isSpelled = !state.isQuiet
  // Characters of another encoding can't be told apart here, let alone written anew.
  if (ASCII_UNSAFE_ENCODINGS.has(encoding) || (isSpelled && encoding !== 'UTF8' && !isAscii(bytes))) {
    throw new ProxyError('session_setting_unsupported', { setting: 'client_encoding = UTF8' })
  }
  // Whatever runs before it, a trigger or a function in a view, may change the settings, and the server tells only at the end of a cycle.
  return isSpelled ? spellLiterals(text, bytes) : []
}

const doOverlap = (left: Splice, right: Splice): boolean => left.start < right.end && right.start < left.end

/** Splices of both lists in order; a literal that is replaced anyway needs no other spelling. */
const withSpelling = (splices: readonly Splice[], spelling: readonly Splice[]): readonly Splice[] => {
  const added = spelling.filter(each => !splices.some(splice => doOverlap(splice, each)))
  return added.length === 0 ? splices : [...splices, ...added].toSorted((left, right) => left.start - right.start)
}

/** Columns that are not sealed yet hold plain values: nobody writes them, and only who reads all of a table plainly may read it. */
const requireGuards = (state: SessionState, statement: StatementPlan): void => {
  const [column] = statement.unguarded
  if (column === undefined) return
  const writes = statement.uses.some(use => use.kind === 'insert' || use.kind === 'overwrite')
  const revealsAll = statement.unguarded.every(name => {
    const field = [...state.policy.fields.values()].find(each => each.columns.some(home => `${home.schema}.${home.table}.${home.column}` === name))
    return field !== undefined && state.rights.decideRead(field).treatment.action === 'reveal'
  })
  if (writes || !revealsAll) throw new ProxyError('column_unguarded', { column })
}

const isProtected = (statement: StatementPlan): boolean => statement.uses.length > 0 || statement.unguarded.length > 0

const authorized = (state: SessionState, statements: readonly StatementPlan[]): void => {
  for (const role of state.rights.roles) {
    const error = authorize(statements, role)
    if (error !== undefined) throw error
  }
  if (statements.some(isProtected)) requireSettings(state, statements)
  for (const statement of statements) requireGuards(state, statement)
}

/** Checks again what may have changed since a prepared statement was parsed. Throws the refusal. */
export const authorizeAgain = (state: SessionState, statement: StatementPlan | undefined): void => {
  if (statement !== undefined) authorized(state, [statement])
}

/** A plan for comparing; Maps and Sets come as lists, policy objects as what they say. */
const inWords = (plan: StatementPlan): string => JSON.stringify(plan, (_, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value))

/**
 * The server plans a prepared statement anew when search_path or relations have changed, so its text may mean other columns
 * than at Parse. Throws `plan_outdated` where that changes our plan; drivers then prepare it again.
 */
export const requireSamePlan = (state: SessionState, statement: Statement): void => {
  const { plan, source, reading } = statement
  if (plan === undefined || reading === state.reading) return
  const now = planned(state, source.text, true)
  const isSame = now !== 'needs_refresh' && now.outcome === 'planned' && now.statements.length === 1 && inWords(plan) === now.statements.map(inWords).join()
  if (!isSame) throw new ProxyError('plan_outdated')
  statement.reading = state.reading
}

const contextOf = (state: SessionState, missing: PlanContext['missing']): PlanContext => ({
  catalog: state.catalog,
  searchPath: state.settings.searchPath,
  missing,
  changed: state.uncommittedDdl,
  preparedNamed: name => {
    const statement = state.statements.ahead(name)
    return statement?.plan ?? statement?.preparedAs
  }
})

const planned = (state: SessionState, text: string, isRefreshed: boolean): TextPlan | 'needs_refresh' => {
  const plan = (missing: PlanContext['missing']): TextPlan => {
    const context = contextOf(state, missing)
    const known = state.services.planner.plan({ text, context, policyHash: state.policy.hash })
    if (known.outcome !== 'planned' || !hasInside(known.statements, changesReading)) return known
    // The server parses the whole text first, but looks names up statement by statement.
    return state.services.planner.plan({ text, context: { ...context, searchPath: undefined }, policyHash: state.policy.hash })
  }
  const first = plan('report')
  if (first.outcome !== 'stale') return first
  if (!isRefreshed) return 'needs_refresh'
  // The transaction's own DDL is invisible to the catalogue's login: a relation that we can't see may be a view over protected columns.
  if (state.uncommittedDdl.size > 0) return { outcome: 'refused', error: uncommitted(), uses: [] }
  const forwarded = plan('forward')
  const makesViews = forwarded.outcome === 'planned' && forwarded.statements.some(each => each.effects.some(effect => effect.kind === 'ddl' && effect.touchesProtected))
  return makesViews ? { outcome: 'refused', error: uncommitted(), uses: [] } : forwarded
}

const uncommitted = (): ProxyError =>
  new ProxyError('statement_unsupported', { reason: 'it uses a relation made in a transaction that is not committed yet', remedy: 'Commit the DDL first.' })

const run = (state: SessionState, text: string, bytes: Buffer, plan: TextPlan & { outcome: 'planned' }): Verdict => {
  authorized(state, plan.statements)
  if (holdsToken(state, bytes, plan.splices)) throw new ProxyError('sealed_write_denied', { column: 'any column', role: state.rights.name })
  const splices = withSpelling(plan.splices, sameReading(state, text, bytes))
  return { kind: 'run', text, statements: plan.statements, isRewritten: splices.length > 0, bytes: spliced(bytes, splices, state.sealer) }
}

const runOrRefuse = (state: SessionState, text: string, bytes: Buffer, plan: TextPlan & { outcome: 'planned' }): Verdict => {
  try {
    return run(state, text, bytes, plan)
  } catch (error) {
    return refuse(text, asProxyError(error), plan.statements.flatMap(statement => statement.uses))
  }
}

const judged = (state: SessionState, text: string, bytes: Buffer, isRefreshed: boolean): Admission => {
  const plan = planned(state, text, isRefreshed)
  if (plan === 'needs_refresh') return plan
  switch (plan.outcome) {
    case 'planned':
      return runOrRefuse(state, text, bytes, plan)
    case 'refused':
      return refuse(text, plan.error, plan.uses)
    case 'syntax_error':
      return { kind: 'refuse', text, refusal: { kind: 'syntax', message: plan.message, position: plan.position }, uses: [] }
    case 'stale':
      return refuse(text, new ProxyError('internal', { reason: 'stale plan' }))
    default:
      return assertNever(plan)
  }
}

/** Decides about the text of a Query or Parse. Never throws: whatever goes wrong refuses. */
export const admit = (state: SessionState, bytes: Buffer, isRefreshed: boolean): Admission => {
  let text = ''
  try {
    if (bytes.length > SQL_BYTES_MAX) throw new ProxyError('message_too_large', { bytes: bytes.length, max: SQL_BYTES_MAX })
    text = decoded(state, bytes)
    return judged(state, text, bytes, isRefreshed)
  } catch (error) {
    return refuse(text, asProxyError(error))
  }
}
