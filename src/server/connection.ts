/** Joins a client's socket, a server's socket and the session between them, and follows their ends. */
import type { Socket } from 'node:net'
import { asProxyError } from '../errors.js'
import type { Services } from '../session/services.js'
import { Session } from '../session/session.js'
import { refuse, type Wish } from './opening.js'
import { SocketPeer } from './peer.js'
import { connectUpstream, type UpstreamTarget } from './upstream.js'

export interface SessionParts {
  readonly wish: Wish & { kind: 'session' }
  readonly address: string
  readonly target: UpstreamTarget
  readonly services: Services
}

/** A session with the state of its sockets. */
export interface Connection {
  readonly session: Session
  /** The login is done. */
  readonly isReady: boolean
}

// Each end is told once to the session, whatever order the events of two sockets come in.
const follow = (client: Socket, server: Socket, session: Session): void => {
  client.on('data', (chunk: Buffer) => session.fromClient(chunk))
  server.on('data', (chunk: Buffer) => session.fromServer(chunk))
  client.once('end', () => session.clientEnded())
  client.once('close', () => session.abandoned())
  server.once('end', () => {
    server.end()
    session.serverEnded()
  })
  // Without an `end` before it, the connection was reset: the client still gets what the server had sent.
  server.once('close', () => session.serverEnded())
}

const upstreamFor = async (client: Socket, target: UpstreamTarget): Promise<Socket | undefined> => {
  try {
    return await connectUpstream(target)
  } catch (error) {
    refuse(client, asProxyError(error))
    return undefined
  }
}

/**
 * Opens the server's side and starts the session; undefined when the server can't be reached, which the client is told, or
 * the client has gone meanwhile. `onEnd` is called once, when both sockets are closed.
 */
export const startSession = async (parts: SessionParts, onEnd: (connection: Connection) => void): Promise<Connection | undefined> => {
  const { wish, address, target, services } = parts
  const server = await upstreamFor(wish.socket, target)
  if (server === undefined) return undefined
  if (wish.socket.destroyed) {
    server.destroy()
    return undefined
  }
  const clientPeer = new SocketPeer(wish.socket, 'client')
  const serverPeer = new SocketPeer(server, 'server')
  clientPeer.fedBy(serverPeer)
  serverPeer.fedBy(clientPeer)
  const connection = { isReady: false }
  const session = new Session({
    services,
    client: clientPeer,
    server: serverPeer,
    startup: wish.packet,
    address,
    isClientEncrypted: wish.isEncrypted,
    isServerEncrypted: target.tls.mode !== 'off',
    onReady: () => (connection.isReady = true),
  })
  const started = Object.assign(connection, { session })
  countEnds([wish.socket, server], () => onEnd(started))
  follow(wish.socket, server, session)
  serverPeer.write(wish.raw)
  if (wish.rest.length > 0) session.fromClient(wish.rest)
  wish.socket.resume()
  server.resume()
  return started
}

const countEnds = (sockets: readonly Socket[], onEnd: () => void): void => {
  let open = sockets.length
  for (const socket of sockets) {
    socket.once('close', () => {
      open--
      if (open === 0) onEnd()
    })
  }
}
