/** Errors, notices and the like: free text in which the server quotes what it holds. */
import { decodeErrorResponse, encodeErrorResponse, type DiagnosticField, type ErrorResponseMessage } from '../wire/backend/error-response.js'
import { decodeFunctionCallResponse, encodeFunctionCallResponse } from '../wire/backend/function-call-response.js'
import { HEADER_BYTES } from '../wire/framer.js'
import type { Execution } from './execution.js'
import type { Outbox } from './outbox.js'
import type { Refusal } from './requests.js'
import { markerAt } from './revealing.js'
import type { SessionState } from './state.js'
import { fatalError, replacedError } from './substitution.js'

export interface ReadError {
  /** The message to send on. */
  readonly message: Buffer
  readonly sqlState: string
  /** FATAL or PANIC: the connection ends without ReadyForQuery. */
  readonly isFatal: boolean
}

const text = (message: ErrorResponseMessage, code: string): string => message.fields.find(field => field.code === code)?.value.toString('latin1') ?? ''

export class Diagnostics {
  readonly #state: SessionState

  constructor(state: SessionState) {
    this.#state = state
  }

  /** An ErrorResponse, with our own error in its place where the request was refused. */
  error(body: Buffer, refusal: Refusal | undefined, execution: Execution): ReadError {
    const drawn = decodeErrorResponse(Buffer.from(body))
    // V is the untranslated severity; servers before 9.6 lack it.
    const severity = text(drawn, 'V') || text(drawn, 'S')
    const isFatal = severity === 'FATAL' || severity === 'PANIC'
    const { ending } = this.#state
    if (isFatal && ending !== undefined) return { message: fatalError(ending), sqlState: ending.sqlState, isFatal }
    if (refusal !== undefined && !isFatal) return { message: replacedError(refusal, drawn), sqlState: '', isFatal }
    const isRewritten = execution.source.isRewritten
    const fields = drawn.fields.filter(field => !(isRewritten && field.code === 'P')).map(field => this.field(field, execution))
    return { message: encodeErrorResponse({ fields }), sqlState: text(drawn, 'C'), isFatal }
  }

  /** A field with its tokens opened or masked. */
  field(field: DiagnosticField, execution: Execution): DiagnosticField {
    return { code: field.code, value: this.text(field.value, execution) }
  }

  /** Text whose quoting nothing tells. */
  text(value: Buffer, execution: Execution): Buffer {
    if (markerAt(value, 0, value.length) === -1) return value
    const shown = this.#state.revealer.revealText(value, undefined, execution)
    return shown === undefined ? value : Buffer.from(shown ?? new Uint8Array())
  }

  functionResult(execution: Execution, bytes: Buffer, start: number, end: number, outbox: Outbox): void {
    if (markerAt(bytes, start, end) === -1) return outbox.add(bytes, start, end)
    const { value } = decodeFunctionCallResponse(bytes.subarray(start + HEADER_BYTES, end))
    outbox.add(encodeFunctionCallResponse({ value: value === null ? null : this.text(Buffer.from(value), execution) }))
  }
}
