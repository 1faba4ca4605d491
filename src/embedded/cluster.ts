import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ProxyError } from '../errors.js'
import { takeHome } from './data-dir-owner.js'
import { freePort } from './free-port.js'
import { prepareRuntime } from './runtime.js'
import { dataFolderOf, logFileOf, runTool, stopServer, type Runtime } from './server-control.js'
import { settingsFile } from './settings.js'

export interface ClusterOptions {
  /** Ours, made with mode 0700; the data lies in it, or for root where its file `pg.location` says. */
  readonly dataDir: string
  /** Server settings over our own, such as `fsync: 'off'` in tests. */
  readonly settings?: Readonly<Record<string, string>>
  /** Without it (or 0) any free port. */
  readonly port?: number
  /** A folder with initdb, pg_ctl and postgres to use instead of the packaged ones. */
  readonly binFolder?: string
  /** Takes one line at a time; the end of the server's log goes there when it doesn't start. */
  readonly progress?: (line: string) => void
}

/** A running server, ours alone. */
export interface Cluster {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly superuser: 'postgres'
  readonly password: string
  /** Where the server keeps its data; for looking at what is really stored. */
  readonly dataFolder: string
  readonly logFile: string
  /** The superuser's connection string. */
  readonly url: (database?: string) => string
  /** Ends all sessions and stops the server; the data stays. May be called again. */
  readonly stop: () => Promise<void>
}

const START_SECONDS = 60
const START_ATTEMPTS_MAX = 5

/**
 * Starts PostgreSQL on 127.0.0.1, on the data that a former start left or on new data. A server that a killed process
 * left running is stopped first. Installs no signal handlers: whoever calls this calls `stop`. Throws `embedded_failed`.
 */
export const startCluster = async (options: ClusterOptions): Promise<Cluster> => {
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const runtime = await prepareRuntime(dataDir, options.binFolder)
  requirePlainPath(runtime)
  const release = await takeHome(runtime.home)
  try {
    await stopServer(runtime)
    const password = await initialise(runtime, dataDir, options)
    const port = await startServer(runtime, options)
    return describe(runtime, { port, password, release })
  } catch (cause) {
    await release()
    throw cause
  }
}

/** Stops the server of a data-dir and deletes its files, wherever they lie. Throws `embedded_failed` while a process uses them. */
export const removeCluster = async (dataDir: string, binFolder?: string): Promise<void> => {
  if ((await stat(dataDir).catch(() => undefined)) === undefined) return
  const runtime = await prepareRuntime(resolve(dataDir), binFolder)
  const release = await takeHome(runtime.home)
  await stopServer(runtime)
  await release()
  if (runtime.home !== resolve(dataDir)) await rm(runtime.home, { recursive: true, force: true })
  for (const name of ['pg', 'pg.new', 'pg.conf', 'pg.log', 'pg.password', 'pg.location']) {
    await rm(join(dataDir, name), { recursive: true, force: true })
  }
}

