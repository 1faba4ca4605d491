/** Parse, Bind, Describe, Execute and Close on their way to the server. */
import { asProxyError, ProxyError } from '../errors.js'
import { PORTALS_MAX, STATEMENTS_MAX } from '../limits.js'
import type { SealPlan, StatementPlan } from '../sql/types.js'
import { decodeBind, encodeBind, type BindMessage } from '../wire/frontend/bind.js'
import type { CloseMessage } from '../wire/frontend/close.js'
import { encodeDescribe, type DescribeMessage } from '../wire/frontend/describe.js'
import { decodeExecute } from '../wire/frontend/execute.js'
import { encodeParse, type ParseMessage } from '../wire/frontend/parse.js'
import { OID } from '../wire/oids.js'
import { authorizeAgain, holdsToken, requireSamePlan, type Verdict } from './admission.js'
import type { CopyInFlow } from './copying.js'
import { Execution } from './execution.js'
import type { Outbox } from './outbox.js'
import { isDescribed, newPortal, newStatement, type Portal, type Statement } from './prepared.js'
import type { Refusal } from './requests.js'
import { formatOf } from './result-shape.js'
import { markerAt } from './revealing.js'
import type { SessionState } from './state.js'
import { failingBind, failingExecute, failingParse } from './substitution.js'

/** Types which a client may declare for a sealed parameter: the server is shown `text`, which is what it stores. */
const TEXT_TYPES: ReadonlySet<number> = new Set<number>([0, OID.text, OID.varchar, OID.bpchar, OID.unknown])
const TEXT_ARRAY_TYPES: ReadonlySet<number> = new Set<number>([0, OID.unknown, OID.textArray, OID.varcharArray, OID.bpcharArray])

/** The type to declare to the server for a parameter; throws for one whose values we can't read. */
const serverType = (declared: number, plan: SealPlan | undefined, number: number): number => {
  if (plan === undefined) return declared
  const isDate = plan.field.type.kind === 'date'
  const allowed = plan.isArray ? TEXT_ARRAY_TYPES : TEXT_TYPES
  const asDate = plan.isArray ? OID.dateArray : OID.date
  if (!allowed.has(declared) && !(isDate && declared === asDate)) {
    throw new ProxyError('parameter_type_unsupported', { number, type: declared, column: plan.field.name })
  }
  return declared === 0 ? 0 : plan.isArray ? OID.textArray : OID.text
}

/** Parameters that the client takes for dates: it said so, or left it open and we show them as such. */
const dateParameters = (plan: StatementPlan | undefined, declared: readonly number[]): ReadonlySet<number> => {
  const isDate = (number: number, seal: SealPlan): boolean => seal.field.type.kind === 'date' && [0, OID.date].includes(declared[number - 1] ?? 0)
  return new Set([...(plan?.params ?? [])].filter(([number, seal]) => isDate(number, seal)).map(([number]) => number))
}

const error = (cause: unknown): Refusal => ({ kind: 'error', error: asProxyError(cause) })

export class ExtendedRequests {
  readonly #state: SessionState
  readonly #outbox: Outbox
  readonly #copyIn: CopyInFlow
  /** A name that the session never gives to a statement or a portal. */
  readonly #unusedName: string

  constructor(state: SessionState, outbox: Outbox, copyIn: CopyInFlow) {
    this.#state = state
    this.#outbox = outbox
    this.#copyIn = copyIn
    this.#unusedName = `pgveil ${state.services.newId()}`
  }

