/** The real proxy inside the test's process, in front of a test database that is sealed by a policy. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { AuditEvent } from '../../src/audit/event.js'
import { ddlFor } from '../../src/catalog/ddl.js'
import { createCatalogHolder } from '../../src/catalog/holder.js'
import { loadCatalog, type PrefixOf } from '../../src/catalog/load.js'
import { connectCatalog } from '../../src/cli/catalog-connection.js'
import { auditSigner } from '../../src/crypto/audit-signer.js'
import { createKeyring, syncKeyring, unlockKeyring, type UnlockedKeyring } from '../../src/crypto/keyring.js'
import { Vault } from '../../src/crypto/vault.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Policy } from '../../src/policy/types.js'
import { startProxy } from '../../src/server/start.js'
import type { Endpoint, InForce } from '../../src/server/types.js'
import type { TestDatabase } from './cluster.js'
import { startFragmenting, type FragmentingOptions } from './fragmenting.js'

export interface TestProxyOptions {
  readonly database: TestDatabase
  /** YAML. */
  readonly policy: string
  /** Run after the guards were made: views and functions over sealed columns. */
  readonly readers?: string
  /** That of another test proxy on the same database; the guards are then in place. */
  readonly keyring?: UnlockedKeyring
  /** Bytes go in pieces between client and proxy, and between proxy and server. */
  readonly pieces?: FragmentingOptions
}

export interface TestProxy extends Endpoint {
  /** A connection string to the test database through the proxy; the superuser's without a login. */
  readonly urlFor: (login?: { readonly user: string; readonly password: string }) => string
  readonly keyring: UnlockedKeyring
  readonly policy: Policy
  readonly auditLog: string
  readonly auditHead: string
  /** The events so far. */
  readonly events: () => readonly AuditEvent[]
  readonly stop: () => Promise<void>
}

const newKeyring = (policy: Policy): UnlockedKeyring => {
  const rootSecret = { kind: 'key', bytes: randomBytes(32) } as const
  const now = new Date()
  const empty = unlockKeyring(createKeyring({ rootSecret, now }), rootSecret)
  return unlockKeyring(syncKeyring(empty, policy.fields.keys(), { now }).keyring, rootSecret)
}

const loadInForce = (test: Test, { database }: TestProxyOptions, policy: Policy, vault: Vault): ((versionAbove: number) => Promise<InForce>) => {
  const connection = connectCatalog(database.url)
  test.teardown(() => connection.close())
  const prefixOf: PrefixOf = name => vault.prefixOf(name)
  return async versionAbove => {
    const catalog = createCatalogHolder({
      load: async () => ({ ...(await loadCatalog(connection.query, policy, prefixOf)), version: versionAbove + 1 }),
      now: () => performance.now(),
    })
    const { findings } = await catalog.refresh()
    const blocking = findings.filter(finding => finding.severity === 'blocks' || finding.severity === 'unguarded')
    if (blocking.length > 0) throw new Error(`the fixture is not fit for its policy: ${JSON.stringify(blocking)}`)
    return { policy, vault, catalog }
  }
}

/** Where clients connect, and where the proxy does: relays stand on both legs if bytes go in pieces. */
const server = async (test: Test, { database, pieces }: TestProxyOptions): Promise<Endpoint> => {
  const { host, port } = database.cluster
  return pieces === undefined ? { host, port } : startFragmenting(test, { host, port }, pieces)
}

/** Seals the database as the policy says, and starts a proxy in front of it; both end with the test. */
export const startTestProxy = async (test: Test, options: TestProxyOptions): Promise<TestProxy> => {
  const { database, pieces } = options
  const policy = parsePolicy([{ path: 'test.yaml', text: options.policy }])
  const keyring = options.keyring ?? newKeyring(policy)
  const vault = new Vault(keyring, policy.fields)
  if (options.keyring === undefined) await database.query(ddlFor(policy, undefined, name => vault.prefixOf(name)))
  if (options.readers !== undefined) await database.query(options.readers)
  const folder = await mkdtemp(join(tmpdir(), 'pgveil-proxy-'))
  test.teardown(() => rm(folder, { recursive: true, force: true }))
  const auditLog = join(folder, 'audit.jsonl')
  const auditHead = join(folder, 'heads')
  const running = await startProxy({
    listen: { host: '127.0.0.1', port: 0 },
    upstream: await server(test, options),
    upstreamTls: { mode: 'off' },
    clientTls: { mode: 'off' },
    audit: { path: auditLog, headPath: auditHead, keyringId: keyring.keyring.id, signer: auditSigner(keyring) },
    load: loadInForce(test, options, policy, vault),
    report: line => test.comment(line),
    shutdownMs: 1_000,
  })
  test.teardown(() => running.stop())
  const endpoint = pieces === undefined ? running.endpoint : await startFragmenting(test, running.endpoint, { ...pieces, seed: (pieces.seed ?? 1) + 1 })
  return {
    ...endpoint,
    urlFor: login => database.urlFor({ ...login, ...endpoint }),
    keyring,
    policy,
    auditLog,
    auditHead,
    events: () => readFileSync(auditLog, 'utf8').split('\n').filter(line => line !== '').map((line): AuditEvent => JSON.parse(line)),
    stop: () => running.stop(),
  }
}
