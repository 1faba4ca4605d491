/** Ends the sessions without cutting transactions in two, as long as they end in time. */
import { ProxyError } from '../errors.js'
import { SHUTDOWN_SECONDS_MAX } from '../limits.js'
import type { Connection } from './connection.js'
import type { Listener } from './listener.js'

const LOOK_MS = 50
/** For the last words to reach clients whose time was up. */
const FORCED_MS = 500

const wait = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds))

const endIdle = (connections: ReadonlySet<Connection>, told: Set<Connection>): void => {
  for (const connection of connections) {
    if (told.has(connection) || !connection.session.isBetweenTransactions) continue
    told.add(connection)
    connection.session.shutDown(new ProxyError('shutting_down'))
  }
}

/** A session that was told to end is gone once the server and its client have closed; a transaction is told when it ends. */
const drainUntil = async (listener: Listener, deadlineMs: number): Promise<void> => {
  const told = new Set<Connection>()
  while (listener.connections.size > 0 && performance.now() < deadlineMs) {
    endIdle(listener.connections, told)
    await wait(LOOK_MS)
  }
}

/** Accepts no more clients and ends all sessions; those still in a transaction when the time is up are cut. */
export const drain = async (listener: Listener, shutdownMs: number = SHUTDOWN_SECONDS_MAX * 1000): Promise<void> => {
  listener.close()
  await drainUntil(listener, performance.now() + shutdownMs)
  for (const { session } of listener.connections) session.fail(new ProxyError('shutting_down'))
  if (listener.connections.size > 0) await wait(FORCED_MS)
  for (const socket of listener.sockets) socket.destroy()
}
