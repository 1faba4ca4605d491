/** Where the tour takes place: a demo that runs in the data directory already, or one that it starts and stops. */
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { EmbeddedDatabase, Endpoint, StartConfig } from '../config/types.js'
import { DEMO_DATABASE } from '../embedded/demo.js'
import { DEMO_LOGINS } from '../embedded/demo-schema.js'
import { ProxyError } from '../errors.js'
import { startEmbedded } from './start-embedded.js'
import { endpointText } from './started.js'

export interface StageAccount {
  readonly user: string
  readonly role: string
  /** Through the proxy. */
  readonly url: string
}

export interface Stage {
  readonly accounts: readonly StageAccount[]
  /** The superuser's, past the proxy. */
  readonly upstreamUrl: string
  readonly auditLogPath: string
  readonly auditHeadPath: string
  readonly keyringPath: string
  readonly isOwn: boolean
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const CONNECT_TIMEOUT_MS = 2_000

const accepts = ({ host, port }: Endpoint): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS })
    const answer = (isOpen: boolean) => (): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.on('connect', answer(true)).on('error', answer(false)).on('timeout', answer(false))
  })

const textOf = (...path: readonly string[]): Promise<string | undefined> => readFile(join(...path), 'utf8').catch(() => undefined)

/** The port of the embedded server of a data directory, if it runs. */
const runningPort = async (dataPath: string): Promise<number | undefined> => {
  // For root the server's files lie elsewhere, at the place which this file names.
  const home = (await textOf(dataPath, 'pg.location')) ?? dataPath
  // Line 4 of postmaster.pid is the port (PostgreSQL, miscadmin.h: LOCK_FILE_LINE_PORT).
  const port = Number((await textOf(home, 'pg', 'postmaster.pid'))?.split('\n')[3])
  return port > 0 && (await accepts({ host: HOST, port })) ? port : undefined
}

const paths = ({ auditLogPath, auditHeadPath, keyringPath }: StartConfig): Pick<Stage, 'auditLogPath' | 'auditHeadPath' | 'keyringPath'> => ({ auditLogPath, auditHeadPath, keyringPath })

const useRunning = async (config: StartConfig, port: number): Promise<Stage> => {
  const [password, kept] = [await textOf(config.dataPath, 'pg.password'), await textOf(config.dataPath, 'demo.accounts.json')]
  const listen = endpointText(config.listen)
  if (password === undefined || kept === undefined) throw new ProxyError('embedded_failed', { reason: `a server runs in ${config.dataPath}, but it is not that of the demo` })
  if (!(await accepts(config.listen))) throw new ProxyError('embedded_failed', { reason: `the demo of this data folder is running, but no proxy listens on ${listen}; say where with --listen` })
  const passwords: Readonly<Record<string, string>> = JSON.parse(kept)
  return {
    ...paths(config),
    accounts: DEMO_LOGINS.map(({ user, role }) => ({ user, role, url: `postgresql://${user}:${passwords[user] ?? ''}@${listen}/${DEMO_DATABASE}` })),
    upstreamUrl: `postgresql://postgres:${encodeURIComponent(password)}@${HOST}:${port}/${DEMO_DATABASE}`,
    isOwn: false,
    close: async () => undefined,
  }
}

const startOwn = async (config: StartConfig, database: EmbeddedDatabase): Promise<Stage> => {
  const started = await startEmbedded(config, database)
  return { ...paths(config), accounts: started.accounts ?? [], upstreamUrl: started.upstreamUrl, isOwn: true, close: started.stop }
}

/**
 * Finds or starts the demo. `own` is the configuration to start with where none runs: it may listen elsewhere. Throws
 * `usage` for a configuration that names another server, and what starting throws.
 */
export const openStage = async (config: StartConfig, own: StartConfig): Promise<Stage> => {
  if (config.database.kind !== 'embedded') throw new ProxyError('usage', { reason: 'the demo has a database of its own: leave --upstream out' })
  const port = await runningPort(config.dataPath)
  return port === undefined ? startOwn(own, config.database) : useRunning(config, port)
}
