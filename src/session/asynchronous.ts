/** Messages that may come at any time and answer nothing: notices, notifications, parameter changes. */
import { ProxyError } from '../errors.js'
import { decodeNoticeResponse, encodeNoticeResponse } from '../wire/backend/error-response.js'
import { decodeNotificationResponse, encodeNotificationResponse } from '../wire/backend/notification-response.js'
import { decodeParameterStatus, encodeParameterStatus } from '../wire/backend/parameter-status.js'
import { HEADER_BYTES } from '../wire/framer.js'
import { BACKEND } from '../wire/tags.js'
import type { Accounts } from './accounting.js'
import type { Diagnostics } from './diagnostics.js'
import { Execution } from './execution.js'
import type { Outbox } from './outbox.js'
import { markerAt } from './revealing.js'
import type { SessionState } from './state.js'

const noStatement = (): Execution => new Execution({ text: '', plan: undefined, protocol: 'simple', isRewritten: false }, [])

export class AsynchronousMessages {
  readonly #state: SessionState
  readonly #diagnostics: Diagnostics
  /** Stands for what is shown while no statement runs. */
  #execution: Execution = noStatement()

  constructor(state: SessionState, diagnostics: Diagnostics) {
    this.#state = state
    this.#diagnostics = diagnostics
  }

  get execution(): Execution {
    return this.#execution
  }

  message(tag: number, bytes: Buffer, start: number, end: number, outbox: Outbox, running: Execution | undefined): void {
    const body = bytes.subarray(start + HEADER_BYTES, end)
    if (tag === BACKEND.PARAMETER_STATUS) this.#remember(body)
    if (markerAt(bytes, start, end) === -1 && PASSED.has(tag)) return outbox.add(bytes, start, end)
    outbox.add(this.#rebuilt(tag, body, running ?? this.#execution))
  }

  /** Puts on record what was shown outside of any statement. */
  settle(accounts: Accounts): void {
    const execution = this.#execution
    if (execution.hasUnlogged) accounts.finish(execution, { rows: 0, completed: true, sqlState: undefined })
    // An error at the end of a cycle may have put it on record already.
    if (execution.isLogged) this.#execution = noStatement()
  }

  #remember(body: Buffer): void {
    const { name, value } = decodeParameterStatus(body)
    this.#state.settings.report(name, Buffer.from(value).toString('utf8'))
  }

  #rebuilt(tag: number, body: Buffer, execution: Execution): Buffer {
    switch (tag) {
      case BACKEND.NOTICE_RESPONSE: {
        const { fields } = decodeNoticeResponse(body)
        return encodeNoticeResponse({ fields: fields.map(field => this.#diagnostics.field(field, execution)) })
      }
      case BACKEND.NOTIFICATION_RESPONSE: {
        const notification = decodeNotificationResponse(body)
        return encodeNotificationResponse({ ...notification, payload: this.#diagnostics.text(Buffer.from(notification.payload), execution) })
      }
      case BACKEND.PARAMETER_STATUS: {
        const { name, value } = decodeParameterStatus(body)
        return encodeParameterStatus({ name, value: this.#diagnostics.text(Buffer.from(value), execution) })
      }
      default:
        throw new ProxyError('upstream_confused', { tag: String.fromCharCode(tag) })
    }
  }
}

const PASSED: ReadonlySet<number> = new Set<number>([
  BACKEND.NOTICE_RESPONSE, BACKEND.NOTIFICATION_RESPONSE, BACKEND.PARAMETER_STATUS, BACKEND.BACKEND_KEY_DATA, BACKEND.NEGOTIATE_PROTOCOL_VERSION
])
