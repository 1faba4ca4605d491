import { Client } from 'pg'
import type { Cluster } from '../../src/embedded/cluster.js'

/** The server that the files of one run share. */
export interface TestCluster {
  readonly host: string
  readonly port: number
  readonly superuser: string
  readonly password: string
  /** The server's version as it reports it, such as `18.4`. */
  readonly version: string
}

/** In the environment of a test run: the shared server, a TestCluster as JSON. */
export const CLUSTER_VARIABLE = 'PGVEIL_TEST_CLUSTER'

/** For tests and benchmarks alone: nothing is kept, so nothing need reach the disk. */
export const TEST_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
}

/** A server of ours as test files see it. */
export const describeCluster = async ({ host, port, superuser, password, url }: Cluster): Promise<TestCluster> => {
  const client = new Client({ connectionString: url() })
  await client.connect()
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return { host, port, superuser, password, version: rows[0]?.server_version ?? '' }
  } finally {
    await client.end()
  }
}
