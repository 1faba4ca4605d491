/** Cycles: what is sent up to a Sync, a Query or a function call, and answered up to ReadyForQuery. They are counted from 1. */
export class Cycles {
  #sent = 0
  #done = 0

  /** The cycle that a message sent now belongs to. */
  get present(): number {
    return this.#sent + 1
  }

  /** What ends the present cycle has been sent. */
  send(): void {
    this.#sent++
  }

  /** The oldest cycle was answered, or will never be since the server skips it. */
  finish(): void {
    this.#done++
  }

  /** Whether all that was sent is answered; what was sent since the last cycle ended is not looked at. */
  get areDone(): boolean {
    return this.#done === this.#sent
  }

  isSent(cycle: number): boolean {
    return cycle <= this.#sent
  }

  isDone(cycle: number): boolean {
    return cycle <= this.#done
  }
}
