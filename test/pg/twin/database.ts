/** A CRM with real types, in a protected and in an unprotected database. */
import { Client } from 'pg'
import type { Test } from 'tap'
import { createDatabase, createLogin, type TestCluster, type TestDatabase } from '../../support/cluster.js'
import { startTestProxy } from '../../support/proxy.js'
import type { Address } from '../../support/raw-client.js'

const TABLES = `
CREATE SCHEMA archive;
CREATE TABLE customers (id int PRIMARY KEY, name text, email varchar(60) UNIQUE, dob date, region text, manager_id int);
CREATE TABLE orders (oid int PRIMARY KEY, customer_id int REFERENCES customers (id), customer_email varchar(60), note text, amount numeric);
CREATE TABLE members (id int PRIMARY KEY, code varchar(8), born date, joined date, tag char(5));
CREATE TABLE visits (id int, region text, who text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE visits_n PARTITION OF visits FOR VALUES IN ('n');
CREATE TABLE visits_s PARTITION OF visits FOR VALUES IN ('s');
CREATE TABLE "Über Tabelle" ("Id" int PRIMARY KEY, "E-Mail" text, "select" text);
CREATE TABLE plain (id int PRIMARY KEY, body text, email text, day date, docs jsonb, words text[]);
CREATE TABLE archive.customers (id int PRIMARY KEY, name text, email text);`

const VIEWS = `
CREATE VIEW vc AS SELECT id AS i, name AS n, email AS e, dob AS d, region AS r FROM customers;
CREATE VIEW vv AS SELECT i, e FROM vc WHERE e IS NOT NULL;
CREATE VIEW vnorth AS SELECT id, name, email FROM customers WHERE region = 'n' WITH CHECK OPTION;
CREATE VIEW vjoin AS SELECT c.id, c.name, o.oid, o.note FROM customers c LEFT JOIN orders o ON o.customer_email = c.email;
CREATE VIEW vgroup AS SELECT email, count(*) AS n FROM customers GROUP BY email;
CREATE VIEW vunion AS SELECT email AS e, 1 AS k FROM customers UNION ALL SELECT customer_email, 2 FROM orders UNION ALL SELECT 'none', 3;
CREATE VIEW vdoc AS SELECT id, to_jsonb(c) AS doc, c.name || '/' || coalesce(c.email, '') AS label FROM customers c;`

/** Written through the proxy into the one, and as it is into the other. */
const ROWS: readonly string[] = [
  `INSERT INTO customers VALUES (1, 'Erika', 'erika@x.de', '1980-02-03', 'n', NULL), (2, 'Bob, Jr', 'bob@x.de', '1990-12-31', 's', 1),
    (3, '', 'c@x.de', NULL, 's', 1), (4, NULL, NULL, '2000-02-29', 'n', 2), (5, 'Erika', 'e5@x.de', '1980-02-03', 'n', 2)`,
  `INSERT INTO orders VALUES (1, 1, 'erika@x.de', 'call "her"', 10), (2, 1, 'bob@x.de', NULL, 20), (3, 2, 'zz@x.de', 'a<b>&''c''', 30.5), (4, NULL, NULL, 'y', 1)`,
  `INSERT INTO members VALUES (1, 'AA', '1980-02-03', '2001-01-01', 'x'), (2, 'bb', '1990-12-31', '1990-12-31', 'yy'), (3, 'AA', NULL, NULL, NULL), (4, '', '1980-02-03', '1980-02-03', 'x')`,
  `INSERT INTO visits VALUES (1, 'n', 'ann'), (2, 's', 'ben'), (3, 's', 'ann'), (4, 'n', NULL)`,
  `INSERT INTO "Über Tabelle" VALUES (1, 'ü@x.de', 'geheim'), (2, NULL, '')`,
  `INSERT INTO plain VALUES (1, 'bob@x.de', 'bob@x.de', '1990-12-31', '{"a": "bob@x.de"}', '{bob@x.de,b}'), (2, 'Erika', 'erika@x.de', NULL, NULL, NULL)`,
  `INSERT INTO archive.customers VALUES (1, 'Bob, Jr', 'bob@x.de'), (9, 'Old', 'old@x.de')`,
]

