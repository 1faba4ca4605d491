/** Rights of roles over the uses of a plan. */
import t from 'tap'
import { authorize } from '../../src/sql/authorize.js'
import { loadParser } from '../../src/sql/parser.js'
import { CRM, GUEST, plan, SUPPORT } from './support/fixture.js'
import type { Role } from '../../src/policy/types.js'

await loadParser()

const verdict = (text: string, role: Role): string | undefined => {
  const result = plan(text)
  return result.outcome === 'planned' ? authorize(result.statements, role)?.code : result.outcome
}

const CASES: readonly (readonly [sql: string, crm: string | undefined, support: string | undefined, guest: string | undefined])[] = [
  ['SELECT ssn FROM customers', undefined, undefined, 'read_denied'],
  ['SELECT * FROM customers', undefined, undefined, undefined],
  ['SELECT id FROM customers WHERE EXISTS (SELECT ssn FROM customers)', undefined, undefined, 'read_denied'],
  ['SELECT id FROM customers WHERE ssn IS NULL', undefined, undefined, 'read_denied'],
  ["SELECT id FROM customers WHERE email = 'a'", undefined, undefined, 'search_denied'],
  ["SELECT id FROM customers WHERE ssn = 'a'", undefined, 'search_denied', 'search_denied'],
  ['SELECT count(*) FROM customers GROUP BY phone', undefined, 'search_denied', 'search_denied'],
  ["INSERT INTO customers (ssn) VALUES ('a')", undefined, undefined, 'write_denied'],
  ["UPDATE customers SET ssn = 'a'", undefined, 'overwrite_denied', 'write_denied'],
  ['COPY customers FROM STDIN', undefined, 'overwrite_denied', 'write_denied'],
  ['SELECT * FROM products', undefined, undefined, undefined],
]

void t.test('what each role may do', t => {
  for (const [sql, crm, support, guest] of CASES) {
    t.equal(verdict(sql, CRM), crm, `crm: ${sql}`)
    t.equal(verdict(sql, SUPPORT), support, `support: ${sql}`)
    t.equal(verdict(sql, GUEST), guest, `guest: ${sql}`)
  }
  t.end()
})

void t.test('errors name role, column and category', t => {
  const result = plan("SELECT id FROM customers WHERE ssn = 'a'")
  const error = result.outcome === 'planned' ? authorize(result.statements, SUPPORT) : undefined
  t.same(error?.facts, { role: 'support', column: 'public.customers.ssn', category: 'user.government_id', operation: 'compare' })
  t.end()
})
