/** Accepts clients, within a limit, and knows the sessions that are open. */
import { createServer, type Server, type Socket } from 'node:net'
import { ProxyError } from '../errors.js'
import { CONNECTIONS_MAX, REFUSED_CONNECTIONS_MAX, SOCKET_BUFFER_BYTES } from '../limits.js'
import type { Services } from '../session/services.js'
import { forwardCancel } from './cancel.js'
import { startSession, type Connection } from './connection.js'
import { readWish, refuse, type OpeningOptions } from './opening.js'
import type { Endpoint } from './types.js'
import type { UpstreamTarget } from './upstream.js'

export interface ListenerOptions {
  readonly listen: Endpoint
  readonly services: Services
  /** Asked for each connection, since a reload replaces certificates. */
  opening(): OpeningOptions
  readonly target: UpstreamTarget
  readonly connectionsMax?: number | undefined
}

export interface Listener {
  readonly endpoint: Endpoint
  readonly connections: ReadonlySet<Connection>
  /** All sockets of clients, those without a session included. */
  readonly sockets: ReadonlySet<Socket>
  /** Accepts no more. */
  close(): void
}

class Accepting {
  readonly connections: Set<Connection> = new Set()
  readonly sockets: Set<Socket> = new Set()
  readonly #options: ListenerOptions
  readonly #max: number

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#max = options.connectionsMax ?? CONNECTIONS_MAX
  }

  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    // An error can only be told after the negotiation, so a few more than allowed are heard; so cancel requests still get through.
    if (this.sockets.size >= this.#max + REFUSED_CONNECTIONS_MAX) {
      socket.destroy()
      return
    }
    const isOver = this.sockets.size >= this.#max
    const address = socket.remoteAddress ?? ''
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    this.#serve(socket, address, isOver).catch(() => socket.destroy())
  }

  async #serve(socket: Socket, address: string, isOver: boolean): Promise<void> {
    const wish = await readWish(socket, this.#options.opening())
    if (wish === undefined) return
    if (wish.kind === 'cancel') return forwardCancel(wish.socket, wish.raw, this.#options.target)
    if (isOver) return refuse(wish.socket, new ProxyError('too_many_connections', { max: this.#max }))
    const { target, services } = this.#options
    const connection = await startSession({ wish, address, target, services }, ended => this.connections.delete(ended))
    if (connection !== undefined) this.connections.add(connection)
  }
}

const listening = (server: Server, { host, port }: Endpoint): Promise<Endpoint> =>
  new Promise((resolve, reject) => {
    server.once('error', cause => {
      const code = 'code' in cause ? String(cause.code) : 'failed'
      const reason = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${code})`
      reject(new ProxyError('config_invalid', { reason: `${host}:${port} ${reason}` }, { cause }))
    })
    server.listen({ host, port }, () => {
      const address = server.address()
      resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port })
    })
  })

/** Starts to listen. Throws `config_invalid` when the address can't be had. */
export const startListener = async (options: ListenerOptions): Promise<Listener> => {
  const accepting = new Accepting(options)
  const settings = { allowHalfOpen: true, noDelay: true, keepAlive: true, pauseOnConnect: true, highWaterMark: SOCKET_BUFFER_BYTES }
  const server = createServer(settings, socket => accepting.accept(socket))
  const endpoint = await listening(server, options.listen)
  // An accept that fails (too many open files) costs that client only.
  server.on('error', () => undefined)
  return { endpoint, connections: accepting.connections, sockets: accepting.sockets, close: () => server.close() }
}
