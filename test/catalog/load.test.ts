import t from 'tap'
import { guardDefinition } from '../../src/catalog/guard.js'
import { loadCatalog } from '../../src/catalog/load.js'
import { createLogin } from '../support/cluster.js'
import { live, outline, queryOf, type Live } from './live.js'

const guardFor = ({ policy, prefixOf }: Live, column: string, field: string): string =>
  guardDefinition(column, prefixOf(field) ?? '', policy.fields.get(field)?.sealsEmpty ?? false)

const isGuarded = async ({ load }: Live, table: string, column: string): Promise<boolean | undefined> =>
  (await load()).relation('public', table)?.columns.find(candidate => candidate.name === column)?.isGuarded

t.test('relations with columns, keys, homes and definitions', async t => {
  const at = await live(
    t,
    `CREATE TABLE people (gone int, tenant int, id int, email text NOT NULL DEFAULT '', twice int GENERATED ALWAYS AS (id * 2) STORED, PRIMARY KEY (id, tenant));
     ALTER TABLE people DROP COLUMN gone;
     CREATE VIEW mailable AS SELECT email FROM people;
     CREATE VIEW far AS SELECT email FROM mailable;
     CREATE VIEW ids AS SELECT 1 AS id;`,
    { 'public.people.email': '' },
  )
  const catalog = await at.load()
  const people = catalog.relation('public', 'people')
  t.same(people?.columns.map(({ attnum, name }) => [attnum, name]), [[2, 'tenant'], [3, 'id'], [4, 'email'], [5, 'twice']])
  t.same(people?.primaryKey, ['id', 'tenant'])
  t.equal(people?.isProtected, true)
  t.match(people?.columns[2], { isNotNull: true, hasDefault: true, isGenerated: false, field: { name: 'public.people.email' }, typeOid: 25 })
  t.equal(people?.columns[3]?.isGenerated, true)
  t.equal(catalog.relationByOid(people?.oid ?? 0), people)
  t.match(catalog.relation('public', 'mailable')?.definition, /FROM public\.people/, 'with schema names')
  t.same(['mailable', 'far', 'ids'].map(name => catalog.relation('public', name)?.readsProtected), [true, true, false])
  t.equal(catalog.relation('public', 'far')?.isProtected, false)
  t.ok(catalog.relation('pg_catalog', 'pg_class')?.columns.some(column => column.name === 'relname'))
  t.ok(catalog.relation('information_schema', 'columns'))
  t.same(catalog.type(people?.rowTypeOid ?? 0), { kind: 'record', oid: people?.rowTypeOid, columnTypeOids: [23, 23, 25, 23] })
})

t.test('a guard counts only for its column, its key and all rows', async t => {
  const at = await live(t, 'CREATE TABLE people (a text, b text, "left" text)', { 'public.people.a': '', 'public.people.b': 'empty: sealed', 'public.people.left': '' })
  const constrain = (sql: string): Promise<unknown> => at.database.query(`ALTER TABLE people DROP CONSTRAINT IF EXISTS g; ALTER TABLE people ADD CONSTRAINT g ${sql}`)
  const a = guardFor(at, 'a', 'public.people.a')
  t.equal(await isGuarded(at, 'people', 'a'), false)
  await constrain(`CHECK (${a})`)
  t.equal(await isGuarded(at, 'people', 'a'), true)
  await constrain(`CHECK (${a} OR a = 'x')`)
  t.equal(await isGuarded(at, 'people', 'a'), false, 'with a way round it')
  await constrain(`CHECK (${guardFor(at, 'a', 'public.people.left')})`)
  t.equal(await isGuarded(at, 'people', 'a'), false, 'for the key of another field')
  await at.database.query(`ALTER TABLE people DROP CONSTRAINT g; INSERT INTO people (a) VALUES ('plain')`)
  await constrain(`CHECK (${a}) NOT VALID`)
  t.equal(await isGuarded(at, 'people', 'a'), false, 'not validated')
  await at.database.query('DELETE FROM people')
  await constrain(`CHECK (${a}) NOT ENFORCED`)
  t.equal(await isGuarded(at, 'people', 'a'), false, 'not enforced (PostgreSQL 18)')
  await constrain(`CHECK (${guardFor(at, 'b', 'public.people.b')})`)
  t.equal(await isGuarded(at, 'people', 'b'), true, 'the form for empty: sealed')
  await constrain(`CHECK (${guardDefinition('b', at.prefixOf('public.people.b') ?? '', false)})`)
  t.equal(await isGuarded(at, 'people', 'b'), false, "which does not let '' pass")
  await constrain(`CHECK (${guardFor(at, '"left"', 'public.people.left')})`)
  t.equal(await isGuarded(at, 'people', 'left'), true, 'a name that needs quotes')
})

t.test('a guard of look-alike functions is none', async t => {
  const at = await live(
    t,
    `CREATE SCHEMA fake; CREATE FUNCTION fake."right"(text, int) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT NULL::text';
     CREATE TABLE people (a text)`,
    { 'public.people.a': '' },
  )
  await at.database.query(`SET search_path = fake, pg_catalog, public; ALTER TABLE people ADD CHECK (${guardFor(at, 'a', 'public.people.a')}); RESET search_path`)
  t.equal(await isGuarded(at, 'people', 'a'), false)
})

