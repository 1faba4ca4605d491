/**
 * COPY FROM STDIN, seen from the client. Which COPY the data belongs to is known from the statement and not from the
 * server's answer, since drivers stream before that; and a Sync that the server would swallow must not be waited for.
 */
import { ProxyError } from '../errors.js'
import type { CopyPlan } from '../sql/types.js'
import { createCopyIn, type CopyIn } from './copy/index.js'
import type { Execution } from './execution.js'
import type { Request } from './requests.js'
import { PlantedTokens } from './planted-tokens.js'
import type { Sealer } from './sealing.js'
import type { SessionState } from './state.js'

export type CopyRequest = Extract<Request, { kind: 'query' | 'execute' }>

interface Stream {
  readonly execution: Execution
  readonly plan: CopyPlan
  /** Undefined until the first data, and where no column is sealed. */
  copyIn: CopyIn | undefined
  readonly planted: PlantedTokens
  /** We have sent CopyFail: the rest of the data goes nowhere. */
  hasFailed: boolean
}

/**
 * Extended protocol: `waiting` from Execute to the server's answer, `active` from CopyInResponse until the client's CopyDone
 * or CopyFail. While active the server answers no Sync. `sent`: the client has ended its data before the server asked for it.
 */
export type CopyPhase = 'none' | 'waiting' | 'active' | 'sent'

export class CopyInFlow {
  #streams: Stream[] = []
  phase: CopyPhase = 'none'
  #request: CopyRequest | undefined
  /** A Sync of the client's that went out as a Flush: sent as a Sync if there is no copy after all. */
  hasHeldSync = false

  /** The Execute which `phase` is about. */
  get request(): CopyRequest | undefined {
    return this.#request
  }

  /** Called when a request is sent: data of an earlier one can no longer come. */
  begin(request: CopyRequest, executions: readonly Execution[], state: SessionState): void {
    this.#streams = executions.flatMap(execution => {
      const plan = execution.plan?.copy
      return plan?.direction === 'in' ? [{ execution, plan, copyIn: undefined, planted: new PlantedTokens(state), hasFailed: false }] : []
    })
    if (request.kind !== 'execute' || this.#streams.length === 0) return
    this.phase = 'waiting'
    this.#request = request
  }

  /** The data to send on instead, the same object if it stays as it is; throws what refuses a value. */
  push(data: Buffer, state: SessionState): Uint8Array {
    const stream = this.#streams[0]
    // Outside of any COPY the server ignores data.
    if (stream === undefined) return data
    if (stream.hasFailed) return new Uint8Array()
    if (!state.rights.writesSealed) stream.planted.push(data)
    if (!isSealed(stream.plan)) return data
    stream.copyIn ??= createCopyIn(stream.plan, sealColumn(stream, state.sealer))
    return stream.copyIn.push(data)
  }

  /** The client's CopyDone: what is left to send, or undefined when the copy has failed already and CopyDone must not follow. */
  finish(): Uint8Array | undefined {
    this.#leave()
    const stream = this.#streams[0]
    if (stream?.hasFailed === true) {
      this.#streams.shift()
      return undefined
    }
    const rest = stream?.copyIn?.finish() ?? new Uint8Array()
    this.#streams.shift()
    return rest
  }

  /** The client's CopyFail; false when ours was sent already. */
  cancel(): boolean {
    this.#leave()
    return this.#streams.shift()?.hasFailed !== true
  }

  /** Marks the present copy as refused; false if there is none. */
  fail(error: ProxyError): boolean {
    const stream = this.#streams[0]
    if (stream === undefined) return false
    stream.execution.refusal = { kind: 'error', error }
    stream.hasFailed = true
    this.#leave()
    return true
  }

  #leave(): void {
    if (this.phase === 'active') this.phase = 'none'
    else if (this.phase === 'waiting') this.phase = 'sent'
  }
}

const isSealed = (plan: CopyPlan): boolean => plan.columns.some(column => column.field !== undefined)

const sealColumn =
  (stream: Stream, sealer: Sealer) =>
  (index: number, value: Uint8Array | null): Uint8Array | null => {
    const field = stream.plan.columns[index]?.field
    if (field === undefined) throw new ProxyError('internal', { reason: 'copy column without a field', index })
    if (value === null) return null
    return sealer.seal(value, { field, purpose: 'store', isArray: false, castCharactersMax: undefined })
  }
