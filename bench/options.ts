/** What a run is asked to do. */
import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** Length of one measurement. */
  readonly seconds: number
  readonly rounds: number
  readonly clients: number
  /** A build to measure instead of making one: a folder with `cli/main.js`. */
  readonly dist: string | undefined
  /** Folder for a CPU profile of the proxy. */
  readonly profile: string | undefined
  /** Whether the table goes into docs/performance.md. */
  readonly isWritten: boolean
  /** Only cases whose name contains this. */
  readonly only: string | undefined
}

const USAGE = `npm run bench -- [--seconds N] [--rounds N] [--clients N] [--only TEXT] [--dist DIR] [--profile DIR] [--no-write]

  --seconds   length of one measurement (default 2)
  --rounds    how often each case is measured on each target (default 5)
  --clients   connections at a time (default 8)
  --only      only cases whose name contains TEXT; implies --no-write
  --dist      measure this build instead of a fresh one
  --profile   write a CPU profile of the proxy there; implies --no-write
  --no-write  leave docs/performance.md as it is
`

const NUMBER_MAX = 600

const positive = (name: string, text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text)
  if (!Number.isInteger(value) || value < 1 || value > NUMBER_MAX) throw new Error(`--${name} takes a whole number from 1 to ${NUMBER_MAX}`)
  return value
}

/** Undefined when the usage was asked for; throws for what it can't read. */
export const readOptions = (args: readonly string[]): BenchOptions | undefined => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      clients: { type: 'string' },
      only: { type: 'string' },
      dist: { type: 'string' },
      profile: { type: 'string' },
      'no-write': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) return undefined
  return {
    seconds: positive('seconds', values.seconds, 2),
    rounds: positive('rounds', values.rounds, 5),
    clients: positive('clients', values.clients, 8),
    only: values.only,
    dist: values.dist,
    profile: values.profile,
    isWritten: values['no-write'] !== true && values.only === undefined && values.profile === undefined,
  }
}

export { USAGE }
