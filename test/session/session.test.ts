import t from 'tap'
import { ProxyError } from '../../src/errors.js'
import { send } from '../support/frontend-messages.js'
import { INT4, reply, startSession, TEXT } from './session-harness.js'

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

t.test('a refused statement is answered in the place of the substitute error, behind what is still owed', async t => {
  const { fromClient, fromServer, client, server, events } = startSession({ user: 'masked' })
  fromClient(send.query('SELECT 1'), send.query("SELECT id FROM customers WHERE email = 'a@b.c'"), send.query('SELECT 2'))
  t.equal(server.tags(), 'QQQ')
  t.equal(client.tags(), '', 'nothing is said ahead of the server')
  fromServer(reply.columns({}), reply.row('1'), reply.complete('SELECT 1'), reply.ready())
  t.equal(client.tags(), 'TDCZ')
  fromServer(reply.error('42601', 'unterminated quoted identifier'), reply.ready())
  const bytes = client.take()
  t.match(bytes.toString('latin1'), /C42501\0/u)
  t.notMatch(bytes.toString('latin1'), /unterminated/u)
  t.match(events(), [{ type: 'deny', error: 'search_denied' }])
})

t.test('what the client sends after half-closing waits for the catalogue, and still arrives before the end', async t => {
  const { session, fromClient, server, world } = startSession()
  world.isStale = true
  fromClient(send.query('SELECT 1'))
  session.clientEnded()
  t.equal(server.hasEnded, false)
  await settled()
  t.equal(server.tags(), 'Q')
  t.equal(server.hasEnded, true)
})

t.test('a client that is made to wait is no longer read', async t => {
  const { fromClient, client, world } = startSession()
  world.isStale = true
  fromClient(send.query('SELECT 1'), send.query('SELECT 2'))
  t.equal(client.isPaused, true)
  await settled()
  t.equal(client.isPaused, false)
})

t.test('values are on record before they leave', async t => {
  const { fromClient, fromServer, client, events, sealed, world } = startSession()
  fromClient(send.query('SELECT name FROM customers'))
  fromServer(reply.columns({ type: TEXT }), reply.row(sealed('name', 'Erika')))
  t.match(events(), [{ type: 'query', phase: 'begin' }])
  t.match(client.take().toString(), /Erika/u)
  fromServer(reply.row(sealed('name', 'Max')), reply.complete('SELECT 2'), reply.ready())
  t.match(events(), [{ phase: 'begin' }, { phase: 'final', values: { opened: 2 }, result: { rows: 2, completed: true } }])
  world.isLogFull = true
  fromClient(send.query('SELECT name FROM customers'))
  fromServer(reply.columns({ type: TEXT }), reply.row(sealed('name', 'Secret')), reply.complete('SELECT 1'), reply.ready())
  const bytes = client.take().toString()
  t.notMatch(bytes, /Secret/u)
  t.match(bytes, /58030/u)
  t.equal(client.hasEnded, true)
})

t.test('a function call shows nothing without an event', async t => {
  const { fromClient, fromServer, client, events, sealed } = startSession()
  fromClient(send.functionCall(954, ['0', '100']))
  fromServer(reply.functionResult(sealed('name', 'Erika')), reply.ready())
  t.match(client.take().toString(), /Erika/u)
  t.match(events(), [{ type: 'query', phase: 'only', values: { opened: 1 } }])
})

t.test('function calls other than those of large objects are refused, since no plan sees what they do', async t => {
  const { fromClient, fromServer, client, server, events } = startSession({ user: 'masked' })
  const setConfig = 2077
  fromClient(send.functionCall(setConfig, ['search_path', 'other', 'f']), send.raw('F', Buffer.from([0])), send.query('SELECT 1'))
  t.notMatch(server.take().toString(), /search_path/u)
  fromServer(reply.error('42883'), reply.ready(), reply.error('42883'), reply.ready(), reply.complete('SELECT 1'), reply.ready())
  t.match(client.take().toString('latin1'), /C42501\0.*C08P01\0.*SELECT 1/su)
  t.match(events(), [{ type: 'deny', error: 'function_call_denied' }, { type: 'deny', error: 'protocol_violation' }])
})

t.test('a statement is refused while the catalogue cannot be read, and the session lives', async t => {
  const { fromClient, fromServer, client, server, world } = startSession()
  world.isStale = true
  const { refresh } = world
  world.refresh = () => Promise.reject(new ProxyError('catalog_unreachable', { reason: 'refused' }))
  fromClient(send.query('SELECT id FROM plain'), send.query('SELECT 2'))
  await settled()
  fromServer(reply.error('42601'), reply.ready())
  t.match(client.take().toString(), /catalogue login does not work/u)
  world.refresh = refresh
  await settled()
  fromServer(reply.error('42601'), reply.ready())
  fromClient(send.query('SELECT 3'))
  await settled()
  t.match(server.take().toString(), /SELECT 3/u)
  t.equal(client.hasEnded, false)
})

