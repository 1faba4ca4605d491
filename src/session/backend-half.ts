/**
 * Server to client. Every answer is matched with the request at the head of the queue; sealed values are opened or masked on
 * the way. What does not fit the queue ends the connection: a guess could show one query's rows as another's.
 */
import { assertNever, ProxyError } from '../errors.js'
import { INSPECTED_MESSAGE_BYTES_MAX } from '../limits.js'
import { decodeCommandComplete } from '../wire/backend/command-complete.js'
import { decodeParameterDescription, encodeParameterDescription } from '../wire/backend/parameter-description.js'
import { decodeReadyForQuery } from '../wire/backend/ready-for-query.js'
import { encodeRowDescription } from '../wire/backend/row-description.js'
import { HEADER_BYTES, type FrameHandler, type Handling } from '../wire/framer.js'
import { BACKEND } from '../wire/tags.js'
import type { Accounts } from './accounting.js'
import { AsynchronousMessages } from './asynchronous.js'
import { CopyOutFlow } from './copying-out.js'
import { Descriptions } from './descriptions.js'
import { Diagnostics } from './diagnostics.js'
import { Execution } from './execution.js'
import type { Outbox } from './outbox.js'
import type { Described, Portal, Statement } from './prepared.js'
import { endsCycle, refusalOf, type Request } from './requests.js'
import { shownColumns } from './result-shape.js'
import { ResultRows } from './result-rows.js'
import { shownParameterTypes } from './shown-types.js'
import type { SessionState } from './state.js'

export interface BackendLinks {
  /** The server takes COPY data from the client now. */
  copyBegan(): void
  /** The request that a COPY belonged to has ended, one way or the other. */
  copyEnded(): void
  /** A FATAL error was forwarded: the connection ends, and nothing may follow. */
  closing(): void
}

const confused = (tag: number, head: Request | undefined): never => {
  throw new ProxyError('upstream_confused', { tag: String.fromCharCode(tag), head: head?.kind })
}

export class BackendHalf implements FrameHandler {
  readonly outbox: Outbox
  readonly #state: SessionState
  readonly #accounts: Accounts
  readonly #links: BackendLinks
  readonly #rows: ResultRows
  readonly #descriptions: Descriptions = new Descriptions()
  readonly #copyOut: CopyOutFlow
  readonly #diagnostics: Diagnostics
  readonly #asynchronous: AsynchronousMessages
  #sawDdl = false
  /** An error came before the Sync that ends the skipping was sent. */
  #isSkipping = false

  constructor(state: SessionState, accounts: Accounts, outbox: Outbox, links: BackendLinks) {
    this.outbox = outbox
    this.#state = state
    this.#accounts = accounts
    this.#links = links
    this.#rows = new ResultRows(state)
    this.#copyOut = new CopyOutFlow(state)
    this.#diagnostics = new Diagnostics(state)
    this.#asynchronous = new AsynchronousMessages(state, this.#diagnostics)
  }

