import t from 'tap'
import { connectCatalog, loadCatalog } from '../../src/cli/catalog-connection.js'
import { policyOf, prefixesOf } from '../catalog/live.js'
import { createDatabase, freePort } from '../support/cluster.js'

t.test('one session serves all queries, named for the administrator', async t => {
  const { url } = await createDatabase(t)
  const { query, close } = connectCatalog(url)
  t.teardown(close)
  const [first] = await query('SELECT pg_backend_pid() AS pid')
  const [second] = await query("SELECT pg_backend_pid() AS pid, current_setting('application_name') AS name, $1::text AS given", ['x'])
  t.match(second, { pid: first?.['pid'], name: 'pgveil-catalog', given: 'x' })
})

t.test('a lost connection is made anew', async t => {
  const database = await createDatabase(t)
  const { query, close } = connectCatalog(database.url)
  t.teardown(close)
  const [first] = await query('SELECT pg_backend_pid() AS pid')
  await database.query('SELECT pg_terminate_backend($1, 5000)', [first?.['pid']])
  // The first query may still meet the dead session; the one after it must not.
  await query('SELECT 1').catch(() => undefined)
  const [again] = await query('SELECT pg_backend_pid() AS pid')
  t.type(again?.['pid'], 'number')
  t.not(again?.['pid'], first?.['pid'])
})

t.test('an unreachable server is told as such', async t => {
  const policy = policyOf({})
  await t.rejects(loadCatalog(`postgresql://nobody@127.0.0.1:${await freePort()}/none`, policy, prefixesOf(policy)), { code: 'catalog_unreachable', message: /ECONNREFUSED/ })
})

t.test('a whole catalogue in one go', async t => {
  const { url } = await createDatabase(t, { schema: 'CREATE TABLE people (email text)' })
  const policy = policyOf({ 'public.people.email': '' })
  const catalog = await loadCatalog(url, policy, prefixesOf(policy))
  t.equal(catalog.relation('public', 'people')?.isProtected, true)
})
