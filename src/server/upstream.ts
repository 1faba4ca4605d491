/** Connections to the database server. */
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { ProxyError } from '../errors.js'
import { SOCKET_BUFFER_BYTES, UPSTREAM_SECONDS_MAX } from '../limits.js'
import { SSL_REQUEST } from '../session/negotiation.js'
import { ALPN_PROTOCOL, readPem, TLS_VERSION_MIN } from './tls.js'
import type { Endpoint, UpstreamTls } from './types.js'

/** Where the server is and how to reach it; the authority's file has been read. */
export interface UpstreamTarget {
  readonly endpoint: Endpoint
  readonly tls: { readonly mode: UpstreamTls['mode']; readonly ca: Buffer | undefined }
}

const ACCEPTS_TLS = 0x53

/** Throws `file_unreadable` for the authority's file. */
export const upstreamTarget = (endpoint: Endpoint, tls: UpstreamTls): UpstreamTarget => ({
  endpoint,
  tls: { mode: tls.mode, ca: tls.mode === 'verify-full' && tls.caPath !== undefined ? readPem(tls.caPath) : undefined },
})

/**
 * Settles with `happens`, or rejects with `upstream_unreachable` when the socket closes or the time is up first; the socket
 * is destroyed then.
 */
const within = <Result>(socket: Socket, happens: (resolve: (result: Result) => void, reject: (error: ProxyError) => void) => void): Promise<Result> =>
  new Promise((resolve, reject) => {
    const fail = (error: ProxyError): void => {
      finish()
      socket.destroy()
      reject(error)
    }
    const onClose = (): void => fail(new ProxyError('upstream_unreachable', { reason: 'closed' }))
    const onError = (cause: Error): void => fail(new ProxyError('upstream_unreachable', { reason: 'code' in cause ? String(cause.code) : 'failed' }, { cause }))
    const timer = setTimeout(() => fail(new ProxyError('upstream_unreachable', { reason: 'timeout' })), UPSTREAM_SECONDS_MAX * 1000)
    const finish = (): void => {
      clearTimeout(timer)
      socket.off('close', onClose)
      socket.off('error', onError)
    }
    socket.once('close', onClose)
    socket.once('error', onError)
    happens(result => {
      finish()
      resolve(result)
    }, fail)
  })

const openTcp = ({ host, port }: Endpoint): Promise<Socket> => {
  const options = { host, port, noDelay: true, keepAlive: true, allowHalfOpen: true, highWaterMark: SOCKET_BUFFER_BYTES }
  const socket = connect(options)
  // A socket without a listener for errors would end the process; those who wait for something add their own.
  socket.on('error', () => undefined)
  return within(socket, resolve => socket.once('connect', () => resolve(socket)))
}

/**
 * CVE-2021-23222: the answer must be one byte and nothing behind it. Whatever else comes is not shown to a client: before TLS
 * it may be anyone's text (CVE-2024-10977).
 */
const askForTls = (socket: Socket): Promise<void> =>
  within(socket, (resolve, reject) => {
    socket.once('data', (answer: Buffer) => {
      socket.pause()
      if (answer.length === 1 && answer[0] === ACCEPTS_TLS) resolve(undefined)
      else reject(new ProxyError('upstream_tls_refused'))
    })
    socket.write(SSL_REQUEST)
  })

const startTls = (socket: Socket, { endpoint, tls }: UpstreamTarget): Promise<Socket> => {
  const options: ConnectionOptions = {
    socket,
    // The name that the certificate must carry; as SNI only a name may be sent (RFC 6066).
    host: endpoint.host,
    servername: isIP(endpoint.host) === 0 ? endpoint.host : '',
    rejectUnauthorized: tls.mode === 'verify-full',
    ALPNProtocols: [ALPN_PROTOCOL],
    minVersion: TLS_VERSION_MIN,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  }
  const secured = connectTls(options)
  secured.on('error', () => undefined)
  return within(secured, resolve => secured.once('secureConnect', () => resolve(secured)))
}

/**
 * A new connection to the server, encrypted if that is asked for, on which nothing was sent yet. It is paused. Throws
 * `upstream_unreachable` and `upstream_tls_refused`.
 */
export const connectUpstream = async (target: UpstreamTarget): Promise<Socket> => {
  const socket = await openTcp(target.endpoint)
  if (target.tls.mode === 'off') return socket
  await askForTls(socket)
  return startTls(socket, target)
}
