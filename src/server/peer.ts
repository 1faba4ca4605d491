/** A socket as the session sees it, and the flow control between the two of a session. */
import type { Socket } from 'node:net'
import { LINGER_SECONDS_MAX } from '../limits.js'
import type { Peer } from '../session/services.js'

/** Why a socket is not read: the session waits for something, or the other side can't keep up. */
type Hold = 'session' | 'backpressure'

export class SocketPeer implements Peer {
  readonly #socket: Socket
  readonly #holds: Set<Hold> = new Set()
  /** Where the bytes that are written here come from. */
  #source: SocketPeer | undefined

  readonly #isClient: boolean

  constructor(socket: Socket, side: 'client' | 'server') {
    this.#socket = socket
    this.#isClient = side === 'client'
    socket.on('drain', () => this.#source?.release('backpressure'))
  }

  /** Names the peer to be stopped while this one's buffer is full. Each direction has its own, so one that is stuck does not stop the other. */
  fedBy(source: SocketPeer): void {
    this.#source = source
  }

  write(bytes: Buffer): boolean {
    // A peer that is gone is told by its `close` event; what was meant for it has no reader.
    if (!this.#socket.writable || bytes.length === 0) return true
    const isTaken = this.#socket.write(bytes)
    if (!isTaken) this.#source?.hold('backpressure')
    return isTaken
  }

  pauseReading(): void {
    this.hold('session')
  }

  resumeReading(): void {
    this.release('session')
  }

  end(): void {
    // The server may still have to answer for a long time after it was told that the client will send no more.
    if (this.#isClient) endSocket(this.#socket)
    else this.#socket.end()
    // Nobody is left who would wait for this buffer to empty.
    this.#source?.release('backpressure')
  }

  destroy(): void {
    this.#socket.destroy()
    this.#source?.release('backpressure')
  }

  hold(reason: Hold): void {
    this.#holds.add(reason)
    this.#socket.pause()
  }

  release(reason: Hold): void {
    if (this.#holds.delete(reason) && this.#holds.size === 0) this.#socket.resume()
  }
}

/**
 * Sends what is queued and closes our half. The other side then has a few seconds to close its own, counted from when it has
 * taken everything, so a slow reader gets all of it and a silent one does not stay.
 */
export const endSocket = (socket: Socket): void => {
  if (socket.destroyed || socket.writableEnded) return
  // Input that is left unread would make the system reset the connection, and our last words would be lost.
  socket.resume()
  socket.end(() => {
    const timer = setTimeout(() => socket.destroy(), LINGER_SECONDS_MAX * 1000)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  })
}
