/** Names, portals and formats on protected columns: rows are treated by what they are, however a client came by them. */
import t, { type Test } from 'tap'
import { canariesIn } from '../../support/fixture/people.js'
import { startFixture } from '../../support/fixture/start.js'
import { send } from '../../support/frontend-messages.js'
import { RawClient } from '../../support/raw-client.js'
import { columnsOf, fieldsOf, messagesIn } from '../../support/transcript.js'

interface Flow {
  readonly name: string
  readonly run: (client: RawClient) => Promise<unknown>
  /** The proxy refuses a part of it by design; then only the masked role is looked at. */
  readonly differs?: true
}

const PLAIN = 'SELECT id, region FROM customers ORDER BY id'
const SECRET = 'SELECT ssn, dob, notes, full_name FROM customers ORDER BY id'

const FLOWS: readonly Flow[] = [
  {
    name: 'an SQL cursor executed by protocol, undescribed, in binary',
    run: async client => {
      await client.ask(send.query(`BEGIN; DECLARE c BINARY CURSOR FOR ${SECRET}`))
      await client.ask([send.execute('c', 2), send.sync()])
      await client.ask([send.describe('P', 'c'), send.execute('c', 1), send.sync()])
      await client.ask(send.query('FETCH ALL FROM c; COMMIT'))
    },
  },
  {
    name: 'a portal of the protocol fetched by SQL',
    run: async client => {
      await client.ask(send.query('BEGIN'))
      await client.ask([send.parse(SECRET), send.bind({ portal: 'pp' }), send.execute('pp', 1), send.sync()])
      await client.ask(send.query('FETCH 2 FROM pp'))
      await client.ask([send.execute('pp', 1), send.sync()])
      await client.ask(send.query('COMMIT'))
    },
  },
  {
    name: 'a statement of SQL bound by protocol',
    run: async client => {
      await client.ask(send.query(`PREPARE sq AS ${SECRET}`))
      await client.ask([send.bind({ statement: 'sq', resultFormats: [0, 1, 1, 0] }), send.execute(), send.sync()])
      await client.ask([send.describe('S', 'sq'), send.bind({ statement: 'sq' }), send.describe('P'), send.execute('', 2), send.sync()])
      await client.ask(send.query('EXECUTE sq'))
    },
  },
  {
    name: 'a statement of the protocol executed by SQL',
    run: async client => {
      await client.ask([send.parse(SECRET, 'pr'), send.sync()])
      await client.ask(send.query('EXECUTE pr'))
      await client.ask(send.query('DEALLOCATE pr'))
      await client.ask(send.query(`PREPARE pr AS ${PLAIN}`))
      await client.ask([send.bind({ statement: 'pr' }), send.execute(), send.sync()])
      await client.ask(send.query(`DEALLOCATE ALL; PREPARE pr AS ${SECRET}`))
      await client.ask([send.bind({ statement: 'pr', resultFormats: [1] }), send.execute(), send.sync()])
    },
  },
  {
    name: 'one name for different statements within a pipeline',
    run: client =>
      client.ask([
        send.parse(PLAIN, 'n'), send.bind({ statement: 'n', portal: 'a' }), send.execute('a', 1), send.close('S', 'n'), send.parse(SECRET, 'n'), send.bind({ statement: 'n', portal: 'b', resultFormats: [1] }),
        send.execute('b', 1), send.execute('a', 1), send.execute('b', 1), send.close('P', 'b'), send.bind({ statement: 'n', portal: 'b' }), send.execute('b'), send.parse(PLAIN), send.bind(), send.execute(), send.parse(SECRET), send.bind(), send.execute(), send.sync(),
      ]),
  },
  {
    name: 'a Parse that fails leaves what was there',
    run: async client => {
      await client.ask([send.parse(SECRET, 'kept'), send.sync()])
      await client.ask([send.parse(PLAIN, 'kept'), send.bind({ statement: 'kept' }), send.sync()])
      await client.ask([send.bind({ statement: 'kept', resultFormats: [1] }), send.execute(), send.sync()])
      await client.ask(send.query('BEGIN'))
      await client.ask([send.parse(SECRET, 'tx'), send.sync()])
      await client.ask(send.query('SELECT 1/0'))
      await client.ask(send.query('ROLLBACK'))
      await client.ask([send.bind({ statement: 'tx' }), send.execute('', 3), send.sync()])
    },
  },
  {
    name: 'a cached statement whose table changes',
    run: async client => {
      await client.ask([send.parse('SELECT region FROM customers c ORDER BY id', 'cached'), send.bind({ statement: 'cached' }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT * FROM orders ORDER BY id', 'star'), send.bind({ statement: 'star' }), send.execute(), send.sync()])
      await client.ask(send.query('ALTER TABLE orders ADD COLUMN extra text'))
      await client.ask([send.bind({ statement: 'star' }), send.execute(), send.sync()])
      await client.ask([send.bind({ statement: 'cached' }), send.execute(), send.sync()])
      await client.ask(send.query('ALTER TABLE orders DROP COLUMN extra'))
    },
  },
  {
    name: 'parameters of many formats',
    run: async client => {
      const sql = 'SELECT id, dob FROM customers WHERE ssn = $1 OR phone = $2 OR email = ANY($3) ORDER BY id'
      await client.ask([
        send.parse(sql, 'q'), send.describe('S', 'q'),
        send.bind({ statement: 'q', values: ['912-84-7731', Buffer.from('+49 7719 5550202'), '{wolfhart@canary-four.example,NULL}'], valueFormats: [0, 1, 0], resultFormats: [0, 1] }), send.execute(), send.sync()])
      await client.ask([send.bind({ statement: 'q', values: [null, null, null] }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT id FROM customers WHERE ssn = $1', '', [25]), send.describe('S'), send.bind({ values: ['912-84-7731'], valueFormats: [1] }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT id FROM customers WHERE ssn = $1', '', [1043]), send.bind({ values: ['912-84-7731'] }), send.execute(), send.sync()])
      const elements = Buffer.from('00000001000000000000001900000002000000010000000b3931322d38342d37373331ffffffff', 'hex')
      await client.ask([send.parse('SELECT id FROM customers WHERE ssn = ANY($1)'), send.bind({ values: [elements], valueFormats: [1] }), send.execute(), send.sync()])
    },
  },
  {
    name: 'dates in and out, in both formats',
    run: async client => {
      const update = 'UPDATE customers SET dob = $1 WHERE id = 3 RETURNING id, dob'
      await client.ask(send.query('BEGIN'))
      await client.ask([
        send.parse(update, 'd'), send.describe('S', 'd'),
        send.bind({ statement: 'd', values: [Buffer.from('ffffd8ef', 'hex')], valueFormats: [1], resultFormats: [1] }), send.execute(),
        send.bind({ statement: 'd', values: ['1961-07-23'], resultFormats: [0] }), send.execute(), send.sync()])
      await client.ask([send.bind({ statement: 'd', values: ['1961-02-30'] }), send.execute(), send.sync()])
      await client.ask(send.query('ROLLBACK'))
      await client.ask([send.parse('SELECT dob FROM v_contacts ORDER BY id', 'v'), send.describe('S', 'v'), send.bind({ statement: 'v', resultFormats: [1] }), send.execute(), send.sync()])
    },
  },
  {
    name: 'rows while another portal is open, and errors in between',
    run: async client => {
      await client.ask(send.query('BEGIN'))
      await client.ask([
        send.parse(SECRET, 's1'), send.parse(PLAIN, 's2'), send.bind({ portal: 'p1', statement: 's1' }), send.bind({ portal: 'p2', statement: 's2', resultFormats: [1] }),
        send.execute('p1', 1), send.execute('p2', 1), send.flush(), send.execute('p1', 1), send.describe('P', 'p2'), send.execute('p2', 1), send.describe('P', 'p1'), send.execute('p1'), send.sync()])
      await client.ask(send.query('COMMIT'))
    },
  },
  {
    name: 'a function called by protocol', differs: true,
    run: async client => {
      const oid = String((await client.ask(send.query("SELECT 'get_ssn'::regproc::oid"))).find(message => message.tag === 'D')?.body.toString('utf8', 6))
      await client.ask(send.functionCall(Number(oid), ['1']))
    },
  },
]

const summary = (bytes: Buffer): readonly string[] =>
  messagesIn(bytes).map(message => {
    if (message.tag === 'T') return `T ${JSON.stringify(columnsOf(message).map(column => ({ ...column, typeOid: column.typeOid < 16_384 ? column.typeOid : 'own' })))}`
    return message.tag === 'E' ? `E ${fieldsOf(message)['C']}` : `${message.tag} ${message.body.toString('latin1')}`
  })

const runFlow = async (test: Test, address: Parameters<typeof RawClient.login>[1], flow: Flow): Promise<Buffer> => {
  const client = await RawClient.login(test, address)
  await flow.run(client)
  const { bytes } = client
  client.socket.destroy()
  return bytes
}

for (const pieces of [undefined, {}]) {
  void t.test(`protected rows, ${pieces === undefined ? 'whole' : 'in pieces'}`, async test => {
    const { through, direct, reader, masked, twin } = await startFixture(test, pieces)
    for (const flow of FLOWS) {
      await test.test(flow.name, async inner => {
        inner.same(canariesIn(await runFlow(inner, through(masked), flow)), [], 'nothing is shown to the masked role')
        const mine = summary(await runFlow(inner, through(reader), flow))
        const twins = summary(await runFlow(inner, direct(reader, twin), flow))
        if (flow.differs !== true) inner.same(mine, twins, 'the full reader sees what the twin shows')
      })
    }
  })
}