t.test('partitions and children are homes and inherit the guard', async t => {
  const at = await live(
    t,
    `CREATE TABLE people (id int, email text) PARTITION BY RANGE (id);
     CREATE TABLE base (email text); CREATE TABLE derived (extra int) INHERITS (base);`,
    { 'public.people.email': '', 'public.base.email': '' },
  )
  await at.database.query(`ALTER TABLE people ADD CHECK (${guardFor(at, 'email', 'public.people.email')});
    CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
    CREATE TABLE people_1_1 PARTITION OF people_1 FOR VALUES FROM (0) TO (5);
    ALTER TABLE base ADD CHECK (${guardFor(at, 'email', 'public.base.email')}) NO INHERIT`)
  const catalog = await at.load()
  for (const name of ['people', 'people_1', 'people_1_1']) {
    t.match(catalog.relation('public', name)?.columns[1], { field: { name: 'public.people.email' }, isGuarded: true }, name)
  }
  t.match(catalog.relation('public', 'derived')?.columns[0], { field: { name: 'public.base.email' }, isGuarded: false })
  t.same(outline(catalog, 'guard').map(([severity, , object]) => [severity, object]), [['unguarded', 'public.base']], 'the child is not told again')
})

t.test('types by their shape', async t => {
  const at = await live(t, `CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN mail AS text; CREATE TYPE pair AS (a text, b mail); CREATE TYPE span AS RANGE (subtype = text)`, {})
  const catalog = await at.load()
  const oids = (await at.database.query<{ name: string; oid: number }>(`SELECT typname AS name, oid FROM pg_type WHERE typname IN ('mood', 'mail', 'pair', 'span', '_pair')`)).rows
  const oidOf = (name: string): number => oids.find(row => row.name === name)?.oid ?? 0
  t.same(catalog.type(oidOf('mood')), { kind: 'enum', oid: oidOf('mood') })
  t.same(catalog.type(oidOf('mail')), { kind: 'domain', oid: oidOf('mail'), baseOid: 25 })
  t.same(catalog.type(oidOf('pair')), { kind: 'record', oid: oidOf('pair'), columnTypeOids: [25, oidOf('mail')] })
  t.same(catalog.type(oidOf('_pair')), { kind: 'array', oid: oidOf('_pair'), elementOid: oidOf('pair'), delimiter: ',' })
  t.equal(catalog.type(oidOf('span'))?.kind, 'range')
  t.same(catalog.type(1009), { kind: 'array', oid: 1009, elementOid: 25, delimiter: ',' })
  t.same(catalog.type(1020), { kind: 'array', oid: 1020, elementOid: 603, delimiter: ';' }, 'box[] has its own delimiter')
  t.same(catalog.type(22), { kind: 'base', oid: 22, name: 'int2vector' })
  t.same(catalog.type(2249), { kind: 'record', oid: 2249, columnTypeOids: undefined })
  t.equal(catalog.type(1), undefined)
})

t.test('memberships are inherited, and being superuser is none', async t => {
  const at = await live(t, '', {})
  const [outer, inner, member, chief, aloof] = [await createLogin(t, at.database), await createLogin(t, at.database), await createLogin(t, at.database), await createLogin(t, at.database, 'SUPERUSER'), await createLogin(t, at.database)]
  await at.database.query(`GRANT ${outer.user} TO ${inner.user}; GRANT ${inner.user} TO ${member.user}; GRANT ${outer.user} TO ${aloof.user} WITH INHERIT FALSE`)
  const catalog = await at.load()
  t.same([...catalog.membershipsOf(member.user)].toSorted(), [inner.user, outer.user].toSorted())
  t.same([...catalog.membershipsOf(inner.user)], [outer.user])
  t.equal(catalog.membershipsOf(chief.user).size, 0)
  t.equal(catalog.membershipsOf(aloof.user).size, 0, 'a grant without INHERIT')
  t.equal(catalog.membershipsOf('nobody knows').size, 0)
})

t.test('a login without privileges sees the same', async t => {
  const at = await live(t, `CREATE SCHEMA closed; CREATE TABLE closed.people (id int, email text CHECK (length(email) > 2)); CREATE VIEW closed.mails AS SELECT email FROM closed.people`, { 'closed.people.email': '' })
  const { user, password } = await createLogin(t, at.database)
  const client = await at.database.client(at.database.urlFor({ user, password }))
  await t.rejects(client.query('SELECT 1 FROM closed.people'), { code: '42501' })
  const seen = await loadCatalog(async (sql, parameters) => (await client.query(sql, parameters === undefined ? undefined : [...parameters])).rows, at.policy, at.prefixOf)
  t.equal(seen.contentHash, (await at.load()).contentHash)
})

t.test('the content hash follows the content, not temporary tables', async t => {
  const at = await live(t, 'CREATE TABLE people (email text)', { 'public.people.email': '' })
  const first = (await at.load()).contentHash
  await at.database.query('CREATE TEMP TABLE passing (a int)')
  t.equal((await at.load()).contentHash, first)
  await at.database.query('ALTER TABLE people ADD COLUMN more text')
  t.not((await at.load()).contentHash, first)
})

t.test('a failed load tells why and leaves the session usable', async t => {
  const at = await live(t, '', {})
  const query = queryOf(at.database)
  const broken = loadCatalog((sql, parameters) => query(sql.includes('pg_inherits') ? 'SELECT 1 / 0' : sql, parameters), at.policy, at.prefixOf)
  await t.rejects(broken, { code: 'catalog_unreachable' })
  t.equal((await at.load()).version, 1)
})
