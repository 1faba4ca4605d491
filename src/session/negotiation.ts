/** What the first bytes of a connection ask for, and what they get. No socket here: bytes in, decisions out. */
import { asProxyError, assertNever, ProxyError } from '../errors.js'
import { readStartup, type StartupPacket, type StartupRead } from '../wire/startup.js'

export { SSL_REQUEST } from '../wire/startup.js'
export type { StartupPacket } from '../wire/startup.js'

/** `rest` are the bytes behind the packet that was read. */
export type Opening =
  | { readonly kind: 'wait' }
  /** Refuses encryption by one byte, and the client goes on in clear. */
  | { readonly kind: 'answer_no'; readonly rest: Buffer }
  /** `rest` belongs to the TLS layer. `answer` is to be written first, unless the client began by itself. */
  | { readonly kind: 'start_tls'; readonly isDirect: boolean; readonly rest: Buffer }
  | { readonly kind: 'cancel'; readonly raw: Buffer }
  | { readonly kind: 'startup'; readonly raw: Buffer; readonly packet: StartupPacket; readonly rest: Buffer }
  | { readonly kind: 'refuse'; readonly error: ProxyError }
  /** The server would not answer either. */
  | { readonly kind: 'close' }

export type ClientTlsMode = 'off' | 'allow' | 'require'

/** The first byte of a TLS handshake record. */
const TLS_HANDSHAKE = 0x16
const CLOSE: Opening = { kind: 'close' }
const FALSE_WORDS: ReadonlySet<string> = new Set(['false', 'off', 'no', '0'])

/** Asks once for each kind of encryption may be answered; PostgreSQL takes a second one for garbage (ProcessStartupPacket). */
export class Negotiation {
  readonly #mode: ClientTlsMode
  #leg: 'clear' | 'tls' | 'direct_tls' = 'clear'
  #mayAskTls = true
  #mayAskGss = true

  constructor(mode: ClientTlsMode) {
    this.#mode = mode
  }

  get isEncrypted(): boolean {
    return this.#leg !== 'clear'
  }

  /** The TLS handshake is done; what is read from now on was encrypted. Asking again is possible only within direct TLS, as in the server. */
  encrypted(isDirect: boolean): void {
    this.#leg = isDirect ? 'direct_tls' : 'tls'
    this.#mayAskTls = isDirect
    this.#mayAskGss = isDirect
  }

  /** Looks at all bytes that came since the last decision. Never throws. */
  read(bytes: Buffer): Opening {
    try {
      return this.#decide(readStartup(bytes), bytes)
    } catch (cause) {
      const error = asProxyError(cause)
      // A length that can't be one is a port scanner or another protocol, to which PostgreSQL says nothing.
      return String(error.facts['reason']).startsWith('invalid length') ? CLOSE : { kind: 'refuse', error }
    }
  }

  #decide(read: StartupRead, bytes: Buffer): Opening {
    switch (read.kind) {
      case 'incomplete':
        return { kind: 'wait' }
      case 'direct_tls':
        return this.#mode === 'off' || this.isEncrypted || !this.#mayAskTls ? CLOSE : { kind: 'start_tls', isDirect: true, rest: bytes }
      case 'ssl_request':
        return this.#sslRequest(bytes.subarray(read.length))
      case 'gssenc_request':
        if (!this.#mayAskGss) return CLOSE
        // Forwarded, the server might accept, and everything after it would be opaque to us.
        this.#mayAskGss = false
        return { kind: 'answer_no', rest: bytes.subarray(read.length) }
      case 'cancel_request':
        return { kind: 'cancel', raw: read.raw }
      case 'startup':
        return this.#startup(read, bytes.subarray(read.length))
      default:
        return assertNever(read)
    }
  }

  #sslRequest(rest: Buffer): Opening {
    if (!this.#mayAskTls) return CLOSE
    this.#mayAskTls = false
    if (this.#mode === 'off' || this.isEncrypted) return { kind: 'answer_no', rest }
    // CVE-2021-23214: bytes that someone put in behind the request would be taken for the encrypted client's own. Only a
    // ClientHello may stand there, sent by a client that did not wait, and it goes to the TLS layer.
    return rest.length > 0 && rest[0] !== TLS_HANDSHAKE ? CLOSE : { kind: 'start_tls', isDirect: false, rest }
  }

  #startup(read: StartupRead & { kind: 'startup' }, rest: Buffer): Opening {
    if (this.#mode === 'require' && !this.isEncrypted) return { kind: 'refuse', error: new ProxyError('tls_required') }
    const replication = read.parameters.get('replication')
    if (replication !== undefined && !FALSE_WORDS.has(replication.toLowerCase())) {
      // A walsender would send whole rows, past every rule.
      const error = new ProxyError('statement_unsupported', { reason: 'replication connections are not supported', remedy: 'Replicate from the database server itself.' })
      return { kind: 'refuse', error }
    }
    return { kind: 'startup', raw: read.raw, packet: read, rest }
  }
}
