import { spawn } from 'node:child_process'
import { ProxyError } from '../errors.js'

/** The account a child runs as. Its supplementary groups are dropped with it (libuv calls setgroups). */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

export interface ChildOptions {
  readonly cwd: string
  readonly identity: Identity | undefined
  /** The child is ended after this long. */
  readonly timeoutMs: number
}

export interface ChildResult {
  /** 0 is success; undefined means that a signal (or the time limit) ended it. */
  readonly exitCode: number | undefined
  readonly output: string
}

const OUTPUT_CHARACTERS_MAX = 64 * 1024

// PGPORT, PGDATA, PGOPTIONS and their like would steer the server tools, LD_PRELOAD would run code as the other account:
// children get a fixed environment instead of ours.
const CHILD_ENVIRONMENT = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

/** Runs one program without a shell and collects what it prints. Throws `embedded_failed` only if it can't be started. */
export const runChild = (file: string, args: readonly string[], options: ChildOptions): Promise<ChildResult> =>
  new Promise((resolve, reject) => {
    const { cwd, identity, timeoutMs } = options
    const child = spawn(file, args, { cwd, env: CHILD_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'], ...identity })
    // Not spawn's own `timeout`: its timer goes on, and holds the process, when the program can't be started.
    const timer = setTimeout(() => child.kill(), timeoutMs)
    let output = ''
    const collect = (text: string): void => {
      output = (output + text).slice(-OUTPUT_CHARACTERS_MAX)
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.on('error', cause => {
      clearTimeout(timer)
      reject(new ProxyError('embedded_failed', { reason: `${file} cannot be started (${reasonOf(cause)})` }, { cause }))
    })
    child.on('close', exitCode => {
      clearTimeout(timer)
      resolve({ exitCode: exitCode ?? undefined, output })
    })
  })

const reasonOf = (error: Error & { code?: string }): string => error.code ?? error.name
