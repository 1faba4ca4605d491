import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'node:net'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { removeCluster, startCluster, type Cluster } from '../../src/embedded/cluster.js'
import { TEST_SETTINGS, createDatabase, debianCluster, ownCluster, testCluster } from '../support/cluster.js'

const temporaryFolder = async (test: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'pgveil-test-'))
  test.teardown(async () => {
    await removeCluster(folder)
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

const ask = async (connectionString: string, sql: string): Promise<unknown> => {
  const client = new Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return rows[0] === undefined ? undefined : Object.values(rows[0])[0]
}

const isOpen = async (host: string, port: number): Promise<boolean> => {
  const socket = createConnection({ host, port })
  const outcome = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false)
  socket.destroy()
  return outcome
}

await t.test('a server of our own', async test => {
  const dataDir = await temporaryFolder(test)
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'] as const).map(name => process.listenerCount(name))
  const cluster = await startCluster({ dataDir, settings: { ...TEST_SETTINGS, 'pgveil.note': "it's \\ here" } })
  test.teardown(() => cluster.stop())

  await test.test('is PostgreSQL 18 in UTF-8 with sums on its pages', async t2 => {
    t2.match(await ask(cluster.url(), 'SHOW server_version'), /^18\./)
    t2.equal(await ask(cluster.url(), 'SHOW server_encoding'), 'UTF8')
    t2.equal(await ask(cluster.url(), "SELECT lower('ÄÖ') || upper('é')"), 'äöÉ')
    t2.equal(await ask(cluster.url(), 'SHOW data_checksums'), 'on')
    t2.equal(await ask(cluster.url(), 'SHOW pgveil.note'), "it's \\ here")
  })

  await test.test('listens on loopback alone, without a Unix socket, and asks for a password by SCRAM', async t2 => {
    t2.equal(await ask(cluster.url(), 'SHOW listen_addresses'), '127.0.0.1')
    t2.equal(await ask(cluster.url(), 'SHOW unix_socket_directories'), '')
    const outside = Object.values(networkInterfaces()).flat().find(address => address?.internal === false && address.family === 'IPv4')
    if (outside !== undefined) t2.notOk(await isOpen(outside.address, cluster.port))
    const wrong = new Client({ connectionString: cluster.url().replace(cluster.password, 'wrong') })
    await t2.rejects(wrong.connect(), { code: '28P01' })
    t2.equal(await ask(cluster.url(), "SELECT count(*)::int FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'"), 0)
    t2.match(await ask(cluster.url(), "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'"), /^SCRAM-SHA-256\$/)
  })

  await test.test('keeps its files from other accounts', async t2 => {
    t2.equal((await stat(cluster.dataFolder)).mode & 0o777, 0o700)
    t2.equal((await stat(join(dataDir, 'pg.password'))).mode & 0o777, 0o600)
    t2.equal((await stat(cluster.logFile)).mode & 0o777, 0o600)
    t2.equal(await readFile(join(dataDir, 'pg.password'), 'utf8'), cluster.password)
    t2.equal((await stat(cluster.dataFolder)).uid === 0, false, 'root never owns the data')
  })

  await test.test('installs no handler in this process', async t2 => {
    t2.same((['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'] as const).map(name => process.listenerCount(name)), listeners)
  })

  await test.test('is not taken by a second start', async t2 => {
    await t2.rejects(startCluster({ dataDir }), { code: 'embedded_failed', message: /is using this data folder/ })
    await t2.rejects(removeCluster(dataDir), { code: 'embedded_failed' })
    t2.equal(await ask(cluster.url(), 'SELECT 1'), 1)
  })

  await test.test('keeps data and password over a restart', async t2 => {
    await ask(cluster.url(), 'CREATE TABLE kept AS SELECT 42 AS answer')
    await cluster.stop()
    await cluster.stop()
    t2.notOk(await isOpen('127.0.0.1', cluster.port))
    const again = await startCluster({ dataDir, settings: TEST_SETTINGS, port: cluster.port })
    t2.teardown(() => again.stop())
    t2.equal(again.port, cluster.port)
    t2.equal(await ask(again.url(), 'SELECT answer FROM kept'), 42)
  })
})

const STARTER = `
  import { startCluster } from ${JSON.stringify(join(import.meta.dirname, '../../src/embedded/cluster.ts'))}
  const cluster = await startCluster({ dataDir: process.argv[1], settings: ${JSON.stringify(TEST_SETTINGS)} })
  process.stdout.write(String(cluster.port) + '\\n')
  setInterval(() => undefined, 1000)
`

await t.test('a server that a killed process left is stopped, and its data served again', async test => {
  const dataDir = await temporaryFolder(test)
  const owner = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', STARTER, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [first] = await once(owner.stdout, 'data')
  const port = Number(String(first))
  await test.rejects(startCluster({ dataDir }), { message: /is using this data folder/ }, 'its owner is alive')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  test.ok(await isOpen('127.0.0.1', port), 'the server outlives its owner')
  const cluster = await startCluster({ dataDir, settings: TEST_SETTINGS })
  test.teardown(() => cluster.stop())
  test.equal(await ask(cluster.url(), 'SELECT 1'), 1)
  if (cluster.port !== port) test.notOk(await isOpen('127.0.0.1', port), 'the old one is gone')
})

await t.test('what cannot start says why', async test => {
  const dataDir = await temporaryFolder(test)
  const lines: string[] = []
  const progress = (line: string): number => lines.push(line)
  await test.rejects(startCluster({ dataDir, settings: { shared_buffers: 'many' }, progress }), { code: 'embedded_failed', message: /does not start/ })
  test.match(lines.join('\n'), /shared_buffers/, 'the end of the log is passed on')

  const other = await testCluster()
  await test.rejects(startCluster({ dataDir, settings: TEST_SETTINGS, port: other.port }), { message: `embedded PostgreSQL: port ${other.port} is taken` })
  await rm(join(dataDir, 'pg.password'))
  await test.rejects(startCluster({ dataDir }), { message: /start afresh with --reset/ })
})

await t.test('a cut-off initialisation is repeated', async test => {
  const dataDir = await temporaryFolder(test)
  await writeFile(join(dataDir, 'pg.password'), 'of the start that was cut off')
  const cluster = await startCluster({ dataDir, settings: TEST_SETTINGS })
  test.equal(await ask(cluster.url(), 'SELECT 1'), 1)
  await cluster.stop()
})

await t.test('a data-dir that was deleted leaves nothing to the next one of its name', async test => {
  const dataDir = await temporaryFolder(test)
  const start = (): Promise<Cluster> => startCluster({ dataDir, settings: TEST_SETTINGS })
  const first = await start()
  await ask(first.url(), 'CREATE TABLE old ()')
  await first.stop()
  await rm(dataDir, { recursive: true })
  const second = await start()
  test.teardown(() => second.stop())
  test.not(second.password, first.password)
  test.equal(await ask(second.url(), "SELECT to_regclass('old')"), null)
})

await t.test('each test has a database of its own', async test => {
  const one = await createDatabase(test, { schema: 'CREATE TABLE only_here (id int)' })
  const two = await createDatabase(test)
  test.equal(await ask(one.url, "SELECT to_regclass('only_here') IS NOT NULL"), true)
  test.equal(await ask(two.url, "SELECT to_regclass('only_here') IS NOT NULL"), false)
})

await t.test('the binaries of Debian serve as well', async test => {
  const old = await debianCluster(test)
  test.match(old?.version, /^15\./, old === undefined ? { skip: 'no PostgreSQL 15 from Debian' } : {})
})

await t.test('removing a cluster removes its data wherever it lies', async test => {
  const dataDir = await temporaryFolder(test)
  const cluster = await ownCluster(test, { dataDir })
  await cluster.stop()
  await removeCluster(dataDir)
  await test.rejects(stat(cluster.dataFolder), { code: 'ENOENT' })
})