// initdb and pg_ctl put paths between double quotes into commands for a shell.
const requirePlainPath = ({ home, binFolder }: Runtime): void => {
  for (const path of [home, binFolder]) {
    if (!/["'$`\\\n]/.test(path)) continue
    throw new ProxyError('embedded_failed', { reason: `PostgreSQL's tools can't use the path ${path}: it has a quote, $, \` or \\` })
  }
}

/** Returns the superuser's password, which is kept beside the data and made anew together with it. */
const initialise = async (runtime: Runtime, dataDir: string, options: ClusterOptions): Promise<string> => {
  const passwordFile = join(dataDir, 'pg.password')
  const kept = await readFile(passwordFile, 'utf8').catch(() => undefined)
  const isInitialised = (await stat(join(dataFolderOf(runtime), 'PG_VERSION')).catch(() => undefined)) !== undefined
  if (isInitialised && kept !== undefined) return kept
  if (isInitialised) {
    throw new ProxyError('embedded_failed', { reason: `${passwordFile} is gone, so the data can't be opened; start afresh with --reset` })
  }
  options.progress?.('creating the database files')
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await createData(runtime, password, options)
  return password
}

/** Data appears under its final name only when whole, so a start that was cut off is repeated, not continued. */
const createData = async (runtime: Runtime, password: string, options: ClusterOptions): Promise<void> => {
  const fresh = join(runtime.home, 'pg.new')
  const passwordFile = join(runtime.home, 'pg.initdb')
  for (const path of [fresh, passwordFile, dataFolderOf(runtime)]) await rm(path, { recursive: true, force: true })
  await mkdir(fresh, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' })
  await giveTo(runtime, fresh)
  await giveTo(runtime, passwordFile)
  const locale = options.binFolder === undefined ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []
  const sync = options.settings?.['fsync'] === 'off' ? ['--no-sync'] : []
  const auth = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const args = ['-D', fresh, '--encoding=UTF8', '--locale=C', '--no-instructions', ...auth, ...locale, ...sync]
  const { exitCode, output } = await runTool(runtime, 'initdb', args, 120)
  await rm(passwordFile, { force: true })
  if (exitCode !== 0) {
    reportTail(output, options)
    throw new ProxyError('embedded_failed', { reason: `initdb failed with exit code ${exitCode ?? 'none'}` })
  }
  await rename(fresh, dataFolderOf(runtime))
}

const giveTo = async ({ identity }: Runtime, path: string): Promise<void> => {
  if (identity !== undefined) await chown(path, identity.uid, identity.gid)
}

/** Returns the port. A free port may be taken between looking and binding, so that is tried again with another. */
const startServer = async (runtime: Runtime, options: ClusterOptions): Promise<number> => {
  for (let attempt = 1; ; attempt++) {
    const port = options.port === undefined || options.port === 0 ? await freePort() : options.port
    await openLog(runtime)
    const settingsPath = join(runtime.home, 'pg.conf')
    await writeFile(settingsPath, settingsFile(dataFolderOf(runtime), port, options.settings ?? {}), { mode: 0o644 })
    await chmod(settingsPath, 0o644)
    const waiting = ['-w', '-t', String(START_SECONDS), '-o', `-c "config_file=${settingsPath}"`]
    const args = ['start', '-D', dataFolderOf(runtime), '-l', logFileOf(runtime), ...waiting]
    const { exitCode } = await runTool(runtime, 'pg_ctl', args, START_SECONDS + 10)
    if (exitCode === 0) return port
    const log = await readFile(logFileOf(runtime), 'utf8')
    const isPortTaken = log.includes('could not bind IPv4 address')
    if (isPortTaken && (options.port ?? 0) === 0 && attempt < START_ATTEMPTS_MAX) continue
    reportTail(log, options)
    throw new ProxyError('embedded_failed', { reason: isPortTaken ? `port ${port} is taken` : `the server does not start; see ${logFileOf(runtime)}` })
  }
}

// One log for each start: it is looked at when this start fails. The server appends to it with its own rights.
const openLog = async (runtime: Runtime): Promise<void> => {
  await rm(logFileOf(runtime), { force: true })
  await (await open(logFileOf(runtime), 'wx', 0o600)).close()
  await giveTo(runtime, logFileOf(runtime))
}

const reportTail = (text: string, { progress }: ClusterOptions): void => {
  for (const line of text.trimEnd().split('\n').slice(-20)) progress?.(line)
}

interface Started {
  readonly port: number
  readonly password: string
  readonly release: () => Promise<void>
}

const describe = (runtime: Runtime, { port, password, release }: Started): Cluster => {
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= stopServer(runtime).then(release))
  return {
    host: '127.0.0.1',
    port,
    superuser: 'postgres',
    password,
    dataFolder: dataFolderOf(runtime),
    logFile: logFileOf(runtime),
    // The password is base64url: nothing in it needs escaping.
    url: (database = 'postgres') => `postgresql://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop,
  }
}
