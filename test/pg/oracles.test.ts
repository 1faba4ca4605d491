/** A role that may not search learns nothing by asking: every comparison on a protected column is refused, wherever it stands. */
import t from 'tap'
import { runStatement } from '../support/answers.js'
import { startFixture } from '../support/fixture/start.js'
import { send } from '../support/frontend-messages.js'
import { RawClient } from '../support/raw-client.js'

const GUESS = "'912-84-7731'"

const QUESTIONS: readonly string[] = [
  `SELECT id FROM customers WHERE ssn = ${GUESS}`,
  `SELECT id FROM customers WHERE ${GUESS} = ssn`,
  `SELECT id FROM customers WHERE ssn IN (${GUESS}, 'x')`,
  `SELECT id FROM customers WHERE ssn = ANY(ARRAY[${GUESS}])`,
  `SELECT id FROM customers WHERE ssn = ANY('{912-84-7731}')`,
  `SELECT id FROM customers WHERE NOT ssn <> ${GUESS}`,
  `SELECT id FROM customers WHERE ssn IS DISTINCT FROM ${GUESS}`,
  `SELECT id FROM customers WHERE (ssn, id) = (${GUESS}, 1)`,
  `SELECT id FROM customers WHERE ROW(id, ssn) IN (VALUES (1, ${GUESS}))`,
  `SELECT id FROM customers WHERE NULLIF(ssn, ${GUESS}) IS NULL`,
  `SELECT CASE ssn WHEN ${GUESS} THEN 1 END FROM customers`,
  `SELECT CASE WHEN ssn = ${GUESS} THEN 1 END FROM customers`,
  `SELECT ssn = ${GUESS} FROM customers`,
  `SELECT count(*) FILTER (WHERE ssn = ${GUESS}) FROM customers`,
  `SELECT count(*) FROM customers GROUP BY region HAVING bool_or(ssn = ${GUESS})`,
  `SELECT i FROM v_customers WHERE s = ${GUESS}`,
  `SELECT 1 WHERE EXISTS (SELECT FROM customers WHERE ssn = ${GUESS})`,
  `SELECT 1 WHERE ${GUESS} IN (SELECT ssn FROM customers)`,
  `SELECT 1 WHERE ${GUESS} = ANY (SELECT s FROM v_customers)`,
  `SELECT 1 WHERE (SELECT ssn FROM customers WHERE id = 1) = ${GUESS}`,
  `SELECT 1 WHERE ${GUESS} = ANY (ARRAY(SELECT ssn FROM customers))`,
  `SELECT 1 WHERE ${GUESS} = ANY ((SELECT array_agg(ssn) FROM customers)::text[])`,
  `SELECT array_position(array_agg(ssn), ${GUESS}) FROM customers`,
  `SELECT array_remove(array_agg(ssn), ${GUESS}) FROM customers`,
  `SELECT id FROM customers WHERE ARRAY[ssn] @> ARRAY[${GUESS}]`,
  `SELECT id FROM customers WHERE to_jsonb(ssn) = to_jsonb(${GUESS}::text)`,
  `SELECT id FROM customers c WHERE to_jsonb(c) @> '{"ssn": "912-84-7731"}'`,
  `WITH w AS (SELECT ssn AS q, id FROM customers) SELECT id FROM w WHERE q = ${GUESS}`,
  `SELECT id FROM (SELECT id, coalesce(ssn, '') AS q FROM customers) x WHERE q = ${GUESS}`,
  `SELECT id FROM customers JOIN (VALUES (${GUESS})) v(g) ON ssn = g`,
  `SELECT id FROM customers JOIN (SELECT ${GUESS} AS ssn) v USING (ssn)`,
  `SELECT id FROM customers NATURAL JOIN (SELECT ${GUESS} AS ssn) v`,
  'SELECT a.id, b.id FROM customers a JOIN customers b ON a.ssn = b.ssn AND a.id < b.id',
  'SELECT a.id FROM customers a, customers b WHERE a.phone = b.phone',
  'SELECT count(*) FROM customers GROUP BY ssn',
  'SELECT count(*) FROM customers GROUP BY GROUPING SETS ((ssn), ())',
  'SELECT DISTINCT ssn FROM customers',
  'SELECT DISTINCT ON (ssn) id FROM customers',
  'SELECT count(DISTINCT ssn) FROM customers',
  'SELECT array_agg(DISTINCT ssn) FROM customers',
  'SELECT row_number() OVER (PARTITION BY ssn) FROM customers',
  'SELECT rank() OVER w FROM customers WINDOW w AS (PARTITION BY phone)',
  'SELECT ssn FROM customers UNION SELECT ssn FROM customers',
  `SELECT ssn FROM customers EXCEPT SELECT ${GUESS}`,
  `SELECT ssn FROM customers INTERSECT VALUES (${GUESS})`,
  `DELETE FROM orders USING customers c WHERE c.ssn = ${GUESS}`,
  `UPDATE orders SET item = 'x' FROM customers c WHERE c.ssn = ${GUESS}`,
  `UPDATE customers SET region = 'x' WHERE ssn = ${GUESS}`,
  `DELETE FROM customers WHERE ssn = ${GUESS}`,
  `INSERT INTO plain_notes SELECT 7, 'hit' FROM customers WHERE ssn = ${GUESS}`,
  `MERGE INTO orders o USING customers c ON c.ssn = ${GUESS} WHEN MATCHED THEN DELETE`,
  "INSERT INTO customers (id, full_name, email) VALUES (77, 'n', 'wolfhart@canary-four.example')",
  "INSERT INTO customers (id, full_name, email) VALUES (77, 'n', 'wolfhart@canary-four.example') ON CONFLICT DO NOTHING",
  `COPY (SELECT id FROM customers WHERE ssn = ${GUESS}) TO STDOUT`,
  `DECLARE k CURSOR WITH HOLD FOR SELECT id FROM customers WHERE ssn = ${GUESS}`,
  `PREPARE pk AS SELECT id FROM customers WHERE ssn = ${GUESS}`,
  `EXPLAIN ANALYZE SELECT id FROM customers WHERE ssn = ${GUESS}`,
  `CREATE TABLE found AS SELECT id FROM customers WHERE ssn = ${GUESS}`,
  `CREATE TEMP VIEW asks AS SELECT id FROM customers WHERE ssn = ${GUESS}`,
  `DO $$BEGIN PERFORM 1/count(*) FROM customers WHERE ssn = ${GUESS}; END$$`,
  `SELECT query_to_xml($q$SELECT id FROM customers WHERE ssn = ${GUESS}$q$, true, false, '')`,
  `SELECT query_to_xml('SELECT id FROM cust'||'omers WHERE ssn = 1', true, false, '')`,
  'SELECT id FROM customers ORDER BY ssn',
  'SELECT id FROM customers ORDER BY ssn USING <',
  'SELECT max(ssn) FROM customers',
  'SELECT lag(ssn) OVER (ORDER BY ssn) FROM customers',
  'SELECT id FROM customers WHERE ssn IS NOT NULL ORDER BY hashtext(ssn)',
  'SELECT hashtext(ssn) FROM customers',
  "SELECT id FROM customers TABLESAMPLE SYSTEM (length((SELECT ssn FROM customers WHERE id = 1)))",
  'SELECT generate_series(1, length(ssn)) FROM customers',
  'SELECT id FROM customers LIMIT (SELECT length(ssn) FROM customers WHERE id = 1)',
  "SELECT nextval('s') FROM customers WHERE ssn ILIKE '9%'",
  "SELECT id FROM customers WHERE ssn SIMILAR TO '9%' OR ssn ~* '^9' OR ssn ^@ '9'",
]

