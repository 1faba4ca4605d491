/** Collects what one read chunk leads to, so that it leaves in one write: a write per message costs several times the CPU. */

interface Piece {
  readonly bytes: Buffer
  readonly start: number
  end: number
}

export class Outbox {
  #pieces: Piece[] = []
  #bytes = 0

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  /** Adds `bytes[start, end)` without a copy; the caller leaves them unchanged until `take`. */
  add(bytes: Buffer, start = 0, end: number = bytes.length): void {
    if (end <= start) return
    this.#bytes += end - start
    const last = this.#pieces.at(-1)
    if (last !== undefined && last.bytes === bytes && last.end === start) last.end = end
    else this.#pieces.push({ bytes, start, end })
  }

  /** All that was added, in one buffer; empties the box. */
  take(): Buffer {
    const pieces = this.#pieces
    this.#pieces = []
    this.#bytes = 0
    const [first] = pieces
    if (first === undefined) return Buffer.alloc(0)
    if (pieces.length === 1) return first.bytes.subarray(first.start, first.end)
    return Buffer.concat(pieces.map(({ bytes, start, end }) => bytes.subarray(start, end)))
  }

  /** Forgets all that was added: nothing of it may leave. */
  discard(): void {
    this.#pieces = []
    this.#bytes = 0
  }
}
