import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { removeCluster } from '../../src/embedded/cluster.js'
import { createDatabase, createLogin, freePort } from '../support/cluster.js'
import { guard, policyFor, proxyFiles, SCHEMA } from '../server/support/files.js'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

interface Run {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Resolves when stdout has a whole line, or the process has ended. */
  readonly line: () => Promise<string>
  readonly ended: Promise<number | null>
}

const run = (test: Test, args: readonly string[], environment: Record<string, string> = {}): Run => {
  const { PATH, TMPDIR } = process.env
  const env = { PATH: PATH ?? '', ...(TMPDIR === undefined ? {} : { TMPDIR }), ...environment }
  const child = spawn(process.execPath, ['--import=tsx', MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const line = new Promise<string>(resolve => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (out.includes('\n')) resolve(out)
    })
    child.once('close', () => resolve(out))
  })
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null))
  test.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  return { child, out: () => out, err: () => err, line: () => line, ended }
}

const until = async (condition: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400 && !condition(); tries++) await new Promise(resolve => setTimeout(resolve, 50))
}

const setUp = async (test: Test, schema = SCHEMA) => {
  const database = await createDatabase(test, { schema })
  const login = await createLogin(test, database)
  await database.query(`GRANT ALL ON people TO ${login.user}`)
  const policy = policyFor(login.user)
  const { settings, rootKey, folder } = await proxyFiles(test, database, policy)
  const flags: Record<string, string> = {
    listen: '127.0.0.1:0',
    upstream: `postgresql://${database.cluster.host}:${database.cluster.port}`,
    'catalog-url': database.url,
    policy: settings.policyPath,
    keyring: settings.keyringPath,
    'data-dir': folder,
  }
  const start = (changes: Record<string, string> = {}, environment: Record<string, string> = {}): Run => {
    const args = Object.entries({ ...flags, ...changes }).flatMap(([name, value]) => [`--${name}`, value])
    return run(test, ['start', '--json', ...args], { PGVEIL_ROOT_KEY: rootKey.toString('base64'), ...environment })
  }
  return { database, login, policy, settings, folder, start }
}

await t.test('what refuses a start, with exit code 1 and a line that says why', async test => {
  const { database, policy, settings, folder, start } = await setUp(test)
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const unlisted = policy.replace('columns:\n', 'columns:\n      city: { category: user.contact.address.city, protect: random }\n')
  const rows: readonly (readonly [string, Record<string, string>, RegExp, Record<string, string>?])[] = [
    ['bad policy', { policy: file('bad.yaml', 'version: 1\ntables:\n  public.people: 7\n') }, /bad\.yaml:3:\d+: /],
    ['a role that trusts database logins', { policy: file('trust.yaml', policy.replace('trust_database_logins: true\n', '')) }, /trust\.yaml:\d+:\d+: .*trust_database_logins/],
    ['no keyring', { keyring: join(folder, 'none.json') }, /none\.json.*keys init/],
    ['a field without key', { policy: file('more.yaml', unlisted) }, /no key for field public\.people\.city[^]*keys sync/],
    ['wrong root key', {}, /wrong root key/, { PGVEIL_ROOT_KEY: Buffer.alloc(32, 7).toString('base64') }],
    ['no root key', {}, /PGVEIL_ROOT_KEY/, { PGVEIL_ROOT_KEY: '' }],
    ['a certificate that is none', { 'tls-cert': file('cert.pem', 'x'), 'tls-key': file('key.pem', 'x') }, /cert\.pem: no certificate/],
    ['no server', { upstream: `postgresql://127.0.0.1:${await freePort()}` }, /cannot reach the database server/],
    ['a catalogue login that fails', { 'catalog-url': database.urlFor({ user: 'nobody_at_all' }) }, /catalogue login does not work/],
    ['a log that cannot be written', { 'audit-log': folder }, /access log cannot be opened/],
  ]
  for (const [name, changes, message, environment] of rows) {
    const started = start(changes, environment)
    test.equal(await started.ended, 1, name)
    test.match(started.err(), message)
    test.equal(started.out(), '')
  }
  test.match(readFileSync(settings.keyringPath, 'utf8').length > 0, true, 'the keyring is never written')
})

