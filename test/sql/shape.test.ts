/** Texts that share a plan: they differ in integers alone, and the plan says nothing of these. */
import fc from 'fast-check'
import { scanSync } from 'libpg-query'
import t from 'tap'
import { loadParser } from '../../src/sql/parser.js'
import { isShared, shapeOf } from '../../src/sql/shape.js'
import { plan } from './support/fixture.js'

await loadParser()

void t.test('integers behind a comparison become zeros of the same length', t => {
  t.equal(shapeOf('SELECT a FROM t WHERE id = 4711;'), 'SELECT a FROM t WHERE id = 0000;')
  t.equal(shapeOf('SELECT a FROM t1 WHERE t1.id=7 AND n <= 12 AND m<>3'), 'SELECT a FROM t1 WHERE t1.id=0 AND n <= 00 AND m<>0')
  t.equal(shapeOf('SELECT a FROM t WHERE id = 0'), 'SELECT a FROM t WHERE id = 0', 'a zero has the shape of other digits')
  t.end()
})

void t.test('what is not such an integer stays, and what could hold one in disguise has no shape', t => {
  const none = [
    'SELECT a FROM t ORDER BY 1', 'SELECT f(a => 5)', 'SELECT a -> 0', 'SELECT a FROM t WHERE id = 1.5', 'SELECT a FROM t WHERE id = 0x1f', 'SELECT a FROM t WHERE id = 1_000',
    'SELECT a FROM t WHERE id = 12345678901', 'SELECT a FROM t WHERE id = -5', 'SELECT a FROM t WHERE id @= 5', "SELECT a FROM t WHERE id = 5 AND b = 'x'", 'SELECT "a = 5" FROM t',
    'SELECT a FROM t WHERE id = $1', 'SELECT a FROM t WHERE id = 5 -- = 5', 'SELECT a FROM t WHERE id = /* */ 5', 'SELECT a FROM t WHERE id = 5 OR é = 5', 'SELECT a FROM t WHERE id = 5\0',
  ]
  for (const text of none) t.equal(shapeOf(text), undefined, text)
  t.end()
})

const PIECES = ['SELECT', 'a', 't1', '=', '<', '>', '<=', '<>', '=>', '@=', '->', '-', '+', '5', '4711', '0', '1.5', '.5', '5e3', '0x1f', '(', ')', ',', ';', ' ', ' ', '\n', '[', ']', '::int', 'IN', 'e5', '_1', '1_0']
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map(pieces => pieces.join(''))

void t.test('the grammar reads the same integers, at the same places', t => {
  fc.assert(
    fc.property(text, sql => {
      const shape = shapeOf(sql)
      if (shape === undefined) return
      t.equal(shape.length, sql.length)
      const tokens = scanned(sql)
      if (tokens === undefined) return
      for (let at = 0; at < sql.length; at++) {
        if (sql[at] === shape[at]) continue
        const token = tokens.find(({ start, end }) => start <= at && at < end)
        if (token?.tokenName !== 'ICONST') throw new Error(`${JSON.stringify(sql)} at ${at} is ${token?.tokenName}`)
      }
    }),
    { numRuns: 2_000 }
  )
  t.end()
})

function scanned(sql: string): ReturnType<typeof scanSync>['tokens'] | undefined {
  try {
    return scanSync(sql).tokens
  } catch {
    return undefined
  }
}

const STATEMENTS = [
  'SELECT full_name, email FROM customers WHERE id = 11',
  'SELECT c.*, o.* FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.id >= 11 AND o.id < 22 ORDER BY 1',
  'UPDATE customers SET region_id = 11 WHERE id = 22',
  'UPDATE customers SET ssn = 11 WHERE id = 22',
  'DELETE FROM customers WHERE id <> 11 RETURNING email',
  'SELECT id FROM customers WHERE ssn = 11',
  'SELECT count(*) FROM orders WHERE id = 11 GROUP BY 1',
  'SELECT x.e FROM (SELECT email AS e, id = 11 AS f FROM customers) x WHERE x.f',
  'SELECT CASE WHEN id = 11 THEN email ELSE full_name END FROM customers LIMIT 5',
  'SELECT * FROM customers WHERE id = 11; SELECT * FROM orders WHERE id = 22',
]

void t.test('texts of one shape have equal plans, or ones that are not shared', t => {
  for (const sql of STATEMENTS) {
    const other = sql.replaceAll('11', '93').replaceAll('22', '40')
    t.equal(shapeOf(other), shapeOf(sql))
    const [first, second] = [plan(sql), plan(other)]
    t.equal(isShared(second), isShared(first), sql)
    if (isShared(first)) t.same(second, first, sql)
  }
  t.equal(STATEMENTS.filter(sql => isShared(plan(sql))).length > 4, true, 'and most are shared')
  t.end()
})

void t.test('a plan that does something to the session is nobody else\'s', t => {
  for (const sql of ['SET work_mem = 64', 'PREPARE p AS SELECT id FROM customers WHERE id = 5', 'INSERT INTO orders SELECT id FROM customers WHERE id = 5']) t.equal(isShared(plan(sql)), false, sql)
  t.end()
})