t.test('a message that waits for the catalogue survives the reuse of its chunk', async t => {
  const { session, server, world } = startSession()
  world.isStale = true
  const chunk = send.query('SELECT 12345')
  session.fromClient(chunk)
  chunk.fill(0x58)
  await settled()
  t.match(server.take().toString(), /SELECT 12345/u)
})

t.test('a statement prepared under another search_path is not run unsealed', async t => {
  const { fromClient, fromServer, client, server } = startSession({ searchPath: 'public' })
  fromClient(send.parse('SELECT email FROM customers', 's'), send.sync())
  fromServer(reply.parsed, reply.ready())
  fromClient(send.query('SET search_path = other'))
  fromServer(reply.complete('SET'), reply.status('search_path', 'other'), reply.ready())
  server.take()
  client.take()
  fromClient(send.bind({ statement: 's' }), send.execute(), send.sync())
  fromServer(reply.error('26000'), reply.ready())
  t.match(client.take().toString(), /cached plan must not change result type/u)
})

t.test('a search_path that is set within a text does not mislead the planner', async t => {
  const { fromClient, server, client, fromServer } = startSession({ user: 'masked', searchPath: 'other' })
  fromClient(send.query('SET search_path = public; SELECT a.id FROM customers a JOIN customers b ON a.email = b.email'))
  t.notMatch(server.take().toString(), /JOIN/u)
  fromServer(reply.error('42601'), reply.ready())
  t.match(client.take().toString(), /fits a protected relation in another schema/u)
})

t.test('what is pipelined behind SET waits for what the server says of it', async t => {
  const { fromClient, fromServer, server } = startSession({ searchPath: 'other' })
  fromClient(send.query('SET search_path = public'), send.query("INSERT INTO customers (id, email) VALUES (1, 'a@b.c')"))
  t.equal(server.tags(), 'Q')
  fromServer(reply.complete('SET'), reply.status('search_path', 'public'), reply.ready())
  const sent = server.take().toString()
  t.match(sent, /~pv1\./u)
  t.notMatch(sent, /a@b\.c/u)
})

t.test('within one pipeline, names are not looked up by a search_path that may have changed', async t => {
  const { fromClient, server } = startSession({ searchPath: 'other' })
  fromClient(send.parse('SET search_path = public'), send.bind(), send.execute(), send.parse("INSERT INTO customers (id, email) VALUES (1, 'a@b.c')"), send.sync())
  t.notMatch(server.take().toString(), /a@b\.c/u)
})

t.test('COMMIT may take a SET LOCAL back', async t => {
  const { fromClient, fromServer, server } = startSession({ searchPath: 'public' })
  fromClient(send.query('BEGIN; SET LOCAL search_path = other'))
  fromServer(reply.complete('BEGIN'), reply.complete('SET'), reply.status('search_path', 'other'), reply.ready('T'))
  server.take()
  fromClient(send.query('COMMIT'), send.query("INSERT INTO customers (id, email) VALUES (1, 'a@b.c')"))
  t.equal(server.tags(), 'Q')
  fromServer(reply.complete('COMMIT'), reply.status('search_path', 'public'), reply.ready())
  t.match(server.take().toString(), /~pv1\./u)
})

t.test('refused COPY data ends its own statement, not those before it in the text', async t => {
  const { fromClient, fromServer, client, server, events } = startSession()
  fromClient(send.query('SELECT 1; COPY customers (id, email) FROM STDIN'), send.copyData(`1\t${'x'.repeat(21)}\n`))
  t.equal(server.tags(), 'Qf')
  fromServer(reply.columns({}), reply.row('1'), reply.complete('SELECT 1'), reply.copyIn, reply.error('57014'), reply.ready())
  t.match(client.take().toString('latin1'), /SELECT 1\0G.*C22001\0/su)
  t.match(events(), [{ type: 'deny', error: 'value_too_long' }])
  t.equal(client.hasEnded, false)
})

t.test('COPY of a relation that the catalogue lacks, such as a temporary table', async t => {
  const { fromClient, fromServer, client, server, sealed, events } = startSession({ user: 'masked' })
  fromClient(send.query('COPY mine TO STDOUT'))
  await settled()
  fromServer(reply.copyOut, send.copyData('1\tplain\n'), send.copyData(`2\t${sealed('name', 'Erika')}\n`), send.copyDone(), reply.complete('COPY 2'), reply.ready())
  const bytes = client.take().toString()
  t.match(bytes, /1\tplain\n/u)
  t.match(bytes, /2\t•••\n/u)
  t.match(events(), [{ type: 'copy', values: { masked: 1 } }])
  server.take()
  fromClient(send.parse('COPY mine FROM STDIN'), send.bind(), send.execute(), send.sync(), send.copyData('1\n'), send.copyDone(), send.sync())
  await settled()
  fromServer(reply.parsed, reply.bound, reply.noData, reply.copyIn)
  fromServer(reply.complete('COPY 1'), reply.ready())
  t.equal(client.tags(), '12GCZ')
  fromClient(send.query('COPY mine FROM STDIN'), send.copyData(sealed('name', 'Erika')))
  await settled()
  t.match(server.take().toString(), /refused by pgveil/u)
})

