/** PostgreSQL servers for tests: one shared by all files of a run, a database of its own for each file. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type QueryResult, type QueryResultRow } from 'pg'
import t, { type Test } from 'tap'
import { removeCluster, startCluster, type Cluster, type ClusterOptions } from '../../src/embedded/cluster.js'
import { CLUSTER_VARIABLE, TEST_SETTINGS, describeCluster, type TestCluster } from './shared-cluster.js'

export { freePort } from '../../src/embedded/free-port.js'
export { TEST_SETTINGS, type TestCluster } from './shared-cluster.js'

/** The server of this run: the shared one of `npm test`, else one that lives as long as this test file. */
export const testCluster = (): Promise<TestCluster> => (shared ??= findCluster())

let shared: Promise<TestCluster> | undefined

const findCluster = async (): Promise<TestCluster> => {
  const given = process.env[CLUSTER_VARIABLE]
  if (given === undefined) return describeCluster(await ownCluster(t))
  const cluster: TestCluster = JSON.parse(given)
  return cluster
}

/** A server of a test's own, for tests that read its files or restart it; it goes with the test. */
export const ownCluster = async (test: Test, options: Partial<ClusterOptions> = {}): Promise<Cluster> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'pgveil-test-')))
  const cluster = await startCluster({ ...options, dataDir, settings: { ...TEST_SETTINGS, ...options.settings } })
  test.teardown(async () => {
    await cluster.stop()
    await removeCluster(dataDir, options.binFolder)
    await rm(dataDir, { recursive: true, force: true })
  })
  return cluster
}

const DEBIAN_BIN = '/usr/lib/postgresql/15/bin'

/** PostgreSQL 15 where Debian's packages are installed, else undefined: the test then skips, saying so. */
export const debianCluster = async (test: Test): Promise<TestCluster | undefined> => {
  if (!existsSync(join(DEBIAN_BIN, 'initdb'))) return undefined
  return describeCluster(await ownCluster(test, { binFolder: DEBIAN_BIN }))
}

export interface TestDatabase {
  readonly name: string
  /** The superuser's connection string, past any proxy. */
  readonly url: string
  readonly cluster: TestCluster
  /** As another login, or through another port. */
  readonly urlFor: (options: { user?: string; password?: string; host?: string; port?: number }) => string
  /** One statement, or several without parameters, as superuser on a connection kept for this. */
  readonly query: <Row extends QueryResultRow = Record<string, unknown>>(sql: string, params?: readonly unknown[]) => Promise<QueryResult<Row>>
  /** A connected client, ended with the test. */
  readonly client: (connectionString?: string) => Promise<Client>
}

export interface DatabaseOptions {
  /** Run in the new database before it is handed over. */
  readonly schema?: string
  /** Another server than the shared one. */
  readonly cluster?: TestCluster
}

/** A new database, dropped with the test. */
export const createDatabase = async (test: Test, options: DatabaseOptions = {}): Promise<TestDatabase> => {
  const cluster = options.cluster ?? (await testCluster())
  const name = `t_${randomBytes(8).toString('hex')}`
  const urlFor: TestDatabase['urlFor'] = ({ user = cluster.superuser, password = cluster.password, host = cluster.host, port = cluster.port }) =>
    `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${name}`
  const url = urlFor({})
  await runOn(url.replace(/[^/]*$/, 'postgres'), `CREATE DATABASE ${name}`)
  const clients: Client[] = []
  const connect = async (connectionString = url): Promise<Client> => {
    const client = new Client({ connectionString })
    client.on('error', () => undefined) // the teardown below ends sessions that a test left open
    await client.connect()
    clients.push(client)
    return client
  }
  test.teardown(async () => {
    await Promise.allSettled(clients.map(client => client.end()))
    await runOn(url.replace(/[^/]*$/, 'postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  })
  const own = await connect()
  if (options.schema !== undefined) await own.query(options.schema)
  return { name, url, cluster, urlFor, query: (sql, params) => own.query(sql, params === undefined ? undefined : [...params]), client: connect }
}

const runOn = async (connectionString: string, sql: string): Promise<void> => {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** A login that exists as long as the test, with a name no other test file has. */
export const createLogin = async (test: Test, database: TestDatabase, attributes = ''): Promise<{ user: string; password: string }> => {
  const login = { user: `u_${randomBytes(8).toString('hex')}`, password: randomBytes(12).toString('hex') }
  await database.query(`CREATE ROLE ${login.user} LOGIN PASSWORD '${login.password}' ${attributes}`)
  test.teardown(async () => {
    await runOn(database.url, `DROP OWNED BY ${login.user}; DROP ROLE ${login.user}`)
  })
  return login
}
