/** `start` without a server of one's own: an embedded PostgreSQL with sample people, filled through the proxy. */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ddlFor } from '../catalog/ddl.js'
import type { EmbeddedDatabase, StartConfig } from '../config/types.js'
import { removeCluster, startCluster, type Cluster } from '../embedded/cluster.js'
import { withClient } from '../embedded/connection.js'
import { loadDemo } from '../embedded/demo-load.js'
import { DEMO_DATABASE, prepareDemo, type DemoAccount, type DemoAccounts } from '../embedded/demo.js'
import { ProxyError } from '../errors.js'
import type { Policy } from '../policy/types.js'
import type { Proxy } from '../server/start.js'
import { loadCatalog } from './catalog-connection.js'
import { demoRootKeyPath, isDemoKeyring, prepareDemoKeys } from './demo-keys.js'
import { readKeyringFile } from './keyring-store.js'
import { progress } from './output.js'
import { readPolicyFiles } from './policy-files.js'
import { openProxy, prefixesOf } from './proxy.js'
import type { Started } from './started.js'

/** The demo's policy: the same place in the sources and in the built package. */
export const DEMO_POLICY: string = fileURLToPath(new URL('../../policies/crm.yaml', import.meta.url))
const DEMO_WRITER = 'crm_app'
const PROGRESS_ROWS = 5_000
const DROPPED: readonly string[] = ['keyring.json', 'audit.jsonl', 'heads']

/** Drops the database with everything that belongs to it in the data directory; files kept elsewhere stay. */
const reset = async (dataPath: string): Promise<void> => {
  await removeCluster(dataPath)
  rmSync(join(dataPath, 'demo.accounts.json'), { force: true })
  // A keyring that the demo's root key does not unlock seals somebody's real data, and the log beside it is about that.
  if (!isDemoKeyring(dataPath, join(dataPath, 'keyring.json'))) return
  for (const path of [demoRootKeyPath(dataPath), ...DROPPED.map(name => join(dataPath, name))]) rmSync(path, { recursive: true, force: true })
}

const urlOf = (proxy: Proxy, { user, password }: DemoAccount): string =>
  `postgresql://${user}:${password}@${proxy.endpoint.host}:${proxy.port}/${DEMO_DATABASE}`

/** Type changes and guards, straight as the owner: the tables are empty, or guarded already. */
const applyGuards = async (cluster: Cluster, policy: Policy, keyringPath: string, catalogUrl: string): Promise<void> => {
  const prefixOf = prefixesOf(readKeyringFile(keyringPath))
  const sql = ddlFor(policy, await loadCatalog(catalogUrl, policy, prefixOf), prefixOf)
  try {
    await withClient(cluster.url(DEMO_DATABASE), client => client.query(sql))
  } catch (cause) {
    // Rows that were loaded under another policy may be in the way; the server's message names constraint and table only.
    const reason = `the guards of this policy cannot be put on the demo's tables (${cause instanceof Error ? cause.message : 'failed'}); start afresh with --reset`
    throw new ProxyError('embedded_failed', { reason }, { cause })
  }
}

const fill = async (proxy: Proxy, accounts: readonly DemoAccount[]): Promise<void> => {
  const writer = accounts.find(({ user }) => user === DEMO_WRITER)
  if (writer === undefined) return
  let told = 0
  const rows = await loadDemo({
    url: urlOf(proxy, writer),
    progress: count => {
      if (count - told < PROGRESS_ROWS) return
      told = count
      progress(`loaded ${count} rows through the proxy`)
    },
  })
  if (rows > 0) progress(`loaded ${rows} rows through the proxy`)
}

const startOn = async (config: StartConfig, policyPath: string, cluster: Cluster, hasData: boolean): Promise<Started> => {
  const policy = readPolicyFiles(policyPath)
  const rootSecret = prepareDemoKeys({ dataPath: config.dataPath, keyringPath: config.keyringPath, policy, hasData })
  progress('preparing the sample CRM')
  const { accounts, catalogUrl }: DemoAccounts = await prepareDemo(cluster, config.dataPath)
  await applyGuards(cluster, policy, config.keyringPath, catalogUrl)
  const proxy = await openProxy({
    listen: config.listen,
    admin: config.admin,
    upstream: { host: cluster.host, port: cluster.port },
    clientTls: config.clientTls,
    policyPath,
    catalogUrl,
    keyringPath: config.keyringPath,
    rootSecret,
    auditLogPath: config.auditLogPath,
    auditHeadPath: config.auditHeadPath,
    report: progress,
  })
  try {
    await fill(proxy, accounts)
  } catch (error) {
    await proxy.stop()
    throw error
  }
  return {
    proxy,
    upstreamUrl: cluster.url(DEMO_DATABASE),
    accounts: accounts.map(account => ({ ...account, url: urlOf(proxy, account) })),
    stop: async () => {
      await proxy.stop()
      await cluster.stop()
    },
  }
}

/**
 * Starts database and proxy; the first time, also makes accounts, keys and people. Throws what either refuses, and leaves
 * nothing running then.
 */
export const startEmbedded = async (config: StartConfig, database: EmbeddedDatabase): Promise<Started> => {
  const policyPath = database.policyPath ?? DEMO_POLICY
  // Before anything is dropped or made: a policy that can't be used costs no data.
  readPolicyFiles(policyPath)
  if (database.reset) await reset(config.dataPath)
  mkdirSync(config.dataPath, { recursive: true, mode: 0o700 })
  const hasData = existsSync(join(config.dataPath, 'demo.accounts.json'))
  progress('starting the embedded PostgreSQL')
  const cluster = await startCluster({ dataDir: config.dataPath, progress })
  try {
    return await startOn(config, policyPath, cluster, hasData)
  } catch (error) {
    await cluster.stop()
    throw error
  }
}
