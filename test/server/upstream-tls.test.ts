/** TLS between pgveil and the server, while the client speaks in clear. */
import { execFile, execFileSync } from 'node:child_process'
import { chmod, chown, copyFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import type { Cluster } from '../../src/embedded/cluster.js'
import { createDatabase, ownCluster, type TestDatabase } from '../support/cluster.js'
import { describeCluster } from '../support/shared-cluster.js'
import { findTool } from '../support/tools.js'
import { policyFor, SCHEMA, startFileProxy } from './support/files.js'

interface Certificate {
  readonly key: string
  readonly cert: string
}

const certificate = (folder: string, name: string, subjectAltName: string): Certificate => {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subjectAltName}`]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  return { key, cert }
}

/** Gives the server a certificate; its files must be the server's own. */
const install = async (cluster: Cluster, { key, cert }: Certificate): Promise<void> => {
  const owner = await stat(cluster.dataFolder)
  for (const [from, to] of [[key, 'server.key'], [cert, 'server.crt']] as const) {
    const path = join(cluster.dataFolder, to)
    await copyFile(from, path)
    await chmod(path, 0o600)
    if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid)
  }
  const client = new Client({ connectionString: cluster.url() })
  await client.connect()
  await client.query('ALTER SYSTEM SET ssl = on')
  await client.query('SELECT pg_reload_conf()')
  await client.end()
}

const setUp = async (test: Test, subjectAltName: string): Promise<{ readonly database: TestDatabase; readonly good: Certificate; readonly other: Certificate }> => {
  const folder = test.testdir()
  const [good, other] = [certificate(folder, 'server', subjectAltName), certificate(folder, 'other', subjectAltName)]
  const cluster = await ownCluster(test)
  await install(cluster, good)
  const database = await createDatabase(test, { schema: SCHEMA, cluster: await describeCluster(cluster) })
  return { database, good, other }
}

const IS_ENCRYPTED = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'

const ask = async (url: string, sql: string): Promise<readonly unknown[]> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const skip = findTool('openssl') === undefined && 'openssl is not installed'

t.test('require: the way to the server is encrypted, and a client in clear logs in', { skip }, async test => {
  const { database } = await setUp(test, 'DNS:elsewhere')
  const { urlFor } = await startFileProxy(test, { database, policy: policyFor('postgres'), settings: { upstreamTls: { mode: 'require' } } })
  test.same(await ask(urlFor(), IS_ENCRYPTED), [{ ssl: true }])
  await ask(urlFor(), "INSERT INTO people VALUES (1, 'erika@example.com', 'x')")
  test.same(await ask(urlFor(), "SELECT id, email FROM people WHERE email = 'erika@example.com'"), [{ id: 1, email: 'erika@example.com' }])
  const psql = findTool('psql')
  await test.test('psql, which takes an offer of channel binding in clear for an attack', { skip: psql === undefined && 'psql is not installed' }, async inner => {
    const { stdout } = await promisify(execFile)(psql ?? '', [urlFor(), '-XAtc', IS_ENCRYPTED])
    inner.equal(stdout.trim(), 't')
  })
})

t.test('verify-full: the certificate must be signed by the authority', { skip }, async test => {
  const { database, good, other } = await setUp(test, 'IP:127.0.0.1')
  const policy = policyFor('postgres')
  const trusting = await startFileProxy(test, { database, policy, settings: { upstreamTls: { mode: 'verify-full', caPath: good.cert } } })
  test.same(await ask(trusting.urlFor(), IS_ENCRYPTED), [{ ssl: true }])
  const wary = startFileProxy(test, { database, policy, unguarded: true, settings: { upstreamTls: { mode: 'verify-full', caPath: other.cert } } })
  await test.rejects(wary.then(proxy => ask(proxy.urlFor(), IS_ENCRYPTED)), { code: /upstream_unreachable|08006/ })
})

t.test('verify-full: the certificate must be for the host', { skip }, async test => {
  const { database, good } = await setUp(test, 'DNS:elsewhere')
  const started = startFileProxy(test, { database, policy: policyFor('postgres'), settings: { upstreamTls: { mode: 'verify-full', caPath: good.cert } } })
  await test.rejects(started.then(proxy => ask(proxy.urlFor(), IS_ENCRYPTED)), { code: /upstream_unreachable|08006/ })
})
