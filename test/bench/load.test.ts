/** The load generator that stands in for pgbench, on a real server; and how pgbench's own report is read. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { readPgbench, URL_VARIABLE, type OwnLoadJob } from '../../bench/load.js'
import { readOptions } from '../../bench/options.js'
import { createDatabase } from '../support/cluster.js'

const SCRIPT = join(import.meta.dirname, '../../bench/own-load.ts')

void t.test('our own load generator runs whole transactions, in both protocols', async test => {
  const { url, query } = await createDatabase(test, { schema: 'CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT g, $$x$$ FROM generate_series(1, 100) g' })
  await query('SELECT pg_stat_reset()')
  for (const protocol of ['simple', 'prepared'] as const) {
    const job: OwnLoadJob = { protocol, sql: 'SELECT a FROM t WHERE id = :id;', idMax: 100, clients: 2, seconds: 1 }
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(job)], { encoding: 'utf8', env: { ...process.env, [URL_VARIABLE]: url } })
    test.equal(status, 0, stderr)
    test.ok(JSON.parse(stdout).transactions > 10, `${protocol}: ${stdout}`)
  }
})

void t.test('a statement that fails is no transaction', async test => {
  const { url } = await createDatabase(test)
  const job: OwnLoadJob = { protocol: 'simple', sql: 'SELECT missing FROM nothing WHERE id = :id;', idMax: 100, clients: 1, seconds: 1 }
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(job)], { encoding: 'utf8', env: { ...process.env, [URL_VARIABLE]: url } })
  test.not(status, 0)
  test.equal(stdout, '')
})

void t.test('reports of pgbench', test => {
  const report = 'number of transactions actually processed: 1234\nnumber of failed transactions: 0 (0.000%)\ntps = 411.5 (without initial connection time)\n'
  test.same(readPgbench(report), { transactions: 1234, transactionsPerSecond: 411.5 })
  test.throws(() => readPgbench(report.replace('transactions: 0', 'transactions: 3')), /measured nothing/)
  test.throws(() => readPgbench(''), /measured nothing/)
  test.end()
})

void t.test('options', test => {
  test.match(readOptions([]), { seconds: 2, rounds: 5, clients: 8, isWritten: true })
  test.match(readOptions(['--seconds', '1', '--only', 'sealed']), { seconds: 1, isWritten: false })
  test.equal(readOptions(['--help']), undefined)
  for (const wrong of ['0', '1.5', 'x', '601']) test.throws(() => readOptions(['--seconds', wrong]), /whole number/)
  test.throws(() => readOptions(['--workers', '2']))
  test.end()
})
