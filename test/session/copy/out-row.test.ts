import t, { type Test } from 'tap'
import { revealValue } from '../../../src/session/containers/index.js'
import { createCopyOut } from '../../../src/session/copy/index.js'
import type { CopyPlan } from '../../../src/sql/types.js'
import { createDatabase, debianCluster, type TestDatabase } from '../../support/cluster.js'
import { fakeContext, fakeToken, HOSTILE_NAMES } from '../containers/fake-tokens.js'
import { copy } from './copy-client.js'
import { copyOptions, copyPlan, FORMATS } from './copy-plans.js'

const TYPES = [25, 25, 1009, 114]

const fillTables = async (database: TestDatabase): Promise<void> => {
  await database.query('CREATE SCHEMA plain; CREATE SCHEMA sealed; CREATE TABLE plain.c (name text, other text, list text[], doc json); CREATE TABLE sealed.c (LIKE plain.c)')
  for (const [i, name] of HOSTILE_NAMES.entries()) {
    const list = [name, HOSTILE_NAMES[(i + 5) % HOSTILE_NAMES.length] ?? '']
    const insert = (schema: string, seal: (text: string) => string): Promise<unknown> =>
      database.query(`INSERT INTO ${schema}.c VALUES ($1, $2, $3, $4)`, [seal(name), i % 3 === 0 ? null : 'x, "y"\t|', list.map(seal), JSON.stringify({ k: seal(name) })])
    await insert('plain', text => text)
    await insert('sealed', fakeToken)
  }
}

/** What must equal what an unprotected COPY gives, message by message. */
const compare = async (test: Test, database: TestDatabase, plan: CopyPlan, extra = ''): Promise<void> => {
  const client = await database.client()
  const options = copyOptions(plan).replace(/\)$/, `${extra})`)
  const columns = plan.columns.map(column => column.name).join(',')
  const twins = await copy(client, `COPY plain.c (${columns}) TO STDOUT ${options}`)
  const context = fakeContext()
  const out = createCopyOut(plan, (column, value) => revealValue(value, TYPES[column] ?? 0, 0, undefined, context))
  const rows = (await copy(client, `COPY sealed.c (${columns}) TO STDOUT ${options}`)).map(body => Buffer.from(out.row(body)).toString())
  test.same(rows, twins.map(body => body.toString()), options)
  test.ok(context.counts.opened > 0)
}

const compareAll = async (test: Test, database: TestDatabase): Promise<void> => {
  await fillTables(database)
  for (const format of FORMATS) {
    await compare(test, database, copyPlan(['name', 'other', 'list', 'doc'], [], { ...format, direction: 'out' }))
    await compare(test, database, copyPlan(['name'], [], { ...format, direction: 'out' }))
  }
  await compare(test, database, copyPlan(['name', 'other', 'list', 'doc'], [], { format: 'csv', direction: 'out' }), ', FORCE_QUOTE *')
  await compare(test, database, copyPlan(['name', 'other', 'list', 'doc'], [], { format: 'csv', direction: 'out' }), ', FORCE_QUOTE (name, doc)')
}

void t.test('rows equal those of an unprotected twin', async test => {
  await compareAll(test, await createDatabase(test))
})

void t.test('the same on PostgreSQL 15', async test => {
  const cluster = await debianCluster(test)
  if (cluster === undefined) test.plan(0, 'PostgreSQL 15 is not installed')
  else await compareAll(test, await createDatabase(test, { cluster }))
})

const outOf = (plan: CopyPlan, revealed: Uint8Array | null | undefined): ((row: string) => string) => {
  const out = createCopyOut(plan, () => revealed)
  return row => Buffer.from(out.row(Buffer.from(row))).toString()
}

void t.test('NULL, unchanged fields and rows without a token', async test => {
  const token = fakeToken('a')
  const text = copyPlan(['a', 'b'], [], { direction: 'out' })
  test.equal(outOf(text, null)(`${token}\tx\\ty\n`), '\\N\tx\\ty\n')
  test.equal(outOf(text, undefined)(`${token}\tx\n`), `${token}\tx\n`)
  const csv = copyPlan(['a', 'b'], [], { direction: 'out', format: 'csv' })
  test.equal(outOf(csv, null)(`${token},"x"\n`), ',"x"\n')
  test.equal(outOf(csv, Buffer.alloc(0))(`${token},"x"\n`), '"","x"\n', 'empty is quoted since NULL is empty')
  const row = Buffer.from('a\tb\n')
  test.equal(createCopyOut(text, () => null).row(row), row, 'the very same bytes')
})

void t.test('the header passes even where it looks like a token', async test => {
  const token = fakeToken('a')
  const show = outOf(copyPlan(['a'], [], { direction: 'out', format: 'csv', hasHeader: true }), Buffer.from('x'))
  test.equal(show(`${token}\n`), `${token}\n`)
  test.equal(show(`${token}\n`), 'x\n')
})

void t.test('fields are counted with their column', async test => {
  const seen: number[] = []
  const out = createCopyOut(copyPlan(['a', 'b', 'c'], [], { direction: 'out' }), column => { seen.push(column); return undefined })
  out.row(Buffer.from(`x\\\ty\t${fakeToken('a')}\t${fakeToken('b')}\n`))
  test.same(seen, [1, 2])
})

void t.test('the binary format is refused', async test => {
  test.throws(() => createCopyOut(copyPlan(['a'], [], { format: 'binary' }), () => undefined), { code: 'statement_unsupported' })
})
