/** Files of a proxy as an operator keeps them, for tests of what is read from them: policy, keyring, log. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ddlFor } from '../../../src/catalog/ddl.js'
import { loadCatalog } from '../../../src/cli/catalog-connection.js'
import { readKeyringFile } from '../../../src/cli/keyring-store.js'
import { openProxy, prefixesOf, type ProxySettings } from '../../../src/cli/proxy.js'
import { createKeyring, formatKeyring, syncKeyring, unlockKeyring } from '../../../src/crypto/keyring.js'
import type { RootSecret } from '../../../src/crypto/root-secret.js'
import { parsePolicy } from '../../../src/policy/parse.js'
import type { Proxy } from '../../../src/server/start.js'
import type { TestDatabase } from '../../support/cluster.js'

export interface FileProxyOptions {
  readonly database: TestDatabase
  /** YAML. Guards are put on its columns unless `unguarded`. */
  readonly policy: string
  readonly unguarded?: boolean
  readonly settings?: Partial<ProxySettings>
}

export interface FileProxy {
  readonly proxy: Proxy
  readonly port: number
  /** Connection string through the proxy; the superuser's unless said. */
  readonly urlFor: (login?: { user: string; password: string }) => string
  readonly folder: string
  readonly policyPath: string
  readonly settings: ProxySettings
}

/** Files that a proxy needs: policy, and a keyring with a key for each of its fields. */
export const proxyFiles = async (test: Test, database: TestDatabase, policyText: string): Promise<{ folder: string; settings: ProxySettings; rootKey: Buffer }> => {
  const folder = await mkdtemp(join(tmpdir(), 'pgveil-proxy-'))
  test.teardown(() => rm(folder, { recursive: true, force: true }))
  const rootKey = randomBytes(32)
  const rootSecret: RootSecret = { kind: 'key', bytes: rootKey }
  const policyPath = join(folder, 'policy.yaml')
  await writeFile(policyPath, policyText)
  const policy = parsePolicy([{ path: policyPath, text: policyText }])
  const empty = createKeyring({ rootSecret, now: new Date() })
  const { keyring } = syncKeyring(unlockKeyring(empty, rootSecret), policy.fields.keys(), { now: new Date() })
  const keyringPath = join(folder, 'keyring.json')
  await writeFile(keyringPath, formatKeyring(keyring), { mode: 0o600 })
  const { host, port } = database.cluster
  const settings: ProxySettings = {
    listen: { host: '127.0.0.1', port: 0 },
    upstream: { host, port },
    policyPath,
    catalogUrl: database.url,
    keyringPath,
    rootSecret,
    auditLogPath: join(folder, 'audit.jsonl'),
    auditHeadPath: join(folder, 'heads'),
  }
  return { folder, settings, rootKey }
}

/** Type changes and guards of the policy, applied to the database. */
export const guard = async (database: TestDatabase, settings: ProxySettings, policyText: string): Promise<void> => {
  const prefixOf = prefixesOf(readKeyringFile(settings.keyringPath))
  const policy = parsePolicy([{ path: settings.policyPath, text: policyText }])
  await database.query(ddlFor(policy, await loadCatalog(database.url, policy, prefixOf), prefixOf))
}

/** Starts a proxy; it is stopped with the test. */
export const startFileProxy = async (test: Test, options: FileProxyOptions): Promise<FileProxy> => {
  const { database } = options
  const files = await proxyFiles(test, database, options.policy)
  const settings = { ...files.settings, ...options.settings }
  if (options.unguarded !== true) await guard(database, settings, options.policy)
  const proxy = await openProxy(settings)
  test.teardown(() => proxy.stop())
  const urlFor: FileProxy['urlFor'] = (login = { user: database.cluster.superuser, password: database.cluster.password }) =>
    database.urlFor({ ...login, host: '127.0.0.1', port: proxy.port })
  return { proxy, port: proxy.port, urlFor, folder: files.folder, policyPath: settings.policyPath, settings }
}

export const SCHEMA = 'CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, city text)'

/** One role that reveals, for `user`; the others see masks. */
export const policyFor = (user: string): string => `version: 1
trust_database_logins: true
tables:
  public.people:
    subject: { type: customer, key: id }
    columns:
      email: { category: user.contact.email, protect: equality }
roles:
  crm: { match: { db_user: [${user}] }, read: { "*": reveal }, search: ["*"], write: ["*"] }
default: { read: { "*": { mask: redact } } }
`
