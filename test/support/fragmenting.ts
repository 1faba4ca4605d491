/** A relay that hands bytes on in small pieces, so that every boundary inside a message is met. */
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

export interface Relay {
  readonly host: string
  readonly port: number
}

export interface FragmentingOptions {
  /** Pieces are of 1 to this many bytes. */
  readonly bytesMax?: number
  readonly seed?: number
}

const PIECE_BYTES_MAX = 7

/** Mulberry32: small, seeded, good enough to vary piece lengths. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** One direction: a piece a turn of the event loop, then the end, if the source has ended. */
const forwardInPieces = (source: Socket, sink: Socket, nextLength: () => number): void => {
  const queue: Buffer[] = []
  let isRunning = false
  let hasEnded = false
  const step = (): void => {
    const head = queue[0]
    if (head === undefined || sink.destroyed) {
      isRunning = false
      if (hasEnded) sink.end()
      return
    }
    const length = Math.min(nextLength(), head.length)
    if (length === head.length) queue.shift()
    else queue[0] = head.subarray(length)
    sink.write(head.subarray(0, length))
    setImmediate(step)
  }
  const start = (): void => {
    if (isRunning) return
    isRunning = true
    setImmediate(step)
  }
  source.on('data', chunk => {
    queue.push(chunk)
    start()
  })
  // A server that ends a session with input left unread resets the connection: what it had said before still goes on.
  const end = (): void => {
    hasEnded = true
    start()
  }
  source.on('end', end).on('close', end)
}

/** Starts a relay to `target` on a free port; it ends with the test. */
export const startFragmenting = async (test: Test, target: { host: string; port: number }, { bytesMax = PIECE_BYTES_MAX, seed = 1 }: FragmentingOptions = {}): Promise<Relay> => {
  const random = randomFrom(seed)
  const nextLength = (): number => 1 + Math.floor(random() * bytesMax)
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, near => {
    const far = connect({ ...target, allowHalfOpen: true, noDelay: true })
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
      forwardInPieces(socket, other, nextLength)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  test.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the relay has no port')
  return { host: '127.0.0.1', port: address.port }
}
