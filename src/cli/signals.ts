/** The process's signals: TERM and INT end it in order, HUP reloads. */

const nothing = (): Promise<void> => Promise.resolve()

/** Takes the signals over from the system, until `release`. */
export class Signals {
  readonly ended: Promise<void>
  #isEnded = false
  #end: () => void = () => undefined
  #reload: () => Promise<void> = nothing
  readonly #onEnd = (): void => {
    this.#isEnded = true
    this.#end()
  }
  // A reload reports its own failures, and the old settings stay.
  readonly #onHangUp = (): void => void this.#reload().catch(nothing)

  constructor() {
    this.ended = new Promise(resolve => (this.#end = resolve))
    process.on('SIGTERM', this.#onEnd).on('SIGINT', this.#onEnd).on('SIGHUP', this.#onHangUp)
  }

  /** Whether one came that asks to end; `ended` resolves then. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** What HUP does from now on. Until then it does nothing, rather than kill a process that is starting. */
  onReload(reload: () => Promise<void>): void {
    this.#reload = reload
  }

  release(): void {
    process.off('SIGTERM', this.#onEnd).off('SIGINT', this.#onEnd).off('SIGHUP', this.#onHangUp)
  }
}