  parse(parse: ParseMessage, verdict: Verdict, bytes: Buffer, start: number, end: number): void {
    if (verdict.kind === 'refuse') return this.#refuseParse(parse, verdict.refusal, verdict.uses, verdict.text)
    const [plan, second] = verdict.statements
    // The server refuses several statements in one Parse (42601); it is to say so itself.
    const source = { text: verdict.text, plan: second === undefined ? plan : undefined, protocol: 'extended', isRewritten: verdict.isRewritten } as const
    const isFull = this.#state.statements.isFull && this.#state.statements.ahead(parse.statement) === undefined
    if (isFull) return this.#refuseParse(parse, error(new ProxyError('too_many_prepared', { max: STATEMENTS_MAX })), [], verdict.text)
    try {
      const types = parse.parameterTypes.map((type, index) => serverType(type, plan?.params.get(index + 1), index + 1))
      const statement = newStatement(parse.statement, source, this.#state.reading, dateParameters(plan, parse.parameterTypes))
      this.#addStatement(statement, undefined)
      const isUnchanged = !verdict.isRewritten && types.every((type, index) => type === parse.parameterTypes[index])
      if (isUnchanged) this.#outbox.add(bytes, start, end)
      else this.#outbox.add(encodeParse({ statement: parse.statement, text: verdict.bytes, parameterTypes: types }))
    } catch (cause) {
      this.#refuseParse(parse, error(cause), plan?.uses ?? [], verdict.text)
    }
  }

  bind(body: Buffer, bytes: Buffer, start: number, end: number): void {
    const bind = decodeBind(body)
    const statement = this.#state.statements.ahead(bind.statement)
    const portal = newPortal(bind.portal, statement, bind.resultFormats)
    try {
      if (statement !== undefined) requireSamePlan(this.#state, statement)
      const values = this.#sealed(bind, statement, body)
      this.#addPortal(portal, undefined)
      if (values === bind.values) this.#outbox.add(bytes, start, end)
      else this.#outbox.add(encodeBind({ ...bind, values }))
    } catch (cause) {
      this.#addPortal(portal, error(cause))
      this.#outbox.add(failingBind(bind.portal, this.#unusedName))
    }
  }

  describe(message: DescribeMessage): void {
    const of = message.target === 'S' ? this.#state.statements.ahead(message.name) : this.#state.portals.ahead(message.name)
    if (of !== undefined) of.describesPending++
    this.#state.requests.push({ kind: 'describe', target: message.target, of, isHidden: false })
  }

  execute(body: Buffer, bytes: Buffer, start: number, end: number): void {
    const { portal: name } = decodeExecute(body)
    // A portal that we did not bind is an SQL cursor: DECLARE and Bind share their names.
    const portal = this.#state.portals.ahead(name) ?? newPortal(name, undefined, [])
    const source = portal.statement?.source ?? { text: '', plan: undefined, protocol: 'extended', isRewritten: false }
    const execution = new Execution(source, source.plan?.uses ?? [])
    try {
      authorizeAgain(this.#state, source.plan)
    } catch (cause) {
      this.#state.requests.push({ kind: 'execute', portal, execution, isJustDescribed: false, refusal: error(cause) })
      return this.#outbox.add(failingExecute(this.#unusedName))
    }
    if (!isDescribed(portal)) this.#describeHidden(portal)
    const { last } = this.#state.requests
    const request = { kind: 'execute', portal, execution, isJustDescribed: last?.kind === 'describe' && last.of === portal, refusal: undefined } as const
    this.#state.requests.push(request)
    this.#state.applyAhead(source.plan)
    this.#copyIn.begin(request, [execution], this.#state)
    this.#outbox.add(bytes, start, end)
  }

  close(message: CloseMessage): void {
    if (message.target === 'S') this.#state.statements.deleteAhead(message.name)
    else this.#state.portals.deleteAhead(message.name)
    this.#state.requests.push({ kind: 'close', target: message.target, name: message.name })
  }

  /** Makes the server answer with an error, and skip to the next Sync, where a message can't be forwarded. */
  refuse(refusal: Refusal): void {
    const source = { text: '', plan: undefined, protocol: 'extended', isRewritten: false } as const
    const portal = newPortal(this.#unusedName, undefined, [])
    this.#state.requests.push({ kind: 'execute', portal, execution: new Execution(source, []), isJustDescribed: false, refusal })
    this.#outbox.add(failingExecute(this.#unusedName))
  }

  /** Clients may never ask what the columns are; we must know before the rows come. A Describe right before its Execute fails only with it. */
  #describeHidden(portal: Portal): void {
    portal.describesPending++
    this.#state.requests.push({ kind: 'describe', target: 'P', of: portal, isHidden: true })
    this.#outbox.add(encodeDescribe({ target: 'P', name: portal.name }))
  }

  #refuseParse(parse: ParseMessage, refusal: Refusal, uses: StatementPlan['uses'], text: string): void {
    const statement = newStatement(parse.statement, { text, plan: undefined, protocol: 'extended', isRewritten: false }, this.#state.reading, new Set())
    this.#addStatement(statement, { refusal, execution: new Execution(statement.source, uses) })
    this.#outbox.add(failingParse(parse.statement))
  }

  #addStatement(statement: Statement, refused: { readonly refusal: Refusal; readonly execution: Execution } | undefined): void {
    if (refused === undefined) this.#state.parseAhead(statement)
    else if (statement.name === '') this.#state.statements.deleteAhead('')
    this.#state.requests.push({ kind: 'parse', statement, execution: refused?.execution, refusal: refused?.refusal })
  }

  #addPortal(portal: Portal, refusal: Refusal | undefined): void {
    const isFull = this.#state.portals.isFull && this.#state.portals.ahead(portal.name) === undefined
    if (isFull && refusal === undefined) throw new ProxyError('too_many_prepared', { max: PORTALS_MAX })
    if (refusal === undefined) this.#state.portals.setAhead(portal.name, portal)
    this.#state.requests.push({ kind: 'bind', portal, refusal })
  }

  /** The values to send; the same array if none is sealed. */
  #sealed(bind: BindMessage, statement: Statement | undefined, body: Buffer): readonly (Uint8Array | null)[] {
    const plan = statement?.plan
    authorizeAgain(this.#state, plan ?? statement?.preparedAs)
    this.#refuseTokens(bind, plan, body)
    if (plan === undefined || plan.params.size === 0) return bind.values
    return bind.values.map((value, index) => {
      const number = index + 1
      const seal = plan.params.get(number)
      if (seal === undefined || value === null) return value
      return this.#state.sealer.sealParameter(value, formatOf(bind.parameterFormats, index), seal, number, statement?.dateParameters.has(number) ?? false)
    })
  }

  /** A sealed value may not be bound to anything but a home column of its field; the sealer judges those that are. */
  #refuseTokens(bind: BindMessage, plan: StatementPlan | undefined, body: Buffer): void {
    if (markerAt(body, 0, body.length) === -1) return
    bind.values.forEach((value, index) => {
      if (value === null || plan?.params.has(index + 1) === true) return
      if (holdsToken(this.#state, Buffer.from(value))) throw new ProxyError('sealed_write_denied', { column: 'any column', role: this.#state.rights.name })
    })
  }
}
