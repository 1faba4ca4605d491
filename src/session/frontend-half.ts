/**
 * Client to server. Each message is forwarded, rewritten, or replaced by one that fails at the server; nothing is ever
 * written to the client from here.
 */
import { assertNever, asProxyError, ProxyError } from '../errors.js'
import { AUTH_BYTES_MAX, INSPECTED_MESSAGE_BYTES_MAX, LARGE_MESSAGE_BYTES_MAX, REQUESTS_IN_FLIGHT_MAX, SMALL_MESSAGE_BYTES_MAX } from '../limits.js'
import { decodeClose } from '../wire/frontend/close.js'
import { encodeCopyData } from '../wire/frontend/copy-data.js'
import { decodeDescribe } from '../wire/frontend/describe.js'
import { encodeFlush } from '../wire/frontend/flush.js'
import { decodeParse } from '../wire/frontend/parse.js'
import { decodeQuery, encodeQuery } from '../wire/frontend/query.js'
import { encodeSync } from '../wire/frontend/sync.js'
import { HEADER_BYTES, type FrameHandler, type Handling } from '../wire/framer.js'
import { FRONTEND } from '../wire/tags.js'
import { admit, type Verdict } from './admission.js'
import { CopyInFlow, type CopyRequest } from './copying.js'
import { Execution } from './execution.js'
import { ExtendedRequests } from './extended-requests.js'
import { failingFunctionCall, isLargeObjectCall } from './function-calls.js'
import type { Outbox } from './outbox.js'
import type { Refusal } from './requests.js'
import type { SessionState } from './state.js'
import { failingCopy, failingQuery } from './substitution.js'

/** What the half needs of the session that it is a part of. */
export interface FrontendLinks {
  /** Reads the catalogue again; rejects if it can't. */
  refreshCatalog(): Promise<void>
  /** Leaves what the client sends unread, from the next message on. */
  pause(): void
  resume(): void
  /** Ends the session. */
  fail(error: ProxyError): void
}

const bodyBytesMax = (tag: number): number => {
  switch (tag) {
    case FRONTEND.QUERY:
    case FRONTEND.PARSE:
    case FRONTEND.BIND:
    case FRONTEND.FUNCTION_CALL:
    case FRONTEND.COPY_DATA:
      return LARGE_MESSAGE_BYTES_MAX
    case FRONTEND.PASSWORD:
      return AUTH_BYTES_MAX
    default:
      return SMALL_MESSAGE_BYTES_MAX
  }
}

/** Messages that nothing answers: they may go on while others wait for answers. */
const UNANSWERED: ReadonlySet<number> = new Set<number>([FRONTEND.COPY_DATA, FRONTEND.COPY_DONE, FRONTEND.COPY_FAIL, FRONTEND.FLUSH])
/** Messages with texts and values. */
const READ_BY_SETTINGS: ReadonlySet<number> = new Set<number>([FRONTEND.QUERY, FRONTEND.PARSE, FRONTEND.BIND])

const KNOWN_TAGS: ReadonlySet<number> = new Set<number>(Object.values(FRONTEND))

export class FrontendHalf implements FrameHandler {
  readonly outbox: Outbox
  readonly copyIn: CopyInFlow = new CopyInFlow()
  readonly #state: SessionState
  readonly #links: FrontendLinks
  readonly #extended: ExtendedRequests
  /** A text waits for the catalogue; what came after it waits too. */
  #isDeciding = false

  constructor(state: SessionState, outbox: Outbox, links: FrontendLinks) {
    this.#state = state
    this.outbox = outbox
    this.#links = links
    this.#extended = new ExtendedRequests(state, this.outbox, this.copyIn)
  }

