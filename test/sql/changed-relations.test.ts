/** Relations that DDL of the same transaction has changed: the catalogue has them as they were. */
import t from 'tap'
import { loadParser } from '../../src/sql/index.js'
import { describePlan } from './support/fixture.js'

await loadParser()

const REFUSED = /^0A000 .*changed in a transaction which is still open/u

t.test('a replaced view is not planned by its old definition, in the same text or transaction', async t => {
  t.match(describePlan('CREATE OR REPLACE VIEW v_customers AS SELECT id AS i, ssn AS s FROM customers; SELECT md5(s) FROM v_customers'), REFUSED)
  t.match(describePlan('SELECT i FROM v_customers', { changed: new Set(['v_customers']) }), REFUSED)
  t.match(describePlan('SELECT id FROM customers', { changed: new Set(['customers']) }), REFUSED)
})

t.test('a view over a changed one is refused, too, although its plan was remembered', async t => {
  const before = describePlan('SELECT s FROM v_customers')
  t.notMatch(before, REFUSED)
  t.match(describePlan('SELECT s FROM v_customers', { changed: new Set(['customers']) }), REFUSED)
  t.equal(describePlan('SELECT s FROM v_customers'), before)
})

t.test('other relations are planned as ever', async t => {
  t.equal(describePlan('SELECT ssn FROM customers', { changed: new Set(['v_customers']) }), 'output ssn')
})
