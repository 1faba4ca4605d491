/** The write cases on real data: what is written is sealed or refused, and opens again to what was written. */
import t, { type Test } from 'tap'
import { answerOf, runStatement, type Answer } from '../support/answers.js'
import type { TestDatabase } from '../support/cluster.js'
import { canariesIn } from '../support/fixture/people.js'
import { startFixture, type Fixture } from '../support/fixture/start.js'
import { send } from '../support/frontend-messages.js'
import { RawClient } from '../support/raw-client.js'
import { WRITE_CASES, type WriteCase } from './corpus-writes.js'

const KEEP = 'CREATE SCHEMA kept; CREATE TABLE kept.parents AS TABLE ONLY customers; CREATE TABLE kept.children AS TABLE customers_2019'
const RESTORE = 'DELETE FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL); UPDATE orders SET customer_id = NULL; DELETE FROM customers; INSERT INTO customers TABLE kept.parents; INSERT INTO customers_2019 TABLE kept.children'
const ALL = 'SELECT id, full_name, email, phone, ssn, dob, salary, notes, tags, region FROM customers ORDER BY id'

type Protocol = 'simple' | 'extended'

const copyIn = async (client: RawClient, sql: string, copy: string, protocol: Protocol): Promise<Answer> => {
  client.send(...(protocol === 'simple' ? [send.query(sql)] : [send.parse(sql), send.bind(), send.execute(), send.sync()]))
  const begun = await client.until('GZ')
  if (begun.at(-1)?.tag === 'Z') return answerOf(begun)
  // Boundaries of CopyData mean nothing.
  const data = Buffer.from(copy)
  const half = data.length >> 1
  client.send(send.copyData(data.subarray(0, half)), send.copyData(data.subarray(half)), send.copyDone(), ...(protocol === 'simple' ? [] : [send.sync()]))
  return answerOf(await client.until('Z'))
}

const withParams = async (client: RawClient, sql: string, values: readonly (string | null)[]): Promise<Answer> =>
  answerOf(await client.ask([send.parse(sql), send.bind({ values }), send.describe('P'), send.execute(), send.sync()]))

/** The answers up to the first error. */
const run = async (client: RawClient, { sql, copy, params }: WriteCase, protocol: Protocol): Promise<readonly Answer[]> => {
  const answers: Answer[] = []
  for (const [index, statement] of sql.entries()) {
    const isLast = index === sql.length - 1
    const next = (): Promise<Answer> => {
      if (copy !== undefined) return copyIn(client, statement, copy, protocol)
      return params !== undefined && isLast ? withParams(client, statement, params) : runStatement(client, statement, protocol)
    }
    const answer = await next()
    answers.push(answer)
    if (answer.error !== undefined) return answers
  }
  return answers
}

const comparable = ({ error, rows, tag }: Answer): unknown => (error === undefined ? { rows, tag } : { error: error.sqlState })

/** All that is stored, as whoever reads the database past the proxy sees it. */
const stored = async (database: TestDatabase): Promise<Buffer> => {
  const { rows } = await database.query<{ row: string }>('SELECT c::text AS row FROM customers c UNION ALL SELECT p::text FROM plain_notes p UNION ALL SELECT o::text FROM orders o')
  return Buffer.from(rows.map(({ row }) => row).join('\n'))
}

const WRITTEN = /900-1|Upper@|e@900|note 900|a@b/

interface Setting {
  readonly fixture: Fixture
  readonly reader: RawClient
  readonly masked: RawClient
  readonly twin: RawClient
}

const inBoth = async ({ fixture: { database, twin } }: Setting, sql: string): Promise<void> => {
  for (const each of [database, twin]) await each.query(sql)
}

const checkAsReader = async (test: Test, setting: Setting, writeCase: WriteCase, protocol: Protocol): Promise<void> => {
  const { fixture, reader, twin } = setting
  const before = await runStatement(reader, ALL, 'simple')
  if (writeCase.before !== undefined) await inBoth(setting, writeCase.before)
  const mine = await run(reader, writeCase, protocol)
  const raw = await stored(fixture.database)
  test.same([WRITTEN.exec(raw.toString())?.[0], ...canariesIn(raw)].filter(Boolean), [], `${protocol}: no plaintext is stored`)
  const now = await runStatement(reader, ALL, 'simple')
  const { refused } = writeCase
  if (refused !== undefined) {
    const error = mine.at(-1)?.error
    test.equal(error?.sqlState, refused.sqlState, `${protocol}: refused`)
    test.match(error?.message, refused.reason, `${protocol}: says why`)
    test.same(now.rows, before.rows, `${protocol}: nothing is changed`)
  } else {
    const twins = await run(twin, writeCase, protocol)
    test.same(mine.map(comparable), twins.map(comparable), `${protocol}: answers as the twin`)
    test.same(now.rows, (await runStatement(twin, ALL, 'simple')).rows, `${protocol}: opens to what was written`)
  }
  if (writeCase.after !== undefined) await inBoth(setting, writeCase.after)
}

const checkAsMasked = async (test: Test, setting: Setting, writeCase: WriteCase, protocol: Protocol): Promise<void> => {
  const { fixture, masked } = setting
  if (writeCase.before !== undefined) await inBoth(setting, writeCase.before)
  const seen = masked.bytes.length
  await run(masked, writeCase, protocol)
  const raw = await stored(fixture.database)
  test.same([WRITTEN.exec(raw.toString())?.[0], ...canariesIn(raw)].filter(Boolean), [], `masked, ${protocol}: no plaintext is stored`)
  test.same(canariesIn(masked.bytes.subarray(seen)), [], `masked, ${protocol}: nothing is shown`)
  if (writeCase.after !== undefined) await inBoth(setting, writeCase.after)
}

const checkCase = async (test: Test, setting: Setting, writeCase: WriteCase): Promise<void> => {
  for (const check of [checkAsReader, checkAsMasked]) {
    for (const protocol of writeCase.params === undefined && !writeCase.sql.some(sql => sql.includes('; ')) ? (['simple', 'extended'] as const) : (['simple'] as const)) {
      await check(test, setting, writeCase, protocol)
      await inBoth(setting, RESTORE)
    }
  }
}

void t.test('write cases', async test => {
  const fixture = await startFixture(test)
  const { through, direct, reader, masked, twin } = fixture
  const setting = {
    fixture,
    reader: await RawClient.login(test, through(reader)),
    masked: await RawClient.login(test, through(masked)),
    twin: await RawClient.login(test, direct(reader, twin)),
  }
  await inBoth(setting, KEEP)
  const wanted = new RegExp(process.env['WRITE_CASES'] ?? '')
  for (const writeCase of WRITE_CASES.filter(({ id }) => wanted.test(id))) {
    await test.test(`${writeCase.id}  ${writeCase.sql.join('; ').replaceAll('\n', ' ')}`.slice(0, 100), t => checkCase(t, setting, writeCase))
  }
})
