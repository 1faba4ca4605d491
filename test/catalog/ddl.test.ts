import t from 'tap'
import { ddlFor, guardName } from '../../src/catalog/ddl.js'
import { live } from './live.js'

const SCHEMA = `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE people (id int, email varchar(120) COLLATE loose, "Birth" date, note text COLLATE loose)`
const columns = { 'public.people.email': '', 'public.people.Birth': 'protect: random, type: date', 'public.people.note': 'protect: random' }

t.test('applied once it guards every column, and then there is nothing to do', async t => {
  const at = await live(t, SCHEMA, columns)
  const before = await at.load()
  t.equal(before.findings.filter(finding => finding.severity === 'unguarded').length, 3)
  await at.database.query(ddlFor(at.policy, before, at.prefixOf))
  const after = await at.load()
  t.same(after.findings, [])
  t.ok(after.relation('public', 'people')?.columns.filter(column => column.field !== undefined).every(column => column.isGuarded))
  t.match(ddlFor(at.policy, after, at.prefixOf), /Nothing to do/)
})

t.test('without a database to look at it covers all columns and may be applied twice', async t => {
  const at = await live(t, SCHEMA, columns)
  const sql = ddlFor(at.policy, undefined, at.prefixOf)
  await at.database.query(sql)
  await at.database.query(sql)
  t.same((await at.load()).findings, [])
})

t.test('a guard that is not validated is replaced', async t => {
  const at = await live(t, 'CREATE TABLE people (email text)', { 'public.people.email': '' })
  const sql = ddlFor(at.policy, undefined, at.prefixOf)
  await at.database.query(sql.replace(/\);\nCOMMIT/, ') NOT VALID;\nCOMMIT'))
  t.same((await at.load()).findings.map(finding => finding.kind), ['guard'])
  await at.database.query(ddlFor(at.policy, await at.load(), at.prefixOf))
  t.same((await at.load()).findings, [])
})

t.test('a column that holds plaintext is refused as a whole', async t => {
  const at = await live(t, "CREATE TABLE people (email varchar(20)); INSERT INTO people VALUES ('ann@example.org')", { 'public.people.email': '' })
  const sql = ddlFor(at.policy, await at.load(), at.prefixOf)
  t.match(sql, /-- .*NOT VALID only with migration \(not built yet\)/)
  await t.rejects(at.database.query(sql), { code: '23514' })
  await at.database.query('ROLLBACK')
  t.same((await at.load()).findings.map(finding => finding.kind), ['column_type'])
})

t.test('what cannot be done is said in a comment', async t => {
  const at = await live(t, 'CREATE TABLE people (email text)', { 'public.people.email': '', 'public.people.fax': '' })
  t.match(ddlFor(at.policy, await at.load(), at.prefixOf), /-- public\.people\.fax: not in the database/)
  t.match(ddlFor(at.policy, undefined, () => undefined), /-- public\.people\.email: the keyring has no key.*\n[^]*Nothing to do/)
})

t.test('names that long are cut to what PostgreSQL keeps', t => {
  t.equal(guardName('people', 'email'), 'people_email_sealed')
  const name = guardName('t'.repeat(40), 'ü'.repeat(30))
  t.ok(Buffer.byteLength(name) <= 63)
  t.match(name, /_sealed$/)
  t.not(guardName('t'.repeat(40), `${'c'.repeat(30)}1`), guardName('t'.repeat(40), `${'c'.repeat(30)}2`), 'two columns get two names')
  t.end()
})
