/** What pgveil itself refuses is answered in its turn: everything around it goes as if the server had refused it. */
import t, { type Test } from 'tap'
import { send } from '../../support/frontend-messages.js'
import { RawClient, type Address, type Message } from '../../support/raw-client.js'
import { sqlStatesOf, tagsOf } from '../../support/transcript.js'
import { setStage } from './compare.js'

const REFUSED = 'SELECT id FROM people ORDER BY name'
const extended = (sql: string): readonly Buffer[] => [send.parse(sql), send.bind(), send.execute()]

interface Case {
  readonly name: string
  readonly send: readonly Buffer[]
  /** How many ReadyForQuery end it. */
  readonly cycles: number
  readonly tags: string
  readonly states: readonly string[]
}

const CASES: readonly Case[] = [
  {
    name: 'among Queries in one write',
    send: [send.query('SELECT 1'), send.query(REFUSED), send.query('SELECT 2')],
    cycles: 3, tags: 'T D C Z(I) E Z(I) T D C Z(I)', states: ['0A000'],
  },
  {
    name: 'one of several statements refuses the whole text',
    send: [send.query(`INSERT INTO items VALUES (77); ${REFUSED}`), send.query('SELECT 1 FROM items WHERE id = 77')],
    cycles: 2, tags: 'E Z(I) T C Z(I)', states: ['0A000'],
  },
  {
    name: 'within a pipeline it skips to the Sync',
    send: [...extended('SELECT 1'), ...extended(REFUSED), ...extended('SELECT 2'), send.query('SELECT 3'), send.sync(), ...extended('SELECT 4'), send.sync()],
    cycles: 2, tags: '1 2 D C E Z(I) 1 2 D C Z(I)', states: ['0A000'],
  },
  {
    name: 'with Flush in place of Sync',
    send: [send.parse(REFUSED, 'r'), send.describe('S', 'r'), send.flush(), send.sync(), send.bind({ statement: 'r' }), send.sync()],
    cycles: 2, tags: 'E Z(I) E Z(I)', states: ['0A000', '26000'],
  },
  {
    name: 'it fails the transaction',
    send: [send.query('BEGIN'), send.query(REFUSED), send.query('SELECT 1'), send.query(REFUSED), send.query('ROLLBACK')],
    cycles: 5, tags: 'C Z(T) E Z(E) E Z(E) E Z(E) C Z(I)', states: ['0A000', '25P02', '0A000'],
  },
  {
    name: 'a syntax error is the server\'s',
    send: [send.query('SELECT FROM WHERE'), ...extended('SELEC 1'), send.sync(), send.query('SELECT 1')],
    cycles: 3, tags: 'E Z(I) E Z(I) T D C Z(I)', states: ['42601', '42601'],
  },
  {
    name: 'a value that can not be sealed, by parameter',
    send: [send.parse("INSERT INTO people VALUES ($1, 'n', $2)", 's'), send.bind({ statement: 's', values: ['1', 'x'.repeat(2000)] }), send.execute(), send.parse('SELECT 1'), send.sync(), send.query('SELECT 1')],
    cycles: 2, tags: '1 E Z(I) T D C Z(I)', states: ['22001'],
  },
  {
    name: 'a name that is taken stays what it was',
    send: [send.parse('SELECT 5', 'taken'), send.parse(REFUSED, 'taken'), send.sync(), send.bind({ statement: 'taken' }), send.execute(), send.sync()],
    cycles: 2, tags: '1 E Z(I) 2 D C Z(I)', states: ['0A000'],
  },
  {
    name: 'a COPY whose data is refused',
    send: [send.query('COPY people FROM STDIN'), send.copyData(`1\tn\t${'x'.repeat(2000)}\n`), send.copyData('2\tm\te\n'), send.copyDone(), send.query('SELECT count(*) FROM people')],
    cycles: 2, tags: 'G E Z(I) T D C Z(I)', states: ['22001'],
  },
  {
    name: 'a COPY whose data is refused, by the extended protocol',
    send: [...extended('COPY people FROM STDIN'), send.copyData(`1\tn\t${'x'.repeat(2000)}\n`), send.copyData('2\tm\te\n'), send.copyDone(), send.sync(), send.query('SELECT count(*) FROM people')],
    cycles: 2, tags: '1 2 G E Z(I) T D C Z(I)', states: ['22001'],
  },
]

const check = async (test: Test, address: Address, { send: messages, cycles, tags, states }: Case): Promise<void> => {
  const client = await RawClient.login(test, address)
  const answer: readonly Message[] = await client.ask(messages, cycles)
  test.equal(tagsOf(answer), tags)
  test.same(sqlStatesOf(answer), states)
  test.equal(tagsOf(await client.ask(send.query('SELECT 1'))), tags.endsWith('Z(E)') ? 'E Z(E)' : 'T D C Z(I)', 'the session goes on')
  client.socket.destroy()
}

void t.test('refused statements are answered in their turn', async test => {
  const stage = await setStage(test)
  for (const each of CASES) {
    await test.test(each.name, async t => {
      await t.test('whole', inner => check(inner, stage.whole, each))
      await t.test('in pieces', inner => check(inner, stage.pieces, each))
    })
  }
})

void t.test('statements on protected columns, prepared and portioned', async test => {
  const stage = await setStage(test)
  for (const address of [stage.whole, stage.pieces]) {
    await stage.database.query('TRUNCATE people')
    const client = await RawClient.login(test, address)
    await client.ask([send.parse('INSERT INTO people VALUES ($1, $2, $3)', 'ins'), send.sync()])
    for (let id = 1; id <= 5; id++) client.send(send.bind({ statement: 'ins', values: [String(id), `name ${id}`, `e${id}@x`] }), send.execute())
    await client.ask(send.sync())
    await client.ask(send.query("PREPARE sql AS SELECT name FROM people WHERE id = 2"))
    const bySql = await client.ask([send.bind({ statement: 'sql' }), send.describe('P'), send.execute(), send.sync()])
    test.match(String(bySql.find(message => message.tag === 'D')?.body), 'name 2')
    const portions = await client.ask([send.parse('SELECT id, name, email FROM people ORDER BY id'), send.bind({ portal: 'p', resultFormats: [0, 1, 0] }), send.execute('p', 2), send.execute('p', 2), send.execute('p', 2), send.sync()])
    test.equal(tagsOf(portions), '1 2 D D s D D s D C Z(I)')
    test.same(portions.filter(message => message.tag === 'D').map(({ body }) => String(body).replace(/[^a-z0-9@ ]/g, '')), [1, 2, 3, 4, 5].map(id => `${id}name ${id}e${id}@x`))
    client.socket.destroy()
  }
})
