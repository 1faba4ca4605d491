/** From the startup packet to the first ReadyForQuery: authentication is relayed, and says who the session is. */
import { ProxyError } from '../errors.js'
import { AUTH_BYTES_MAX } from '../limits.js'
import { decodeAuthentication, encodeAuthentication } from '../wire/backend/authentication.js'
import { decodeErrorResponse } from '../wire/backend/error-response.js'
import { decodeParameterStatus } from '../wire/backend/parameter-status.js'
import { HEADER_BYTES, type Handling } from '../wire/framer.js'
import { BACKEND, FRONTEND } from '../wire/tags.js'

export type LoginStep =
  | { readonly kind: 'forward' }
  | { readonly kind: 'replace'; readonly message: Buffer }
  /** The server accepts the login: names count from here on. */
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'failed'; readonly sqlState: string }
  /** The first ReadyForQuery. */
  | { readonly kind: 'ready' }

const CHANNEL_BINDING = /-PLUS$/

export class Login {
  /** Settings reported before the session begins. */
  readonly settings: Map<string, string> = new Map()
  readonly #stripsChannelBinding: boolean
  #isAuthenticated = false

  /**
   * Channel binding ties a login to one TLS connection; where only our connection to the server has TLS, a client can't use
   * it and takes its offer for an attack, so it is not offered.
   */
  constructor(legs: { readonly isClientEncrypted: boolean; readonly isServerEncrypted: boolean }) {
    this.#stripsChannelBinding = legs.isServerEncrypted && !legs.isClientEncrypted
  }

  /** What may come from the client: nothing but authentication until it is done, then nothing to be read until the session is ready. */
  fromClient(tag: number, bodyBytes: number): Handling {
    if (this.#isAuthenticated) return 'stop'
    if (tag === FRONTEND.TERMINATE && bodyBytes === 0) return 'pass'
    if (tag !== FRONTEND.PASSWORD) throw new ProxyError('protocol_violation', { reason: `expected an authentication message, got type ${tag}` })
    if (bodyBytes > AUTH_BYTES_MAX) throw new ProxyError('protocol_violation', { reason: 'invalid message length' })
    return 'pass'
  }

  fromServer(tag: number, bytes: Buffer, start: number, end: number): LoginStep {
    const body = bytes.subarray(start + HEADER_BYTES, end)
    switch (tag) {
      case BACKEND.AUTHENTICATION:
        return this.#authentication(body)
      case BACKEND.ERROR_RESPONSE:
        return { kind: 'failed', sqlState: sqlStateOf(body) }
      case BACKEND.READY_FOR_QUERY:
        if (!this.#isAuthenticated) throw new ProxyError('upstream_confused', { reason: 'ready before it is authenticated' })
        return { kind: 'ready' }
      case BACKEND.PARAMETER_STATUS: {
        const { name, value } = decodeParameterStatus(body)
        this.settings.set(name, Buffer.from(value).toString('utf8'))
        return { kind: 'forward' }
      }
      case BACKEND.BACKEND_KEY_DATA:
      case BACKEND.NOTICE_RESPONSE:
      case BACKEND.NEGOTIATE_PROTOCOL_VERSION:
        return { kind: 'forward' }
      default:
        throw new ProxyError('upstream_confused', { tag: String.fromCharCode(tag) })
    }
  }

  #authentication(body: Buffer): LoginStep {
    const message = decodeAuthentication(body)
    if (message.kind === 'ok') {
      this.#isAuthenticated = true
      return { kind: 'authenticated' }
    }
    if (message.kind !== 'sasl' || !this.#stripsChannelBinding) return { kind: 'forward' }
    const mechanisms = message.mechanisms.filter(mechanism => !CHANNEL_BINDING.test(mechanism))
    return { kind: 'replace', message: encodeAuthentication({ kind: 'sasl', mechanisms }) }
  }
}

const sqlStateOf = (body: Buffer): string => decodeErrorResponse(body).fields.find(field => field.code === 'C')?.value.toString('latin1') ?? ''
