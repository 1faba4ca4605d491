/** One way to the database. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

export interface Target {
  readonly name: string
  readonly host: string
  readonly port: number
  /** CPU seconds which its process has used so far; undefined where there is none, or the system does not say. */
  cpuSeconds(): number | undefined
  stop(): Promise<void>
}

/** Clock ticks of /proc: USER_HZ is 100 on every Linux that Node supports. */
const TICKS_A_SECOND = 100

/** User and system time of a process, from /proc; undefined on other systems. */
export const cpuSecondsOf = (pid: number | undefined): number | undefined => {
  try {
    // The name in parentheses may hold spaces: fields are counted from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
  } catch {
    return undefined
  }
}

/** Asks a child to end, and waits until it has. */
export const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}
