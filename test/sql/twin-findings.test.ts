/** What gave a wrong answer without an error once, found by holding answers against those of an unprotected database. */
import t from 'tap'
import { plan } from './support/fixture.js'
import { loadParser } from '../../src/sql/index.js'

await loadParser()

const sealed = (sql: string): readonly string[] => {
  const planned = plan(sql)
  if (planned.outcome !== 'planned') return [planned.outcome === 'refused' ? planned.error.message : planned.outcome]
  return planned.splices.flatMap(({ replacement }) => (replacement.kind === 'seal' ? [replacement.value] : []))
}

void t.test('ON does not see the FROM items before the join', test => {
  test.same(sealed("SELECT 1 FROM products p, customers c JOIN orders o ON phone = 'x'"), ['x'])
  test.end()
})

void t.test('a column of a query around comes before the name of a FROM item', test => {
  test.same(sealed("SELECT 1 FROM customers WHERE (SELECT phone FROM products phone LIMIT 1) = 'x'"), ['x'])
  test.end()
})

void t.test('WITH RECURSIVE may name a later CTE', test => {
  test.same(sealed("WITH RECURSIVE a AS (SELECT * FROM products), products AS (SELECT phone FROM customers) SELECT 1 FROM a WHERE phone = 'x'"), ['x'])
  test.end()
})

void t.test('rounds of a recursion, window functions and any_value combine columns anew: no key covers them', test => {
  const isRefused = (sql: string): boolean => test.match(sealed(sql), [/is not supported on the sealed column public\.customers\.notes/u], sql)
  isRefused('WITH RECURSIVE t(id, notes) AS (SELECT id, notes FROM customers UNION ALL SELECT t.id, c.notes FROM customers c JOIN t ON true) SELECT DISTINCT id, notes FROM t')
  isRefused('SELECT DISTINCT id, first_value(notes) OVER (ORDER BY id) FROM customers')
  isRefused('SELECT DISTINCT id, lag(notes) OVER (ORDER BY id) FROM customers')
  test.end()
})

void t.test('a star stands for several columns in VALUES and ROW', test => {
  test.match(sealed("INSERT INTO customers (region, phone) VALUES ((ROW('a', 'b')).*)"), ['b'])
  test.match(sealed("SELECT 1 FROM customers c, LATERAL (VALUES (c.phone, c.id)) v(a, b) WHERE v.a = 'x'"), ['x'])
  test.end()
})

void t.test('constants beside a date are dates, however they are written', test => {
  test.match(sealed("SELECT coalesce(dob, '1.2.2000') FROM customers"), [/YYYY-MM-DD/u])
  test.same(sealed("SELECT coalesce(dob, '2000-02-01') FROM customers"), [])
  test.same(sealed("UPDATE customers SET dob = coalesce(dob, '1.2.2000')"), ['1.2.2000'])
  test.match(sealed('SELECT coalesce(dob, current_date) FROM customers'), [/COALESCE with values of several kinds/u])
  test.end()
})

void t.test('a temporary relation must not hide a protected one', test => {
  const REASON = [/a temporary relation with the name of public\.customers/u]
  for (const sql of ['CREATE TEMP TABLE customers (id int)', 'CREATE TEMP VIEW customers AS SELECT 1', 'CREATE TABLE pg_temp.customers (id int)', 'SELECT 1 AS a INTO TEMP customers', 'CREATE TEMP TABLE customers AS SELECT 1', 'ALTER TABLE unknown_one RENAME TO customers']) {
    test.match(sealed(sql), REASON, sql)
  }
  test.end()
})

void t.test('unnest of several arrays, one of which may hold composite values', test => {
  test.match(sealed("SELECT 1 FROM unnest((SELECT array_agg(p) FROM products p), array['x']) AS u(a, b) JOIN customers c ON c.phone = u.b"), [/.+/u])
  test.same(sealed("INSERT INTO customers (id, phone) SELECT * FROM unnest('{1}'::int[], array['x'])"), ['x'])
  test.end()
})
