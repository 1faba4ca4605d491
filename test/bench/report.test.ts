/** The benchmark's arithmetic and its table; the measuring itself is what `npm run bench` does. */
import t from 'tap'
import { tableOf, withTable, type CaseResult, type Series, type TargetName } from '../../bench/report.js'
import { ratioOf, showRatio, spreadOf } from '../../bench/statistics.js'

void t.test('medians and spreads', test => {
  test.same(spreadOf([3, 1, 2]), { median: 2, least: 1, most: 3 })
  test.same(spreadOf([4, 1, 2, 3]), { median: 2.5, least: 1, most: 4 })
  test.throws(() => spreadOf([]), /nothing was measured/)
  test.end()
})

void t.test('ratios are those of each round, not of the medians', test => {
  test.same(ratioOf([10, 30, 20], [20, 30, 10]), { median: 1, least: 0.5, most: 2 })
  test.throws(() => ratioOf([1], [1, 2]), /same rounds/)
  test.equal(showRatio({ median: 0.931, least: 0.9, most: 1 }), '0.93 (0.90–1.00)')
  test.end()
})

const series = (...transactionsPerSecond: readonly number[]): Series => ({ transactionsPerSecond, cpuMicroseconds: [10, 30] })
const result = (all: readonly (readonly [TargetName, Series])[]): CaseResult => ({
  benchCase: { name: 'a case', protocol: 'simple', sql: 'SELECT 1', idMax: 1, aim: 0.85 },
  series: new Map(all),
})
const SETTING = { date: '2030-01-31', machine: '2 cores', versions: ['Node 20'], load: 'pgbench', clients: 8, rounds: 2, seconds: 3 }

void t.test('the table names what was absent by a dash', test => {
  const full = tableOf([result([['direct', series(40, 40)], ['pgbouncer', series(20, 40)], ['bare', series(20, 20)], ['pgveil', series(20, 20)]])], SETTING)
  test.match(full, '| a case | 0.75 (0.50–1.00) | ≥ 0.85 | 1.00 (1.00–1.00) | 0.50 (0.50–0.50) | 20.0 | 20.0 | 20.0 |')
  test.match(full, 'median of 2 rounds (least–most), 3 s each, 8 clients, load by pgbench')
  test.match(tableOf([result([['direct', series(40, 40)], ['pgveil', series(20, 20)]])], SETTING), '| a case | – | ≥ 0.85 | – | 0.50 (0.50–0.50) | 20.0 | – | – |')
  test.end()
})

void t.test('the table stands between its markers, and nothing else changes', test => {
  const document = 'before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n'
  test.equal(withTable(document, 'new'), 'before\n<!-- bench: begin -->\nnew\n<!-- bench: end -->\nafter\n')
  test.equal(withTable(withTable(document, 'x'), 'new'), withTable(document, 'new'))
  test.throws(() => withTable('no markers', 'new'), /lacks the markers/)
  test.end()
})
