/** The oldest and the newest server give one catalogue: the same homes, guards and findings. */
import t from 'tap'
import { ddlFor } from '../../src/catalog/ddl.js'
import type { LoadedCatalog } from '../../src/catalog/snapshot.js'
import type { TestCluster } from '../support/cluster.js'
import { debianCluster } from '../support/cluster.js'
import { live } from './live.js'
import type { Test } from 'tap'

const SCHEMA = `
  CREATE TABLE people (id int PRIMARY KEY, email varchar(120) CHECK (email <> ''), note text DEFAULT 'none', dept text,
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', note)) STORED, CONSTRAINT long_enough CHECK (length(dept) > 2));
  CREATE UNIQUE INDEX by_lower ON people (lower(dept));
  CREATE UNIQUE INDEX by_note ON people (note);
  CREATE POLICY board ON people USING (dept <> 'board');
  CREATE MATERIALIZED VIEW notes AS SELECT note FROM people;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER touched BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM people; END;
  CREATE TABLE mails (id int, sender text) PARTITION BY RANGE (id);
  CREATE TABLE mails_1 PARTITION OF mails FOR VALUES FROM (0) TO (9);`

const COLUMNS = { 'public.people.email': '', 'public.people.note': 'protect: random', 'public.people.dept': '', 'public.mails.sender': '' }

const facts = (catalog: LoadedCatalog): unknown => ({
  findings: catalog.findings.map(({ severity, kind, object, column }) => `${severity} ${kind} ${object} ${column ?? ''}`).toSorted(),
  guarded: ['people', 'mails', 'mails_1'].flatMap(name =>
    (catalog.relation('public', name)?.columns ?? []).filter(column => column.isGuarded).map(column => `${name}.${column.name}`),
  ),
  routines: catalog.routinesNamed('counted'),
})

const readOn = async (test: Test, cluster?: TestCluster): Promise<readonly unknown[]> => {
  const at = await live(test, SCHEMA, COLUMNS, cluster === undefined ? {} : { cluster })
  const before = await at.load()
  await at.database.query('DROP MATERIALIZED VIEW notes; ALTER TABLE people DROP COLUMN search; DROP POLICY board ON people')
  await at.database.query(ddlFor(at.policy, before, at.prefixOf))
  return [facts(before), facts(await at.load())]
}

t.test('15 and 18 read alike', async t => {
  const cluster = await debianCluster(t)
  if (cluster === undefined) return t.plan(0, 'PostgreSQL 15 is not installed')
  const [newest, oldest] = [await readOn(t), await readOn(t, cluster)]
  t.same(oldest, newest)
  t.match(newest[1], { guarded: ['people.email', 'people.note', 'people.dept', 'mails.sender', 'mails_1.sender'] })
})