t.test('a cursor in the place of a described portal shows no sealed value as it is', async t => {
  const { fromClient, fromServer, client, sealed, events } = startSession({ user: 'masked' })
  fromClient(send.query('BEGIN'), send.parse('SELECT id FROM plain'), send.bind({ portal: 'p' }), send.describe('P', 'p'), send.execute('p', 1), send.sync())
  fromServer(reply.complete('BEGIN'), reply.ready('T'), reply.parsed, reply.bound, reply.columns({ type: INT4 }), reply.row('1'), reply.suspended, reply.ready('T'))
  fromClient(send.query('CLOSE p'), send.query('DECLARE p CURSOR FOR SELECT name FROM customers'), send.execute('p'), send.sync())
  fromServer(reply.complete('CLOSE CURSOR'), reply.ready('T'), reply.complete('DECLARE CURSOR'), reply.ready('T'))
  client.take()
  fromServer(reply.row(sealed('name', 'Erika')), reply.complete('SELECT 1'), reply.ready('T'))
  t.notMatch(client.take().toString(), /~pv1\.|Erika/u)
  t.match(events().slice(-1), [{ type: 'query', values: { masked: 1 } }])
})

t.test('attempts to guess values by a unique column are shown to the reviewer', async t => {
  const { fromClient, fromServer, events } = startSession()
  fromClient(send.query("INSERT INTO customers (id, email) VALUES (1, 'a@b.c')"), send.query("UPDATE customers SET email = 'a@b.c' WHERE id = 1"))
  fromServer(reply.error('23505'), reply.ready(), reply.error('23505'), reply.ready())
  fromClient(send.query("INSERT INTO customers (id, email) VALUES (1, 'a@b.c') ON CONFLICT DO NOTHING"))
  fromServer(reply.complete('INSERT 0 0'), reply.ready())
  const alerts = events().filter(event => event.type === 'alert')
  t.match(alerts, [{ alert: { rule: 'duplicate_value' } }, { alert: { rule: 'duplicate_value' } }, { alert: { rule: 'upsert_without_row' } }])
})

t.test('what notices and late errors show is counted once', async t => {
  const { fromClient, fromServer, events, sealed } = startSession()
  fromServer(reply.notice(sealed('name', 'Erika')))
  fromClient(send.query('SELECT 1'))
  fromServer(reply.columns({}), reply.row('1'), reply.complete('SELECT 1'), reply.error('23503', sealed('name', 'Erika')), reply.ready())
  fromServer(reply.notice(sealed('name', 'Erika')))
  t.match(events(), [{ values: { opened: 1 } }, { values: { opened: 1 }, sqlstate: '23503' }, { values: { opened: 1 } }])
  t.equal(events().length, 3)
})

t.test('nothing follows a FATAL, and all that was shown before is on record', async t => {
  const { session, fromClient, fromServer, client, sealed, events } = startSession()
  fromClient(send.query('SELECT name FROM customers'))
  fromServer(
    reply.columns({}), reply.row(sealed('name', 'Erika')), reply.notice(sealed('name', 'Max')), reply.error('57P01', 'terminating', 'FATAL'),
    reply.error('XX000', 'again', 'FATAL'),
  )
  t.equal(client.tags(), 'TDNE')
  session.serverEnded()
  t.equal(client.tags(), '')
  t.match(events(), [{ type: 'query', values: { opened: 2 }, sqlstate: '57P01' }, { type: 'session.end' }])
})

t.test('a session is ended behind all that the server owes, by our error in the place of its own', async t => {
  const { session, fromClient, fromServer, client, server } = startSession()
  fromClient(send.query('SELECT 1'))
  session.shutDown(new ProxyError('shutting_down'))
  t.equal(server.tags(), 'Q!')
  t.equal(client.tags(), '')
  fromServer(reply.columns({}), reply.row('1'), reply.complete('SELECT 1'), reply.ready(), reply.error('08P01', 'invalid frontend message type 0', 'FATAL'))
  const bytes = client.take().toString('latin1')
  t.match(bytes, /SELECT 1\0Z.*57P01\0/su)
  t.notMatch(bytes, /invalid frontend/u)
})

t.test('an oversized or unknown message ends the session behind its answers', async t => {
  const { fromClient, server } = startSession()
  fromClient(send.query('SELECT 1'), send.raw('S', Buffer.alloc(20_000)))
  t.equal(server.tags(), 'Q!')
  const other = startSession()
  other.fromClient(send.raw('y'))
  t.equal(other.server.tags(), '!')
})

t.test('a binary COPY shows no sealed value that came by code of the database', t => {
  const { fromClient, fromServer, client, sealed } = startSession({ user: 'masked' })
  fromClient(send.query('COPY (SELECT body FROM plain) TO STDOUT (FORMAT binary)'))
  fromServer(reply.copyOut, send.copyData('PGCOPY ~pv1. is only a marker'), send.copyData(sealed('name', 'Erika')))
  const bytes = client.take().toString()
  t.notMatch(bytes, /~pv1\.AQ/u)
  t.match(bytes, /0A000/u)
  t.end()
})