void t.test('no question is answered', async test => {
  const { through, masked, database } = await startFixture(test)
  const client = await RawClient.login(test, through(masked))
  for (const sql of QUESTIONS) {
    for (const mode of ['simple', 'extended'] as const) {
      const { error } = await runStatement(client, sql, mode)
      test.match(error?.sqlState, /^(42501|0A000)$/, `${mode}: ${sql}`)
    }
    await client.ask(send.query('ROLLBACK'))
  }
  const { rows } = await database.query<{ n: number }>('SELECT (SELECT count(*) FROM customers)::int AS n')
  test.equal(rows[0]?.n, 5, 'and nothing was changed')
})

void t.test('nor by a parameter', async test => {
  const { through, masked, reader } = await startFixture(test)
  const ask = async (login: typeof masked, sql: string, value: string): Promise<unknown> => {
    const client = await RawClient.login(test, through(login))
    const messages = await client.ask([send.parse(sql), send.bind({ values: [value] }), send.execute(), send.sync()])
    return messages.map(message => message.tag).join('')
  }
  for (const [sql, value] of [['SELECT id FROM customers WHERE ssn = $1', '912-84-7731'], ['SELECT id FROM customers WHERE ssn = ANY($1)', '{912-84-7731}'], ['SELECT id FROM customers WHERE $1 IN (ssn, phone)', '912-84-7731']] as const) {
    test.equal(await ask(masked, sql, value), 'EZ', sql)
  }
  test.equal(await ask(reader, 'SELECT id FROM customers WHERE ssn = $1', '912-84-7731'), '12DCZ', 'who may search finds it')
})