  header(tag: number, bodyBytes: number): Handling {
    if (!KNOWN_TAGS.has(tag)) throw new ProxyError('protocol_violation', { reason: `invalid frontend message type ${tag}` })
    if (bodyBytes > bodyBytesMax(tag)) throw new ProxyError('protocol_violation', { reason: 'invalid message length' })
    if (tag === FRONTEND.PASSWORD) throw new ProxyError('protocol_violation', { reason: 'authentication message out of place' })
    if (this.#mustWait(tag)) return 'stop'
    if (bodyBytes > INSPECTED_MESSAGE_BYTES_MAX) throw new ProxyError('message_too_large', { bytes: bodyBytes, max: INSPECTED_MESSAGE_BYTES_MAX })
    return 'collect'
  }

  passed(bytes: Buffer, start: number, end: number): void {
    this.outbox.add(bytes, start, end)
  }

  message(tag: number, bytes: Buffer, start: number, end: number): void {
    if (this.#state.services.catalog.isStale && READ_BY_SETTINGS.has(tag)) return this.#refreshFor(tag, bytes.subarray(start, end))
    if (!this.#tryHandle(tag, bytes, start, end, false)) this.#refreshFor(tag, bytes.subarray(start, end))
  }

  /** The server has begun to take COPY data in: a Sync sent during that time gets no answer, so it is not sent. */
  copyBegan(): void {
    if (this.copyIn.phase !== 'waiting' && this.copyIn.phase !== 'sent') return
    this.copyIn.phase = this.copyIn.phase === 'sent' ? 'none' : 'active'
    this.copyIn.hasHeldSync = false
  }

  /** A request has ended: if it was the one that held a copy, the Sync that was held back is due. */
  copyEnded(): void {
    if (this.copyIn.request !== undefined && this.#state.requests.pending().includes(this.copyIn.request)) return
    const isDue = this.copyIn.hasHeldSync
    this.copyIn.phase = 'none'
    this.copyIn.hasHeldSync = false
    if (!isDue) return
    const sync = encodeSync()
    this.#sync(sync, 0, sync.length)
  }

  get isDeciding(): boolean {
    return this.#isDeciding
  }

  /** Whether to leave the message unread for now. Data may follow a Sync that is held back, but no request may overtake it. */
  #mustWait(tag: number): boolean {
    if (UNANSWERED.has(tag)) return false
    if (this.#state.requests.length >= REQUESTS_IN_FLIGHT_MAX) return true
    // Some settings say how these are to be read; what they are comes with an answer that needs nothing more from the client.
    if (READ_BY_SETTINGS.has(tag) && this.#state.settings.willBeKnown) return true
    return this.copyIn.hasHeldSync && tag !== FRONTEND.SYNC
  }

  /** False if the message can't be judged before the catalogue was read again; nothing of it is done then. */
  #tryHandle(tag: number, bytes: Buffer, start: number, end: number, isRefreshed: boolean): boolean {
    try {
      if (tag !== FRONTEND.QUERY && tag !== FRONTEND.PARSE) this.#handle(tag, bytes, start, end)
      else return this.#text(tag, bytes, start, end, isRefreshed)
    } catch (error) {
      const known = asProxyError(error)
      if (known.code !== 'protocol_violation') throw known
      // The server answers a malformed message with an error and goes on, since the boundary is known. It never gets to
      // read this one: what we can't read we don't forward.
      this.#refuseInstead(tag, known)
    }
    return true
  }

  #text(tag: number, bytes: Buffer, start: number, end: number, isRefreshed: boolean): boolean {
    const body = bytes.subarray(start + HEADER_BYTES, end)
    this.#state.follow()
    const parse = tag === FRONTEND.PARSE ? decodeParse(body) : undefined
    const { text } = parse ?? decodeQuery(body)
    const verdict = admit(this.#state, Buffer.from(text.buffer, text.byteOffset, text.byteLength), isRefreshed)
    if (verdict === 'needs_refresh') return false
    if (parse === undefined) this.#query(verdict, bytes, start, end)
    else this.#extended.parse(parse, verdict, bytes, start, end)
    return true
  }

  /** Handles the message after the catalogue was read again; all later ones wait. */
  #refreshFor(tag: number, message: Buffer): void {
    // The chunk that it came in may be used again by then.
    const kept = Buffer.from(message)
    const again = (): void => {
      if (!this.#tryHandle(tag, kept, 0, kept.length, true)) throw new ProxyError('internal', { reason: 'refreshed twice' })
    }
    this.#isDeciding = true
    this.#links.pause()
    this.#links
      .refreshCatalog()
      // Not knowing means no: without the catalogue this one is refused, and the next one tries again.
      .then(again, (error: unknown) => this.#refuseInstead(tag, asProxyError(error)))
      .then(() => this.#goOn())
      .catch((error: unknown) => this.#links.fail(asProxyError(error)))
  }

  #goOn(): void {
    this.#isDeciding = false
    this.#links.resume()
  }

  #handle(tag: number, bytes: Buffer, start: number, end: number): void {
    const body = bytes.subarray(start + HEADER_BYTES, end)
    switch (tag) {
      case FRONTEND.BIND:
        this.#state.follow()
        return this.#extended.bind(body, bytes, start, end)
      case FRONTEND.EXECUTE:
        this.#state.follow()
        return this.#extended.execute(body, bytes, start, end)
      case FRONTEND.DESCRIBE:
        this.#extended.describe(decodeDescribe(body))
        return this.outbox.add(bytes, start, end)
      case FRONTEND.CLOSE:
        this.#extended.close(decodeClose(body))
        return this.outbox.add(bytes, start, end)
      case FRONTEND.SYNC:
        return this.#sync(bytes, start, end)
      case FRONTEND.FLUSH:
        return this.copyIn.phase === 'active' ? undefined : this.outbox.add(bytes, start, end)
      case FRONTEND.COPY_DATA:
        return this.#copyData(body, bytes, start, end)
      case FRONTEND.COPY_DONE:
        return this.#copyDone(bytes, start, end)
      case FRONTEND.COPY_FAIL:
        return this.copyIn.cancel() ? this.outbox.add(bytes, start, end) : undefined
      case FRONTEND.FUNCTION_CALL:
        return this.#functionCall(body, bytes, start, end)
      default:
        return this.outbox.add(bytes, start, end)
    }
  }

  /** Sends what fails in the place of a message that can't be forwarded. */
  #refuseInstead(tag: number, error: ProxyError): void {
    const source = { text: '', plan: undefined, isRewritten: false } as const
    if (tag === FRONTEND.QUERY) {
      this.#pushQuery([new Execution({ ...source, protocol: 'simple' }, [])], { kind: 'error', error })
      return this.outbox.add(failingQuery())
    }
    this.#extended.refuse({ kind: 'error', error })
  }

  #query(verdict: Verdict, bytes: Buffer, start: number, end: number): void {
    this.#state.statements.deleteAhead('')
    if (verdict.kind === 'refuse') {
      const execution = new Execution({ text: verdict.text, plan: undefined, protocol: 'simple', isRewritten: false }, verdict.uses)
      this.#pushQuery([execution], verdict.refusal)
      return this.outbox.add(failingQuery())
    }
    const executions = verdict.statements.map(plan => new Execution({ text: verdict.text, plan, protocol: 'simple', isRewritten: verdict.isRewritten }, plan.uses))
    for (const plan of verdict.statements) this.#state.applyAhead(plan)
    const request = this.#pushQuery(executions, undefined)
    this.copyIn.begin(request, executions, this.#state)
    if (verdict.isRewritten) this.outbox.add(encodeQuery({ text: verdict.bytes }))
    else this.outbox.add(bytes, start, end)
  }

  #pushQuery(executions: readonly Execution[], refusal: Refusal | undefined): CopyRequest {
    const request: CopyRequest = { kind: 'query', executions, position: 0, refusal }
    this.#state.requests.push(request)
    this.#state.cycles.send()
    return request
  }

  #functionCall(body: Buffer, bytes: Buffer, start: number, end: number): void {
    this.#state.cycles.send()
    const execution = new Execution({ text: '', plan: undefined, protocol: 'extended', isRewritten: false }, [])
    const refusal = this.#functionRefusal(body)
    this.#state.requests.push({ kind: 'function_call', execution, refusal })
    if (refusal === undefined) this.outbox.add(bytes, start, end)
    else this.outbox.add(failingFunctionCall())
  }

  #functionRefusal(body: Buffer): Refusal | undefined {
    try {
      if (isLargeObjectCall(body)) return undefined
      throw new ProxyError('function_call_denied', { role: this.#state.rights.name })
    } catch (error) {
      return { kind: 'error', error: asProxyError(error) }
    }
  }

  #sync(bytes: Buffer, start: number, end: number): void {
    switch (this.copyIn.phase) {
      case 'active':
        return
      case 'waiting':
        // Flush in its place, so that the server's CopyInResponse comes; the Sync follows only if there is no copy after all.
        if (!this.copyIn.hasHeldSync) this.outbox.add(encodeFlush())
        this.copyIn.hasHeldSync = true
        return
      case 'none':
      case 'sent':
        this.#state.cycles.send()
        this.#state.requests.push({ kind: 'sync' })
        return this.outbox.add(bytes, start, end)
      default:
        assertNever(this.copyIn.phase)
    }
  }

  #copyData(body: Buffer, bytes: Buffer, start: number, end: number): void {
    try {
      const data = this.copyIn.push(body, this.#state)
      if (data === body) this.outbox.add(bytes, start, end)
      else if (data.length > 0) this.outbox.add(encodeCopyData({ data }))
    } catch (error) {
      this.#failCopy(asProxyError(error))
    }
  }

  #copyDone(bytes: Buffer, start: number, end: number): void {
    try {
      const rest = this.copyIn.finish()
      if (rest === undefined) return
      if (rest.length > 0) this.outbox.add(encodeCopyData({ data: rest }))
      this.outbox.add(bytes, start, end)
    } catch (error) {
      this.#failCopy(asProxyError(error))
    }
  }

  #failCopy(error: ProxyError): void {
    if (!this.copyIn.fail(error)) throw error
    this.outbox.add(failingCopy())
  }
}
