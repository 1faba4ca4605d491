/** The database that is measured: made anew for each run, on a server of its own. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { removeCluster, startCluster, type Cluster } from '../src/embedded/cluster.js'
import { withClient } from '../src/embedded/connection.js'
import { ACCOUNTS } from './cases.js'

export interface Login {
  readonly user: string
  readonly password: string
}

export interface BenchDatabase {
  readonly host: string
  readonly port: number
  readonly name: string
  /** Whom the load connects as; its role reveals and writes. */
  readonly app: Login
  /** Of the login that reads the catalogue. */
  readonly catalogUrl: string
  readonly superuserUrl: string
  readonly version: string
  stop(): Promise<void>
}

/** Nothing is kept, so nothing need reach the disk; all is read, so all is in memory. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '256MB', max_connections: '100', autovacuum: 'off' }

const NAME = 'bench'

/** The tables. `people` has the shape that `policy ddl` guards; it is filled through the proxy. */
const SCHEMA = `
CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88));
INSERT INTO pgbench_branches (bid, bbalance) VALUES (1, 0);
INSERT INTO pgbench_accounts SELECT aid, 1, 0, '' FROM generate_series(1, ${ACCOUNTS}) AS aid;
CREATE TABLE people (id int PRIMARY KEY, first_name text, last_name text, email text UNIQUE, city text, created_at timestamptz);
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO bench_app;`

const version = (url: string): Promise<string> =>
  withClient(url, async client => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return rows[0]?.server_version ?? ''
  })

const prepare = async (cluster: Cluster, app: Login, catalog: Login): Promise<void> => {
  await withClient(cluster.url(), async client => {
    for (const { user, password } of [app, catalog]) await client.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`)
    await client.query(`CREATE DATABASE ${NAME}`)
  })
  await withClient(cluster.url(NAME), async client => {
    await client.query(SCHEMA)
    await client.query('VACUUM ANALYZE')
  })
}

const login = (user: string): Login => ({ user, password: randomBytes(12).toString('hex') })

/** Starts the server in `folder` and makes the tables. */
export const createDatabase = async (folder: string): Promise<BenchDatabase> => {
  const dataDir = join(folder, 'data')
  const cluster = await startCluster({ dataDir, settings: SETTINGS })
  const [app, catalog] = [login('bench_app'), login('bench_catalog')]
  const stop = async (): Promise<void> => {
    await cluster.stop()
    await removeCluster(dataDir)
  }
  try {
    await prepare(cluster, app, catalog)
    const { host, port } = cluster
    const catalogUrl = `postgresql://${catalog.user}:${catalog.password}@${host}:${port}/${NAME}`
    return { host, port, name: NAME, app, catalogUrl, superuserUrl: cluster.url(NAME), version: await version(cluster.url()), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
