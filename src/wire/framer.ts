/**
 * Cuts a byte stream into messages: one type byte, then an int32 length which counts itself but not the type.
 * Synchronous, and without a copy for messages that lie whole in a chunk (PostgreSQL, "Message Formats").
 */
import { ProxyError } from '../errors.js'

/** The type byte and the length word. */
export const HEADER_BYTES = 5
const LENGTH_BYTES = 4
/** A lying header must not choose how much memory we hold: buffers grow as bytes really arrive. */
const COLLECT_START_BYTES = 64 * 1024

/**
 * pass: the message streams on by `passed`, in pieces. collect: `message` gets it whole.
 * stop: leave it unread; the framer is paused until `resume`, and asks again.
 */
export type Handling = 'pass' | 'collect' | 'stop'

export interface FrameHandler {
  /** Called when a header is known. `bodyBytes` leaves the length word out. Throws to end the connection. */
  header(tag: number, bodyBytes: number): Handling
  /** A collected message, `bytes[start, end)` from its tag on. Valid only during the call. */
  message(tag: number, bytes: Buffer, start: number, end: number): void
  /** Bytes of passed messages, headers included; adjacent ones come as one run. */
  passed(bytes: Buffer, start: number, end: number): void
}

const bodyBytesAt = (bytes: Uint8Array, offset: number): number => {
  const length = ((bytes[offset] ?? 0) << 24) | ((bytes[offset + 1] ?? 0) << 16) | ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0)
  if (length < LENGTH_BYTES) throw new ProxyError('protocol_violation', { reason: 'invalid message length', length })
  return length - LENGTH_BYTES
}

/** Keeps its place between chunks; `push` may be called while paused, the chunks then wait in order. */
export class Framer {
  readonly #handler: FrameHandler
  readonly #carry: Buffer = Buffer.alloc(HEADER_BYTES)
  #carried = 0
  #passLeft = 0
  #collected: Buffer | undefined
  #collectedBytes = 0
  #collectTotal = 0
  #isPaused = false
  #isRunning = false
  readonly #waiting: Buffer[] = []

  constructor(handler: FrameHandler) {
    this.#handler = handler
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Whether it stands between two messages with nothing waiting. */
  get isIdle(): boolean {
    return this.#carried === 0 && this.#passLeft === 0 && this.#collected === undefined && this.#waiting.length === 0
  }

  push(chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#run()
  }

  /** Stops after the message being handled. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#run()
  }

  #run(): void {
    // A handler may resume from within a call; the loop that is already running goes on by itself.
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (!this.#isPaused) {
        const chunk = this.#waiting.shift()
        if (chunk === undefined) return
        const used = this.#walk(chunk)
        if (used < chunk.length) this.#waiting.unshift(chunk.subarray(used))
      }
    } finally {
      this.#isRunning = false
    }
  }

  /** Handles what is whole in `chunk`; returns how many bytes were used, which is less than all only when paused. */
  #walk(chunk: Buffer): number {
    let position = this.#continue(chunk)
    let runStart = position
    while (!this.#isPaused && chunk.length - position >= HEADER_BYTES) {
      const tag = chunk[position] ?? 0
      const bodyBytes = bodyBytesAt(chunk, position + 1)
      const end = position + HEADER_BYTES + bodyBytes
      const handling = this.#handler.header(tag, bodyBytes)
      if (handling === 'pass') {
        position = Math.min(end, chunk.length)
        this.#passLeft = end - position
        continue
      }
      this.#emitRun(chunk, runStart, position)
      runStart = position
      if (handling === 'stop') this.#isPaused = true
      else if (end <= chunk.length) {
        this.#handler.message(tag, chunk, position, end)
        runStart = position = end
      } else {
        this.#beginCollect(chunk, position, HEADER_BYTES + bodyBytes)
        return chunk.length
      }
    }
    this.#emitRun(chunk, runStart, position)
    if (this.#isPaused) return position
    if (position < chunk.length) this.#carried = chunk.copy(this.#carry, 0, position)
    return chunk.length
  }

  #emitRun(chunk: Buffer, start: number, end: number): void {
    if (end > start) this.#handler.passed(chunk, start, end)
  }

  /** Finishes what an earlier chunk began; returns the offset of the first byte after it. */
  #continue(chunk: Buffer): number {
    if (this.#passLeft > 0) {
      const taken = Math.min(this.#passLeft, chunk.length)
      this.#passLeft -= taken
      this.#handler.passed(chunk, 0, taken)
      return taken
    }
    if (this.#collected !== undefined) return this.#continueCollect(chunk, 0)
    return this.#carried > 0 ? this.#continueHeader(chunk) : 0
  }

  #continueHeader(chunk: Buffer): number {
    const taken = Math.min(HEADER_BYTES - this.#carried, chunk.length)
    chunk.copy(this.#carry, this.#carried, 0, taken)
    if (this.#carried + taken < HEADER_BYTES) {
      this.#carried += taken
      return taken
    }
    const bodyBytes = bodyBytesAt(this.#carry, 1)
    const tag = this.#carry[0] ?? 0
    const handling = this.#handler.header(tag, bodyBytes)
    if (handling === 'stop') {
      // The carried bytes stay as they are; on resume the same header is completed again.
      this.#isPaused = true
      return 0
    }
    this.#carried = 0
    const header = Buffer.from(this.#carry)
    if (handling === 'pass') {
      this.#handler.passed(header, 0, HEADER_BYTES)
      const body = Math.min(bodyBytes, chunk.length - taken)
      this.#passLeft = bodyBytes - body
      this.#emitRun(chunk, taken, taken + body)
      return taken + body
    }
    this.#beginCollect(header, 0, HEADER_BYTES + bodyBytes)
    return this.#continueCollect(chunk, taken)
  }

  #beginCollect(chunk: Buffer, position: number, total: number): void {
    this.#collectTotal = total
    this.#collected = Buffer.allocUnsafe(Math.min(total, Math.max(COLLECT_START_BYTES, 2 * (chunk.length - position))))
    this.#collectedBytes = chunk.copy(this.#collected, 0, position)
  }

  #continueCollect(chunk: Buffer, from: number): number {
    const collected = this.#grown(Math.min(this.#collectTotal, this.#collectedBytes + chunk.length - from))
    const taken = Math.min(this.#collectTotal - this.#collectedBytes, chunk.length - from)
    chunk.copy(collected, this.#collectedBytes, from, from + taken)
    this.#collectedBytes += taken
    if (this.#collectedBytes === this.#collectTotal) {
      this.#collected = undefined
      this.#handler.message(collected[0] ?? 0, collected, 0, this.#collectTotal)
    }
    return from + taken
  }

  #grown(bytes: number): Buffer {
    const old = this.#collected ?? Buffer.alloc(0)
    if (old.length >= bytes) return old
    const larger = Buffer.allocUnsafe(Math.min(this.#collectTotal, Math.max(bytes, 2 * old.length)))
    old.copy(larger, 0, 0, this.#collectedBytes)
    this.#collected = larger
    return larger
  }
}