  header(tag: number, bodyBytes: number): Handling {
    if (tag === BACKEND.DATA_ROW && !this.#rows.areScanned(this.#state.requests.head)) return 'pass'
    if (bodyBytes > INSPECTED_MESSAGE_BYTES_MAX) throw new ProxyError('message_too_large', { bytes: bodyBytes, max: INSPECTED_MESSAGE_BYTES_MAX })
    return 'collect'
  }

  passed(bytes: Buffer, start: number, end: number): void {
    this.outbox.add(bytes, start, end)
  }

  message(tag: number, bytes: Buffer, start: number, end: number): void {
    const head = this.#state.requests.head
    const forward = (): void => this.outbox.add(bytes, start, end)
    const body = (): Buffer => bytes.subarray(start + HEADER_BYTES, end)
    switch (tag) {
      case BACKEND.DATA_ROW:
        return this.#rows.row(head ?? confused(tag, head), bytes, start, end, this.outbox)
      case BACKEND.COPY_DATA:
        return this.#copyOut.row(this.#execution(tag), bytes, start, end, this.outbox)
      case BACKEND.COPY_DONE:
      case BACKEND.COPY_OUT_RESPONSE:
        return forward()
      case BACKEND.COPY_IN_RESPONSE:
        this.#links.copyBegan()
        return forward()
      case BACKEND.PARSE_COMPLETE:
        return this.#parseComplete(head, forward)
      case BACKEND.BIND_COMPLETE:
        return this.#bindComplete(head, forward)
      case BACKEND.CLOSE_COMPLETE:
        return this.#closeComplete(head, forward)
      case BACKEND.PARAMETER_DESCRIPTION:
        return this.#parameterDescription(head, body(), forward)
      case BACKEND.ROW_DESCRIPTION:
        return this.#rowDescription(head, body(), forward)
      case BACKEND.NO_DATA:
        return this.#described(head, { kind: 'no_rows' }, forward)
      case BACKEND.COMMAND_COMPLETE:
        return this.#complete(head, decodeCommandComplete(body()).tag, true, forward)
      case BACKEND.EMPTY_QUERY_RESPONSE:
        if (head?.kind === 'query') return forward()
        return this.#complete(head, '', true, forward)
      case BACKEND.PORTAL_SUSPENDED:
        return this.#complete(head, '', false, forward)
      case BACKEND.ERROR_RESPONSE:
        return this.#error(head, body())
      case BACKEND.READY_FOR_QUERY:
        return this.#ready(body(), forward)
      case BACKEND.FUNCTION_CALL_RESPONSE:
        return this.#functionResult(this.#execution(tag), bytes, start, end)
      default:
        return this.#asynchronous.message(tag, bytes, start, end, this.outbox, this.#executionOrNone(head))
    }
  }

  /** Before a chunk leaves: every value that was opened or masked in it is on record. Throws `audit_unwritable`. */
  settle(): void {
    const execution = this.#executionOrNone(this.#state.requests.head)
    if (execution?.hasUnlogged === true) this.#accounts.begin(execution)
    this.#asynchronous.settle(this.#accounts)
    this.#accounts.flush()
  }

  #parseComplete(head: Request | undefined, forward: () => void): void {
    if (head?.kind !== 'parse' || head.refusal !== undefined) return confused(BACKEND.PARSE_COMPLETE, head)
    this.#state.requests.shift()
    this.#state.statements.commit(head.statement.name, head.statement)
    forward()
  }

