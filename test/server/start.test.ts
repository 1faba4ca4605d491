import { writeFileSync } from 'node:fs'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { createDatabase, createLogin, freePort } from '../support/cluster.js'
import { policyFor, SCHEMA, startFileProxy } from './support/files.js'

const setUp = async (test: Test, bounds = {}) => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const login = await createLogin(test, database)
  await database.query(`GRANT ALL ON people TO ${login.user}`)
  const adminPort = await freePort()
  const started = await startFileProxy(test, { database, policy: policyFor(login.user), settings: { bounds, admin: { host: '127.0.0.1', port: adminPort } } })
  const get = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${adminPort}${path}`, { method })
  return { database, login, get, ...started }
}

await t.test('seals on the way in, opens on the way out, masks for others', async test => {
  const { database, login, urlFor } = await setUp(test)
  const crm = await database.client(urlFor(login))
  await crm.query('INSERT INTO people VALUES ($1, $2, $3)', [1, 'jane@example.com', 'Bonn'])
  const { rows } = await crm.query("SELECT id, email, city FROM people WHERE email = 'jane@example.com'")
  test.same(rows, [{ id: 1, email: 'jane@example.com', city: 'Bonn' }])
  const stored = await database.query<{ email: string }>('SELECT email FROM people')
  test.match(stored.rows[0]?.email, /^~pv1\./)
  const other = await database.client(urlFor())
  const masked = await other.query<{ email: string }>('SELECT email FROM people')
  test.notMatch(masked.rows[0]?.email, /jane|~pv1/)
})

await t.test('health and metrics', async test => {
  const { database, login, urlFor, get, proxy } = await setUp(test)
  test.equal((await get('/healthz')).status, 200)
  const ready = await get('/readyz')
  test.equal(ready.status, 200)
  test.same(await ready.json(), { catalogue: 'ok', policy: 'ok', keys: 'ok', guards: 'ok', log: 'ok' })
  await database.client(urlFor(login))
  const metrics = await (await get('/metrics')).text()
  test.match(metrics, /^pgveil_sessions\{state="idle"\} 1$/m)
  test.match(metrics, /^pgveil_connections 1$/m)
  test.match(metrics, /^pgveil_healthy\{part="log"\} 1$/m)
  test.equal((await get('/healthz', 'POST')).status, 405)
  test.equal((await get('/other')).status, 404)
  test.equal(proxy.adminPort !== undefined, true)
})

await t.test('a column that loses its guard makes it unready', async test => {
  const { database, get, proxy } = await setUp(test)
  await database.query('ALTER TABLE people DROP CONSTRAINT people_email_sealed')
  await proxy.reload()
  const ready = await get('/readyz')
  test.equal(ready.status, 503)
  test.match(await ready.json(), { guards: /public\.people\.email/ })
})

await t.test('a reload takes over a good policy, and refuses a bad one', async test => {
  const { database, login, urlFor, proxy, policyPath, get } = await setUp(test)
  const crm = await database.client(urlFor(login))
  await crm.query("INSERT INTO people VALUES (1, 'jane@example.com')")
  writeFileSync(policyPath, 'version: 1\ntables: [')
  await test.rejects(proxy.reload(), { code: 'policy_invalid' })
  test.equal((await get('/readyz')).status, 503, 'the operator sees it')
  test.same((await crm.query('SELECT email FROM people')).rows, [{ email: 'jane@example.com' }], 'the old policy stays')
  writeFileSync(policyPath, policyFor(login.user).replace('"*": reveal', '"*": { mask: redact }'))
  await proxy.reload()
  test.equal((await get('/readyz')).status, 200)
  const { rows } = await crm.query<{ email: string }>('SELECT email FROM people')
  test.notMatch(rows[0]?.email, /jane|~pv1/, 'narrower from the next statement on')
})

await t.test('a stop ends idle sessions at once, and lets a transaction end', async test => {
  const { database, login, urlFor, proxy } = await setUp(test)
  const idle = await database.client(urlFor(login))
  const busy = await database.client(urlFor(login))
  const idleError = new Promise<unknown>(resolve => idle.once('error', resolve))
  await busy.query('BEGIN')
  await busy.query("INSERT INTO people VALUES (1, 'jane@example.com')")
  const stopped = proxy.stop()
  test.match(await idleError, { code: '57P01' })
  await busy.query("INSERT INTO people VALUES (2, 'joe@example.com')")
  await busy.query('COMMIT')
  await stopped
  test.same((await database.query('SELECT count(*)::int AS count FROM people')).rows, [{ count: 2 }])
  await test.rejects(new Client({ connectionString: urlFor(login) }).connect(), { code: 'ECONNREFUSED' })
})

await t.test('a stop does not wait for ever', async test => {
  const { database, login, urlFor, proxy } = await setUp(test, { shutdownMs: 200 })
  const busy = await database.client(urlFor(login))
  const busyError = new Promise<unknown>(resolve => busy.once('error', resolve))
  await busy.query('BEGIN')
  await proxy.stop()
  test.match(await busyError, { code: '57P01' })
})

await t.test('a server that is down is told to the client, and a new one needs no restart', async test => {
  const { database, login, urlFor, proxy, settings } = await setUp(test)
  test.ok(proxy.port > 0)
  const { openProxy } = await import('../../src/cli/proxy.js')
  await test.rejects(openProxy({ ...settings, upstream: { host: '127.0.0.1', port: await freePort() } }), { code: 'upstream_unreachable' })
  await test.rejects(openProxy({ ...settings, listen: { host: '127.0.0.1', port: proxy.port } }), { code: 'config_invalid' })
  await test.rejects(openProxy({ ...settings, keyringPath: '/nowhere/keyring.json' }), { code: 'keyring_invalid', message: /keys init/ })
  await database.client(urlFor(login))
})
