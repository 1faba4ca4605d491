/** Ordinary work on tables that nobody protects: schemas change, transactions nest, types are made, and the proxy is not noticed. */
import t from 'tap'
import { send } from '../../support/frontend-messages.js'
import { messagesIn, columnsOf, lineOf } from '../../support/transcript.js'
import { checkConversations, type Conversation } from './compare.js'

const FIRST_OWN_OID = 16_384

/** The line of the server's scanner that complains of the end of input: the proxy has it complain of something else. */
const SCANNER_LINE = /(?<=Fscan\.l)\\x00L\d+/

/** OIDs of what the conversation makes differ from run to run. */
const withoutOids = (bytes: Buffer): readonly string[] =>
  messagesIn(bytes).map(message =>
    message.tag === 'T'
      ? `T ${columnsOf(message).map(({ name, typeOid, typmod, format }) => `${name} ${typeOid >= FIRST_OWN_OID ? 'own' : typeOid} ${typmod} ${format}`).join(', ')}`
      : lineOf(message).replace(/pg_temp_\d+|pg_toast_\d+/g, 'pg_temp').replace(SCANNER_LINE, ''),
  )

const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  'a migration in one transaction': [
    'BEGIN', 'CREATE TABLE m (id serial PRIMARY KEY, a text)', "INSERT INTO m (a) VALUES ('x'), ('y') RETURNING *", 'ALTER TABLE m ADD COLUMN b int DEFAULT 5',
    'SELECT * FROM m ORDER BY id', 'CREATE INDEX ON m (a)', 'CREATE VIEW mv AS SELECT a, b FROM m', 'SELECT * FROM mv ORDER BY 1', 'SAVEPOINT s', 'SELECT nosuch FROM m', 'ROLLBACK TO s',
    "UPDATE m SET b = 6 WHERE a = 'x' RETURNING b", 'COMMIT', 'SELECT a, b FROM m ORDER BY a', 'DROP TABLE m CASCADE', 'SELECT * FROM m',
  ],
  'a migration in one Query': ["CREATE TABLE q (a int); INSERT INTO q VALUES (1); ALTER TABLE q RENAME a TO b; SELECT b FROM q; DROP TABLE q", 'SELECT 1'],
  'temporary tables': [
    'CREATE TEMP TABLE tmp (a int, b text)', "INSERT INTO tmp VALUES (1, 'one')", 'SELECT * FROM tmp',
    'CREATE TEMP TABLE tmp2 ON COMMIT DROP AS SELECT * FROM tmp', 'BEGIN', 'CREATE TEMP TABLE items (id text)', 'SELECT * FROM items', 'ROLLBACK',
    'SELECT count(*) FROM items', 'DROP TABLE tmp',
  ],
  'schemas and search_path': [
    'CREATE SCHEMA s1', 'SET search_path = s1, public', 'CREATE TABLE items (other int)', 'SELECT * FROM items', 'SELECT count(*) FROM public.items', 'BEGIN', 'SET LOCAL search_path = public',
    'SELECT count(label) FROM items', 'ROLLBACK', 'SELECT * FROM items', "SELECT set_config('search_path', 'public', false)", 'SELECT count(label) FROM items', 'RESET search_path', 'DROP SCHEMA s1 CASCADE',
  ],
  'types of their own': [
    "CREATE TYPE mood AS ENUM ('sad', 'ok')", 'CREATE DOMAIN short AS text CHECK (length(value) < 5)', 'CREATE TYPE pair AS (a int, b mood)',
    'CREATE TABLE typed (m mood, d short, p pair, l mood[], r int4range, j jsonb, n numeric(10,2), u uuid, i inet, t timestamptz, b bytea, v interval)',
    `INSERT INTO typed VALUES ('ok', 'abcd', '(1,sad)', '{ok,sad}', '[1,5)', '{"a": [1, null]}', 12.5, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1/8', '2020-01-01 00:00+00', '\\x0102', '1 day 2 hours') RETURNING *`,
    'SELECT (p).b, l[1], r, j->\'a\' FROM typed', "INSERT INTO typed (d) VALUES ('too long')", 'DROP TABLE typed', 'DROP TYPE pair', 'DROP TYPE mood', 'DROP DOMAIN short',
  ],
  'code in the database': [
    "CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2'", 'SELECT twice(id) FROM items ORDER BY id', "DO $$BEGIN RAISE NOTICE 'rows %', (SELECT count(*) FROM items); END$$",
    "CREATE PROCEDURE clear() LANGUAGE plpgsql AS $$BEGIN DELETE FROM items WHERE id > 3; END$$", 'CALL clear()', 'SELECT count(*) FROM items',
    "CREATE FUNCTION oops() RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'oops' USING errcode = 'AB123', detail = 'd', hint = 'h'; END$$",
    'SELECT oops()', 'DROP FUNCTION oops()', 'DROP PROCEDURE clear()', 'DROP FUNCTION twice(int)',
  ],
  'queries of many shapes': [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, label FROM n JOIN items ON id = i ORDER BY i DESC",
    'SELECT label, count(*) OVER (ORDER BY id) FROM items', 'SELECT max(label), min(id), string_agg(label, \',\' ORDER BY id) FROM items',
    "SELECT id FROM items WHERE label LIKE 'label%' AND id BETWEEN 2 AND 4 ORDER BY label DESC",
    'SELECT * FROM items i, LATERAL (SELECT i.id * 2) x(d) ORDER BY 1', 'VALUES (1, \'a\'), (2, NULL)', 'TABLE items',
    'SELECT DISTINCT left(label, 5) FROM items',
    'SELECT id FROM items EXCEPT SELECT 3 ORDER BY 1', "SELECT upper(label) FROM items WHERE label ~ '[12]$' ORDER BY 1",
    'SELECT CASE WHEN id > 2 THEN label END FROM items ORDER BY id', 'SELECT * FROM generate_series(1, 3) WITH ORDINALITY',
    'SELECT ROW(1, \'x\'), ARRAY[1,2], \'{}\'::jsonb',
    "SELECT 'it''s', E'tab\\there', U&'\\0041', $x$dollar$x$, B'101', X'1F', 1e5, .5", 'SELECT /* c /* nested */ */ 1 -- end',
    'SELECT "id" AS "Id", label "two words" FROM items LIMIT 1 OFFSET 1 ', 'EXPLAIN (COSTS off) SELECT * FROM items WHERE id = 1', 'SELECT $1',
    'SELECT * FROM nosuch', 'SELECT nosuch FROM items', 'SELECT nosuch(1)', 'SELECT 1 +', "SELECT 'open",
  ],
  'writes of many shapes': [
    "INSERT INTO items VALUES (1, 'dup')",
    "INSERT INTO items VALUES (1, 'up') ON CONFLICT (id) DO UPDATE SET label = EXCLUDED.label || '!' RETURNING *",
    'INSERT INTO items SELECT id + 10, label FROM items RETURNING id',
    "UPDATE items SET label = lower(label) FROM (VALUES (1), (2)) v(i) WHERE id = v.i RETURNING items.*",
    'DELETE FROM items USING late WHERE items.id = late.id RETURNING items.id',
    "MERGE INTO items USING (VALUES (2, 'm'), (99, 'n')) v(i, l) ON id = i WHEN MATCHED THEN UPDATE SET label = l WHEN NOT MATCHED THEN INSERT VALUES (i, l)",
    'WITH d AS (DELETE FROM items WHERE id > 10 RETURNING id) SELECT count(*) FROM d', 'SELECT * FROM items ORDER BY id',
    'TRUNCATE items', 'UPDATE items SET id = NULL',
  ],
  'transactions': [
    'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY', 'INSERT INTO items VALUES (50)', 'ROLLBACK AND CHAIN', 'SHOW transaction_isolation', 'END',
    'COMMIT', 'SAVEPOINT x', 'BEGIN', 'BEGIN', 'SAVEPOINT a', 'RELEASE a', 'RELEASE a', 'ROLLBACK', 'START TRANSACTION',
    'LOCK TABLE items IN SHARE MODE', 'COMMIT', 'SELECT pg_advisory_lock(1)', 'SELECT pg_advisory_unlock_all()',
  ],
  'settings and maintenance': [
    'SHOW server_version_num', "SET statement_timeout = '5s'", 'SHOW statement_timeout', 'SET nosuch = 1', 'RESET ALL', 'VACUUM items',
    'ANALYZE items', 'CHECKPOINT', 'DISCARD TEMP', 'SELECT current_user = session_user', 'COMMENT ON TABLE items IS \'x\'',
    'SELECT obj_description(\'items\'::regclass)', 'SET ROLE NONE', 'SELECT lo_create(0) > 0',
  ],
}

const CONVERSATIONS: readonly Conversation[] = Object.entries(SCRIPTS).flatMap(([name, script]): readonly Conversation[] => [
  {
    name: `${name}, simple`,
    view: withoutOids,
    run: async client => {
      for (const sql of script) await client.ask(send.query(sql))
      await client.ask(send.query('ROLLBACK'))
    },
  },
  {
    name: `${name}, extended`,
    view: withoutOids,
    run: async client => {
      // Binary rows hold the OIDs of their types.
      const resultFormats = name.startsWith('types') ? [] : ([1] as const)
      for (const sql of script) await client.ask([send.parse(sql), send.describe('S'), send.bind({ resultFormats }), send.execute(), send.sync()])
      await client.ask(send.query('ROLLBACK'))
    },
  },
])

void t.test('ordinary work', test => checkConversations(test, CONVERSATIONS))