await t.test('a database that works on sealed values refuses the start', async test => {
  const { start } = await setUp(test, `${SCHEMA}; CREATE UNIQUE INDEX people_lower ON people (lower(email))`)
  const started = start()
  test.equal(await started.ended, 1)
  test.match(started.err(), /1 finding\(s\) block the start: .*people_lower[^]*policy check/)
})

await t.test('usage errors exit with 2', async test => {
  const started = run(test, ['start', '--workers', '2'])
  test.equal(await started.ended, 2)
  test.match(started.err(), /--workers: not built yet/)
})

await t.test('HUP reloads or refuses, TERM drains', async test => {
  const { database, login, policy, settings, start } = await setUp(test)
  await guard(database, settings, policy)
  const started = start()
  const ready: { ready: boolean; listen: string; auditLog: string; accounts?: unknown } = JSON.parse(await started.line())
  test.match(ready, { ready: true, listen: /^127\.0\.0\.1:\d+$/, auditLog: /^\/.*audit\.jsonl$/ })
  test.notOk('accounts' in ready)
  const client = await database.client(database.urlFor({ ...login, host: '127.0.0.1', port: Number(ready.listen.split(':')[1]) }))
  client.on('error', () => undefined)
  writeFileSync(settings.policyPath, 'version: 2\n')
  started.child.kill('SIGHUP')
  await until(() => started.err().includes('reload refused'))
  test.match(started.err(), /reload refused, the old settings stay: .*policy\.yaml:1:/)
  test.same((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }])
  writeFileSync(settings.policyPath, policy)
  started.child.kill('SIGHUP')
  await until(() => started.err().includes('reloaded'))
  await client.query('BEGIN')
  started.child.kill('SIGTERM')
  await until(() => started.err().includes('ending'))
  await client.query("INSERT INTO people VALUES (1, 'jane@example.com')")
  await client.query('COMMIT')
  test.equal(await started.ended, 0)
  test.same((await database.query('SELECT id FROM people')).rows, [{ id: 1 }])
  const types = readFileSync(ready.auditLog, 'utf8').trim().split('\n').map((text): { type: string; outcome: string } => JSON.parse(text))
  test.same(types.filter(({ type }) => type === 'policy.change').map(({ outcome }) => outcome), ['denied', 'allowed'])
  test.equal(types.at(-1)?.type, 'chain.stop')
})

await t.test('the embedded demo: accounts, sealed people, a restart after kill -9', async test => {
  const parent = mkdtempSync(join(tmpdir(), 'pgveil-demo-'))
  const dataDir = join(parent, 'state')
  test.teardown(async () => {
    await removeCluster(dataDir)
    await rm(parent, { recursive: true, force: true })
  })
  const args = ['start', '--json', '--listen', '127.0.0.1:0', '--data-dir', dataDir]
  const first = run(test, args)
  interface Ready { readonly upstream: string; readonly accounts: readonly { readonly user: string; readonly role: string; readonly url: string }[] }
  const ready: Ready = JSON.parse(await first.line())
  test.same(ready.accounts.map(({ user }) => user), ['crm_app', 'anna', 'max', 'dba', 'backup'])
  test.equal(statSync(join(dataDir, 'root.key')).mode & 0o777, 0o600)
  test.match(first.err(), /for trying only/)
  const emailFor = async (url: string): Promise<unknown> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query<{ email: unknown }>('SELECT email FROM contacts WHERE id = 1')
    await client.end()
    return rows[0]?.email
  }
  const urlOf = (from: Ready, user: string): string => from.accounts.find(account => account.user === user)?.url ?? ''
  const plain = await emailFor(urlOf(ready, 'crm_app'))
  test.match(plain, /^[^~•]+@[^•]+$/)
  test.match(await emailFor(urlOf(ready, 'anna')), /^.•••@.•••\./)
  test.match(await emailFor(ready.upstream), /^~pv1\./)
  first.child.kill('SIGKILL')
  await first.ended
  const second = run(test, args)
  const again: Ready = JSON.parse(await second.line())
  test.equal(await emailFor(urlOf(again, 'crm_app')), plain, 'keys and people are still there')
  test.notMatch(second.err(), /loaded/)
  second.child.kill('SIGTERM')
  test.equal(await second.ended, 0)
  test.ok(existsSync(join(dataDir, 'audit.jsonl')))
})
