import t from 'tap'
import { parseSearchPath, resolveRelation } from '../../src/catalog/search-path.js'
import type { Catalog } from '../../src/catalog/types.js'
import { live } from './live.js'

const SCHEMA = `
  CREATE SCHEMA a; CREATE SCHEMA b;
  CREATE TABLE a.people (email text); CREATE TABLE b.people (email text);
  CREATE TABLE a.plain (id int); CREATE TABLE b.plain (id int);
  CREATE TABLE a.mails (id int); CREATE VIEW b.mails AS SELECT email FROM a.people;
  CREATE TABLE a.once (email text);
  CREATE TABLE a.pg_class (email text);
  CREATE TABLE a.pg_type (id int);`

const outcome = (catalog: Catalog, path: readonly string[] | undefined, schema: string | undefined, name: string): string => {
  const resolution = resolveRelation(catalog, path, schema, name)
  return resolution.kind === 'found' ? `${resolution.relation.schema}.${resolution.relation.name}` : resolution.kind
}

t.test('names are resolved as the server does', async t => {
  const catalog = await (await live(t, SCHEMA, { 'a.people.email': '', 'a.pg_class.email': '' })).load()
  t.equal(outcome(catalog, ['b', 'a'], undefined, 'people'), 'b.people')
  t.equal(outcome(catalog, ['nowhere', 'a', 'b'], undefined, 'people'), 'a.people')
  t.equal(outcome(catalog, ['b'], undefined, 'once'), 'missing')
  t.equal(outcome(catalog, ['b'], 'a', 'once'), 'a.once')
  t.equal(outcome(catalog, ['b'], 'a', 'twice'), 'missing')
  t.equal(outcome(catalog, ['a'], undefined, 'pg_class'), 'pg_catalog.pg_class', 'pg_catalog comes first')
  t.equal(outcome(catalog, ['a', 'pg_catalog'], undefined, 'pg_class'), 'a.pg_class', 'unless it is listed')
  t.equal(outcome(catalog, [], undefined, 'people'), 'missing')
})

t.test('without a search_path a name is ambiguous where it matters', async t => {
  const catalog = await (await live(t, SCHEMA, { 'a.people.email': '', 'a.pg_class.email': '' })).load()
  t.equal(outcome(catalog, undefined, undefined, 'people'), 'ambiguous')
  t.equal(outcome(catalog, undefined, undefined, 'mails'), 'ambiguous', 'a view over a protected table')
  t.equal(outcome(catalog, undefined, undefined, 'plain'), 'a.plain')
  t.equal(outcome(catalog, undefined, undefined, 'once'), 'a.once')
  t.equal(outcome(catalog, undefined, undefined, 'nothing'), 'missing')
  t.equal(outcome(catalog, undefined, undefined, 'pg_type'), 'pg_catalog.pg_type')
  t.equal(outcome(catalog, undefined, undefined, 'pg_class'), 'ambiguous', 'a protected relation with the name of a built-in one')
  t.equal(outcome(catalog, undefined, 'b', 'people'), 'b.people')
})

t.test('parseSearchPath reads what SHOW prints', t => {
  t.same(parseSearchPath('"$user", public', 'ann'), ['ann', 'public'])
  t.same(parseSearchPath('Public,"Odd ""Name""" , x', 'ann'), ['public', 'Odd "Name"', 'x'])
  t.same(parseSearchPath('"a,b", c', 'ann'), ['a,b', 'c'])
  t.same(parseSearchPath('', 'ann'), [])
  t.same(parseSearchPath('""', 'ann'), [])
  t.same(parseSearchPath('$user', 'ann'), ['ann'])
  t.same(parseSearchPath('a, "unterminated', 'ann'), ['a'])
  t.end()
})