/** What a write could have changed. */
export const STATE: readonly string[] = [
  'SELECT * FROM customers ORDER BY id',
  'SELECT * FROM orders ORDER BY oid',
  'SELECT * FROM members ORDER BY id',
  'SELECT * FROM visits ORDER BY id',
  'SELECT * FROM "Über Tabelle" ORDER BY 1',
  'SELECT * FROM plain ORDER BY id',
  'SELECT * FROM archive.customers ORDER BY id',
]

const ownedBy = (owner: string): string => `
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'archive') AND c.relkind IN ('r', 'v', 'p') LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO ${owner}', r.name);
  END LOOP;
END $$;
ALTER SCHEMA public OWNER TO ${owner}; ALTER SCHEMA archive OWNER TO ${owner};`

const policyFor = (reader: string): string => `
version: 1
trust_database_logins: true
tables:
  public.customers:
    subject: { type: customer, key: id }
    columns:
      name: { category: user.name, protect: random }
      email: { category: user.contact.email, protect: equality, type: varchar(60), field: email }
      dob: { category: user.demographic.date_of_birth, protect: random, type: date }
  public.orders:
    columns:
      customer_email: { category: user.contact.email, protect: equality, type: varchar(60), field: email }
      note: { category: user.content.private, protect: random }
  public.members:
    columns:
      code: { category: user.unique_id, protect: equality, type: varchar(8) }
      born: { category: user.demographic.date_of_birth, protect: equality, type: date }
  public.visits:
    columns:
      who: { category: user.name, protect: equality }
  public.Über Tabelle:
    columns:
      E-Mail: { category: user.contact.email, protect: equality }
      select: { category: user.content.private, protect: random }
roles:
  reader:
    match: { db_user: [${reader}] }
    read: { "*": reveal }
    search: ["*"]
    write: ["*"]
default: { read: { "*": { mask: redact } } }
`

export interface Twins {
  /** Through the proxy, as a role that may see and do all. */
  readonly mine: Address
  /** The unprotected twin. */
  readonly twin: Address
  /** The protected database past the proxy. */
  readonly stored: TestDatabase
}

/** Servers before 18 don't report search_path: a name that two schemas have is refused there. */
const withoutNamesakes = (sql: string): string => sql.replaceAll('archive.customers', 'archive.clients')

const fill = async (connectionString: string, isOld: boolean): Promise<void> => {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    for (const rows of ROWS) await client.query(isOld ? withoutNamesakes(rows) : rows)
  } finally {
    await client.end()
  }
}

/** Both databases with the same rows, on the shared server or on `cluster`, an older one. */
export const startTwins = async (test: Test, cluster?: TestCluster): Promise<Twins> => {
  const place = cluster === undefined ? {} : { cluster }
  const isOld = cluster !== undefined
  const tables = isOld ? withoutNamesakes(TABLES) : TABLES
  const database = await createDatabase(test, { schema: tables, ...place })
  const twin = await createDatabase(test, { schema: tables + VIEWS, ...place })
  const owner = await createLogin(test, database)
  const login = await createLogin(test, database, `IN ROLE ${owner.user}`)
  await twin.query(ownedBy(owner.user))
  test.teardown(() => twin.query(`REASSIGN OWNED BY ${owner.user} TO CURRENT_USER`))
  const proxy = await startTestProxy(test, { database, policy: policyFor(login.user), readers: VIEWS + ownedBy(owner.user) })
  await fill(proxy.urlFor(login), isOld)
  await fill(twin.url, isOld)
  const { host, port } = database.cluster
  return {
    mine: { ...login, host: proxy.host, port: proxy.port, database: database.name },
    twin: { ...login, host, port, database: twin.name },
    stored: database,
  }
}
