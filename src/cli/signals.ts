/** The process's signals: TERM and INT end it in order, HUP reloads. */

export interface Signals {
  /** Resolves at the first signal that asks to end. */
  readonly ended: Promise<void>
  readonly isEnded: boolean
  /** What HUP does from now on; until then it does nothing, rather than kill a process that is starting. */
  onReload(reload: () => Promise<void>): void
  /** Gives the signals back to the system. */
  release(): void
}

/** Takes the signals over. */
export const takeSignals = (): Signals => {
  let isEnded = false
  let reload = (): Promise<void> => Promise.resolve()
  let end: () => void = () => undefined
  const ended = new Promise<void>(resolve => {
    end = () => {
      isEnded = true
      resolve()
    }
  })
  // The reload reports its own failures, and the old settings stay.
  const hangUp = (): void => void reload().catch(() => undefined)
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', hangUp)
  return {
    ended,
    get isEnded(): boolean {
      return isEnded
    },
    onReload: action => {
      reload = action
    },
    release: () => {
      process.off('SIGTERM', end).off('SIGINT', end).off('SIGHUP', hangUp)
    },
  }
}
