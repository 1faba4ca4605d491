/** Certificates from files, and TLS on the side of the clients. */
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls'
import { ProxyError, systemReason } from '../errors.js'
import type { ClientTls } from './types.js'

/** Registered with IANA for PostgreSQL. */
export const ALPN_PROTOCOL = 'postgresql'
export const TLS_VERSION_MIN = 'TLSv1.2'

/** The bytes of a certificate or key file. Throws `file_unreadable`. */
export const readPem = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new ProxyError('file_unreadable', { path, reason: systemReason(cause) }, { cause })
  }
}

/** What clients are shown; undefined without TLS. Throws `file_unreadable` for files that are no certificate and its key. */
export const loadClientContext = (tls: ClientTls): SecureContext | undefined => {
  if (tls.mode === 'off') return undefined
  const [cert, key] = [readPem(tls.certificatePath), readPem(tls.keyPath)]
  try {
    return createSecureContext({ cert, key, minVersion: TLS_VERSION_MIN })
  } catch (cause) {
    throw new ProxyError('file_unreadable', { path: tls.certificatePath, reason: `no certificate that fits the key ${tls.keyPath} (${systemReason(cause)})` }, { cause })
  }
}

export interface ServerHandshake {
  readonly raw: Socket
  readonly context: SecureContext
  /** Bytes that were read already and belong to the handshake. */
  readonly received: Buffer
  /** Without a request before it, the handshake must name the protocol (ALPN), else another protocol's client could be led here. */
  readonly isDirect: boolean
}

/** Handshakes with a client; undefined if that fails, and the connection is closed then. */
export const acceptTls = ({ raw, context, received, isDirect }: ServerHandshake): Promise<TLSSocket | undefined> => {
  // The TLS layer takes what stands in the socket's read buffer before it reads on.
  if (received.length > 0) raw.unshift(received)
  const secured = new TLSSocket(raw, { isServer: true, secureContext: context, ALPNProtocols: [ALPN_PROTOCOL], requestCert: false })
  return new Promise(resolve => {
    secured.on('error', () => secured.destroy())
    secured.once('close', () => resolve(undefined))
    secured.once('secure', () => {
      if (!isDirect || secured.alpnProtocol === ALPN_PROTOCOL) return resolve(secured)
      secured.destroy()
    })
  })
}
