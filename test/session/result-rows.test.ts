/** Rows on their way to the client: what is rebuilt, what passes, and what ends the session. */
import t from 'tap'
import { encodeDataRow } from '../../src/wire/backend/data-row.js'
import { send } from '../support/frontend-messages.js'
import { CUSTOMERS_OID, INT4, reply, startSession, TEXT, type Harness } from './session-harness.js'

const COLUMNS = [
  { name: 'id', type: INT4, table: CUSTOMERS_OID, attnum: 1 },
  { name: 'name', type: TEXT, table: CUSTOMERS_OID, attnum: 2 },
  { name: 'email', type: TEXT, table: CUSTOMERS_OID, attnum: 3 },
] as const

const SQL = 'SELECT id, name, email FROM customers'

/** What a client gets for `SQL` and these rows. */
const answer = ({ fromClient, fromServer, client }: Harness, ...rows: readonly Buffer[]): Buffer => {
  fromClient(send.query(SQL))
  fromServer(reply.columns(...COLUMNS), ...rows, reply.complete(`SELECT ${String(rows.length)}`), reply.ready())
  return client.take()
}

/** The same from the first row on. */
const shown = (session: Harness, ...rows: readonly Buffer[]): Buffer => answer(session, ...rows).subarray(reply.columns(...COLUMNS).length)

const expected = (...rows: readonly (readonly (string | null)[])[]): Buffer =>
  Buffer.concat([
    ...rows.map(values => encodeDataRow({ values: values.map(value => (value === null ? null : Buffer.from(value))) })),
    reply.complete(`SELECT ${String(rows.length)}`),
    reply.ready(),
  ])

t.test('sealed values are replaced where they stand, all else is left as it is', async t => {
  const session = startSession()
  const { sealed } = session
  const [erika, max] = [sealed('name', 'Erika'), sealed('name', 'Max "M", Jr')]
  const email = sealed('email', 'e@x.y')
  // The declared type of email is varchar(20): the description is another than the server's, of the same length.
  t.same(shown(session, reply.row('1', erika, email)), expected(['1', 'Erika', 'e@x.y']))
  t.same(shown(session, reply.row('1', null, email), reply.row('2', max, null), reply.row(null, null, null)), expected(['1', null, 'e@x.y'], ['2', 'Max "M", Jr', null], [null, null, null]))
  t.same(shown(session, reply.row('1', 'plain', ''), reply.row('2', erika, ''), reply.row('3', '', 'plain')), expected(['1', 'plain', ''], ['2', 'Erika', ''], ['3', '', 'plain']))
})

t.test('a value longer than what it replaces, and many rows of one chunk', async t => {
  const session = startSession({ user: 'masked' })
  const rows = Array.from({ length: 300 }, (_, index) => reply.row(String(index), session.sealed('name', `N${String(index)}`), session.sealed('email', `a${String(index)}@example.com`)))
  t.same(shown(session, ...rows), expected(...rows.map((_, index) => [String(index), '•••', 'a•••@e•••.com'])))
})

t.test('rows cut anywhere come out the same', async t => {
  const session = startSession()
  const whole = Buffer.concat([reply.columns(...COLUMNS), reply.row('1', session.sealed('name', 'Erika'), session.sealed('email', 'e@x.y')), reply.complete('SELECT 1'), reply.ready()])
  for (let cut = 1; cut < whole.length; cut += 3) {
    session.fromClient(send.query(SQL))
    session.fromServer(whole.subarray(0, cut))
    session.fromServer(whole.subarray(cut))
    const bytes = session.client.take()
    if (!bytes.subarray(reply.columns(...COLUMNS).length).equals(expected(['1', 'Erika', 'e@x.y']))) t.fail(`cut at ${String(cut)}`)
  }
  t.equal(session.client.hasEnded, false)
})

t.test('a row that is not what was described ends the session, and shows nothing', async t => {
  const count = (values: number): Buffer => Buffer.from([0, values])
  const value = (text: string, length = text.length): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(length)
    return Buffer.concat([bytes, Buffer.from(text)])
  }
  const malformed: Readonly<Record<string, (token: string) => Buffer>> = {
    'too few values': token => send.raw('D', count(2), value('1'), value(token)),
    'too many values': token => send.raw('D', count(4), value('1'), value(token), value(''), value('')),
    'a count of more than there are': token => send.raw('D', count(3), value('1'), value(token)),
    'a value beyond the row': token => send.raw('D', count(3), value('1'), value('2'), value(token, token.length + 1)),
    'a negative length': token => send.raw('D', count(3), value('1'), value(token), value('', -2)),
    'bytes behind the last value': token => send.raw('D', count(3), value('1'), value(token), value(''), Buffer.from('x')),
  }
  for (const [what, row] of Object.entries(malformed)) {
    const session = startSession()
    const bytes = answer(session, row(session.sealed('name', 'Erika')))
    t.notMatch(bytes.toString('latin1'), /Erika/u, what)
    t.match(bytes.toString('latin1'), /C08P01\0/u, what)
    t.equal(session.client.hasEnded, true, what)
  }
})

t.test('statements with one description have each the quoting of their own plan', async t => {
  const { fromClient, fromServer, client, sealed } = startSession()
  const token = sealed('name', 'O"Neil')
  const run = (sql: string, value: string): string => {
    fromClient(send.query(sql))
    fromServer(reply.columns({ name: 'x' }), reply.row(value), reply.complete('SELECT 1'), reply.ready())
    return client.take().toString('utf8')
  }
  const [plain, json] = ["SELECT 'Dr ' || name AS x FROM customers", "SELECT json_build_object('n', name)::text AS x FROM customers"] as const
  for (let turn = 0; turn < 2; turn++) {
    t.match(run(plain, `Dr ${token}`), 'Dr O"Neil')
    t.match(run(json, `{"n" : "${token}"}`), String.raw`{"n" : "O\"Neil"}`)
  }
})
