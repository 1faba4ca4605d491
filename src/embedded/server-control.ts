import { readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { ProxyError } from '../errors.js'
import { runChild, type ChildResult, type Identity } from './process.js'

/** Where a server runs from, as whom, and where its files are. */
export interface Runtime {
  readonly binFolder: string
  /** undefined: as ourselves. */
  readonly identity: Identity | undefined
  /** Ours; holds the server's data (`pg`), settings (`pg.conf`) and log (`pg.log`). */
  readonly home: string
}

export const dataFolderOf = (runtime: Runtime): string => join(runtime.home, 'pg')
export const logFileOf = (runtime: Runtime): string => join(runtime.home, 'pg.log')

const STOP_SECONDS = 30

/** Runs one of the server's own programs as the server's account. */
export const runTool = (runtime: Runtime, name: string, args: readonly string[], seconds: number): Promise<ChildResult> =>
  runChild(join(runtime.binFolder, name), args, { cwd: runtime.home, identity: runtime.identity, timeoutMs: seconds * 1000 })

/** Stops the server of this home, open sessions included; does nothing if none runs. Throws `embedded_failed` if it goes on. */
export const stopServer = async (runtime: Runtime): Promise<void> => {
  if (!(await isServing(runtime))) return
  for (const mode of ['fast', 'immediate']) {
    const args = ['stop', '-D', dataFolderOf(runtime), '-m', mode, '-w', '-t', String(STOP_SECONDS)]
    const { exitCode } = await runTool(runtime, 'pg_ctl', args, STOP_SECONDS + 5)
    if (exitCode === 0 || !(await isServing(runtime))) return
  }
  throw new ProxyError('embedded_failed', { reason: `the server in ${dataFolderOf(runtime)} does not stop` })
}

/**
 * Whether the server named by `postmaster.pid` answers. pg_ctl looks at the process id alone, which after a restart of
 * the machine may be that of any program of ours; so the port in the file must accept connections too.
 */
const isServing = async (runtime: Runtime): Promise<boolean> => {
  const text = await readFile(join(dataFolderOf(runtime), 'postmaster.pid'), 'utf8').catch(() => undefined)
  // Line 4 of the file is the port (PostgreSQL, miscadmin.h: LOCK_FILE_LINE_PORT).
  const port = Number(text?.split('\n')[3])
  return Number.isInteger(port) && port > 0 && port < 65_536 && accepts(port)
}

const accepts = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 5_000 })
    const answer = (isOpen: boolean) => (): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.on('connect', answer(true)).on('error', answer(false)).on('timeout', answer(false))
  })