  #bindComplete(head: Request | undefined, forward: () => void): void {
    if (head?.kind !== 'bind' || head.refusal !== undefined) return confused(BACKEND.BIND_COMPLETE, head)
    this.#state.requests.shift()
    this.#state.portals.commit(head.portal.name, head.portal)
    forward()
  }

  #closeComplete(head: Request | undefined, forward: () => void): void {
    if (head?.kind !== 'close') return confused(BACKEND.CLOSE_COMPLETE, head)
    this.#state.requests.shift()
    if (head.target === 'S') this.#state.statements.uncommit(head.name)
    else this.#state.portals.uncommit(head.name)
    forward()
  }

  #parameterDescription(head: Request | undefined, body: Buffer, forward: () => void): void {
    if (head?.kind !== 'describe') return confused(BACKEND.PARAMETER_DESCRIPTION, head)
    if (head.isHidden) return
    const { types } = decodeParameterDescription(body)
    const shown = shownParameterTypes(types, head.of?.kind === 'statement' ? head.of.plan : undefined)
    if (shown === types) forward()
    else this.outbox.add(encodeParameterDescription({ types: shown }))
  }

  #rowDescription(head: Request | undefined, body: Buffer, forward: () => void): void {
    const columns = this.#descriptions.columnsOf(body)
    const described: Described = { kind: 'rows', columns }
    if (head?.kind === 'query') {
      const shape = this.#rows.beginQueryResult(head, columns)
      const shown = shownColumns(columns, shape)
      if (shown === columns) return forward()
      return this.outbox.add(encodeRowDescription({ columns: shown }))
    }
    this.#described(head, described, () => {
      const of = head?.kind === 'describe' ? head.of : undefined
      const shown = shownColumns(columns, this.#rows.shapeOf(columns, undefined, of?.kind === 'portal' ? of.statement?.plan : of?.plan))
      if (shown === columns) forward()
      else this.outbox.add(encodeRowDescription({ columns: shown }))
    })
  }

  #described(head: Request | undefined, described: Described, forward: () => void): void {
    if (head?.kind !== 'describe') return confused(BACKEND.ROW_DESCRIPTION, head)
    this.#state.requests.shift()
    const of: Statement | Portal | undefined = head.of
    if (of !== undefined) {
      of.describesPending--
      of.described = described
      // What a portal's description says of the columns holds for its statement; the formats are the portal's own.
      if (of.kind === 'portal' && of.statement !== undefined) of.statement.described ??= described
    }
    if (!head.isHidden) forward()
  }

  #complete(head: Request | undefined, tag: string, isFinished: boolean, forward: () => void): void {
    const execution = this.#executionOrNone(head)
    if (head?.kind === 'query') head.position++
    else if (head?.kind === 'execute') this.#state.requests.shift()
    else return confused(BACKEND.COMMAND_COMPLETE, head)
    // A statement that the plan did not count: the text means something else to the server than to us.
    if (execution === undefined || refusalOf(head, execution) !== undefined) return confused(BACKEND.COMMAND_COMPLETE, head)
    if (isFinished) {
      this.#state.applyCommitted(execution.plan)
      this.#sawDdl ||= execution.plan?.effects.some(effect => effect.kind === 'ddl') ?? false
    }
    this.#accounts.finish(execution, { rows: rowsOf(tag) ?? execution.rows, completed: isFinished, sqlState: undefined })
    this.#rows.endResult()
    forward()
    if (execution.plan?.copy?.direction === 'in') this.#links.copyEnded()
  }

  #functionResult(execution: Execution, bytes: Buffer, start: number, end: number): void {
    this.#diagnostics.functionResult(execution, bytes, start, end, this.outbox)
    this.#accounts.finish(execution, { rows: 0, completed: true, sqlState: undefined })
  }

  #error(head: Request | undefined, body: Buffer): void {
    const execution = this.#executionOrNone(head) ?? this.#asynchronous.execution
    const { message, sqlState, isFatal } = this.#diagnostics.error(body, refusalOf(head, execution), execution)
    if (isFatal) {
      this.#record(head, execution, sqlState)
      this.outbox.add(message)
      return this.#links.closing()
    }
    if (head === undefined) return confused(BACKEND.ERROR_RESPONSE, head)
    this.#record(head, execution, sqlState)
    this.outbox.add(message)
    if (STALE_STATES.has(sqlState)) this.#state.services.catalog.markStale()
    if (!endsCycle(head)) this.#skipToSync()
    this.#state.rewind()
    this.#links.copyEnded()
  }

  #record(head: Request | undefined, execution: Execution, sqlState: string): void {
    const refusal = refusalOf(head, execution)
    if (refusal?.kind === 'error') {
      const denied = head?.kind === 'bind' ? new Execution(head.portal.statement?.source ?? execution.source, head.portal.statement?.plan?.uses ?? []) : execution
      this.#accounts.deny(denied, refusal.error)
    } else if (refusal === undefined && (head?.kind === 'query' || head?.kind === 'execute' || head?.kind === 'function_call')) {
      this.#accounts.finish(execution, { rows: execution.rows, completed: false, sqlState })
    }
    this.#rows.endResult()
  }

  /**
   * After an error in an extended message the server reads on to the next Sync and does nothing of what is in between, Query
   * included. That Sync may not have been sent yet: what is sent before it is dropped when its answer comes.
   */
  #skipToSync(): void {
    for (let request = this.#state.requests.head; request !== undefined && request.kind !== 'sync'; request = this.#state.requests.head) {
      if (request.kind === 'describe' && request.of !== undefined) request.of.describesPending--
      if (request.kind === 'query' || request.kind === 'function_call') this.#state.cycles.finish()
      this.#state.requests.shift()
    }
    this.#isSkipping = this.#state.requests.head === undefined
  }

  #ready(body: Buffer, forward: () => void): void {
    if (this.#isSkipping) {
      this.#skipToSync()
      this.#state.rewind()
    }
    const head = this.#state.requests.head
    if (head === undefined || !endsCycle(head)) return confused(BACKEND.READY_FOR_QUERY, head)
    this.#state.requests.shift()
    this.#state.cycles.finish()
    this.#state.transaction = decodeReadyForQuery(body).status
    if (head.kind === 'query') this.#state.statements.uncommit('')
    if (this.#state.transaction === 'I') {
      this.#state.endTransaction()
      if (this.#sawDdl) this.#state.services.catalog.markStale()
      this.#sawDdl = false
    }
    forward()
  }

  #execution(tag: number): Execution {
    return this.#executionOrNone(this.#state.requests.head) ?? confused(tag, this.#state.requests.head)
  }

  #executionOrNone(head: Request | undefined): Execution | undefined {
    if (head === undefined) return undefined
    switch (head.kind) {
      case 'query':
        return head.executions[head.position]
      case 'execute':
      case 'function_call':
        return head.execution
      case 'parse':
        return head.execution
      case 'bind':
      case 'describe':
      case 'close':
      case 'sync':
        return undefined
      default:
        return assertNever(head)
    }
  }
}

/** Undefined table, undefined column, cached plan must not change: the database is not what the catalogue says. */
const STALE_STATES: ReadonlySet<string> = new Set(['42P01', '42703', '0A000'])

/** The row count at the end of a command tag; undefined for commands without one. */
const rowsOf = (tag: string): number | undefined => {
  const count = /(\d+)$/.exec(tag)?.[1]
  return count === undefined ? undefined : Number(count)
}
