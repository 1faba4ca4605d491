import t from 'tap'
import { send } from '../support/frontend-messages.js'
import { CUSTOMERS_OID, reply, startSession, TEXT } from './session-harness.js'

const INSERT = 'INSERT INTO customers (id, email) VALUES (1, $1)'
const COPY = 'COPY customers (id, email) FROM STDIN'

t.test('an error comes before the Sync that ends the skipping was sent', t => {
  const { fromClient, fromServer, client } = startSession()
  fromClient(send.parse('SELECT 1 FROM plain'), send.flush())
  fromServer(reply.error('42501'))
  fromClient(send.bind(), send.execute(), send.query('SELECT 2'), send.sync(), send.query('SELECT 3'))
  fromServer(reply.ready(), reply.columns({}), reply.complete('SELECT 0'), reply.ready())
  t.equal(client.tags(), 'EZTCZ')
  t.equal(client.hasEnded, false)
  t.end()
})

t.test('an error skips to the next Sync, Query included; errors of Query and Sync skip nothing', t => {
  const { fromClient, fromServer, client } = startSession()
  fromClient(send.parse('SELECT 1'), send.query('SELECT 2'), send.sync(), send.query('SELECT 3'), send.query('SELECT 4'), send.sync(), send.query('SELECT 5'))
  fromServer(reply.error('42501'), reply.ready())
  fromServer(reply.error('22012'), reply.ready())
  fromServer(reply.columns({}), reply.complete('SELECT 0'), reply.ready())
  fromServer(reply.error('23503'), reply.ready())
  fromServer(reply.columns({}), reply.complete('SELECT 0'), reply.ready())
  t.equal(client.tags(), 'EZEZTCZEZTCZ')
  t.end()
})

t.test('what was skipped is undone, and what is still to come holds', t => {
  const { fromClient, fromServer, server } = startSession()
  fromClient(send.parse(INSERT, 'kept'), send.sync())
  fromServer(reply.parsed, reply.ready())
  // The second cycle fails at its first message, so `kept` is not closed and `lost` never made.
  fromClient(send.parse('SELECT 1', 'x'), send.close('S', 'kept'), send.parse(INSERT, 'lost'), send.sync(), send.parse(INSERT, 'later'), send.sync())
  fromServer(reply.error('42P05'), reply.ready())
  server.take()
  fromClient(send.bind({ statement: 'kept', values: ['kept@b.c'] }), send.bind({ statement: 'later', values: ['later@b.c'] }))
  const sent = server.take().toString()
  t.notMatch(sent, /kept@b\.c|later@b\.c/u)
  t.match(sent, /~pv1\..*~pv1\./su)
  t.end()
})

t.test('a Parse or PREPARE under a name that is taken does not put its text in the place of the first', t => {
  for (const second of [send.parse('SELECT $1::text', 's'), send.query('PREPARE s AS SELECT 1')]) {
    const { fromClient, fromServer, server } = startSession()
    fromClient(send.parse(INSERT, 's'), send.sync())
    fromServer(reply.parsed, reply.ready())
    fromClient(second, send.bind({ statement: 's', values: ['a@b.c'] }), send.sync())
    t.notMatch(server.take().toString(), /a@b\.c/u)
  }
  // Nor when requests in flight are applied again after an error.
  const { fromClient, fromServer, server } = startSession()
  fromClient(send.parse(INSERT, 's'), send.sync())
  fromServer(reply.parsed, reply.ready())
  fromClient(send.query('SELECT 1/0'), send.parse('SELECT $1::text', 's'), send.sync())
  fromServer(reply.error('22012'), reply.ready())
  fromClient(send.bind({ statement: 's', values: ['a@b.c'] }), send.sync())
  t.notMatch(server.take().toString(), /a@b\.c/u)
  t.end()
})

t.test('refusals of Parse and Bind come in order, with one ReadyForQuery each', t => {
  const { fromClient, fromServer, client, server, events } = startSession()
  fromClient(send.parse('SELECT 1'), send.sync(), send.parse('SELECT id FROM customers ORDER BY email'), send.bind(), send.execute(), send.sync())
  fromClient(send.parse(INSERT), send.bind({ values: ['x'.repeat(21)] }), send.execute(), send.sync())
  t.notMatch(server.take().toString(), /ORDER BY|xxx/u)
  fromServer(reply.parsed, reply.ready(), reply.error('42601'), reply.ready(), reply.parsed, reply.error('26000'), reply.ready())
  const bytes = client.take().toString('latin1')
  t.match(bytes, /^1.{4}Z.{5}E.*C0A000\0.*Z.{5}1.{4}E.*C22001\0.*Z.{5}$/su)
  t.match(events(), [{ type: 'deny', error: 'operation_unsupported' }, { type: 'deny', error: 'value_too_long' }])
  t.end()
})

t.test('a client that never describes gets opened values all the same', t => {
  const { fromClient, fromServer, client, server, sealed } = startSession()
  fromClient(send.parse('SELECT email FROM customers'), send.bind(), send.execute(), send.sync())
  t.equal(server.tags(), 'PBDES')
  fromServer(reply.parsed, reply.bound, reply.columns({ table: CUSTOMERS_OID, attnum: 3 }), reply.row(sealed('email', 'a@b.c')), reply.complete('SELECT 1'), reply.ready())
  const bytes = client.take()
  t.match(bytes.toString(), /a@b\.c/u)
  t.equal(bytes.toString('latin1', 0, 1) + bytes.toString('latin1', 5, 6) + bytes.toString('latin1', 10, 11), '12D', 'the answer to our own Describe is not shown')
  t.end()
})

t.test('COPY by the extended protocol in one write: one ReadyForQuery, whatever becomes of it', t => {
  const all = [send.parse(COPY), send.bind(), send.execute(), send.copyData('1\ta@b.c\n'), send.copyDone(), send.sync()]
  for (const [last, tags] of [[reply.complete('COPY 1'), '12GCZ'], [reply.error('23505'), '12GEZ']] as const) {
    const { fromClient, fromServer, client, server } = startSession()
    fromClient(...all)
    t.notMatch(server.take().toString(), /a@b\.c/u)
    fromServer(reply.parsed, reply.bound, reply.noData, reply.copyIn)
    fromServer(last, reply.ready())
    t.equal(client.tags(), tags)
    fromClient(send.query('SELECT 1'))
    t.equal(server.tags(), 'Q')
  }
  t.end()
})

t.test('a Sync behind a COPY that does not begin is sent, in its place', t => {
  const { fromClient, fromServer, client, server } = startSession()
  fromClient(send.parse(COPY), send.bind(), send.execute(), send.sync(), send.query('SELECT 1'))
  t.equal(server.tags(), 'PBDEH')
  fromServer(reply.parsed, reply.bound, reply.noData, reply.error('42501'))
  t.equal(server.tags(), 'SQ')
  fromServer(reply.ready(), reply.complete('SELECT 1'), reply.ready())
  t.equal(client.tags(), '12EZCZ')
  t.end()
})

t.test('no more than a bounded number of requests is in flight; an answer makes room', t => {
  const { fromClient, fromServer, client, server } = startSession()
  for (let index = 0; index < 5_000; index++) fromClient(send.sync())
  t.equal(server.tags().length, 4_096)
  t.equal(client.isPaused, true)
  fromServer(...Array.from({ length: 2_000 }, () => reply.ready()))
  t.equal(server.tags().length, 904)
  t.equal(client.isPaused, false)
  t.end()
})

t.test('portals in great number are refused, without ending the session', t => {
  const { fromClient, fromServer, client } = startSession()
  fromClient(send.query('BEGIN'), send.parse('SELECT 1'))
  fromServer(reply.complete('BEGIN'), reply.ready('T'), reply.parsed)
  for (let index = 0; index < 10_000; index++) {
    fromClient(send.bind({ portal: `p${String(index)}` }))
    fromServer(reply.bound)
  }
  client.take()
  fromClient(send.bind({ portal: 'p0' }), send.bind({ portal: 'more' }), send.sync())
  fromServer(reply.error('42P03'), reply.ready('E'))
  t.equal(client.hasEnded, false)
  t.end()
})

t.test('a policy that grows narrower holds from the next statement, also for prepared ones', t => {
  const { fromClient, fromServer, client, sealed, world, policy } = startSession()
  fromClient(send.parse('SELECT name FROM customers', 's'), send.sync())
  fromServer(reply.parsed, reply.ready())
  const narrow = policy.roles.map(role => (role.name === 'reader' ? { ...role, read: [{ pattern: '*', treatment: { action: 'null' } as const }] } : role))
  world.policy = { ...policy, roles: narrow, hash: 'other' }
  fromClient(send.bind({ statement: 's' }), send.execute(), send.sync())
  fromServer(reply.bound, reply.columns({ type: TEXT }), reply.row(sealed('name', 'Erika')), reply.complete('SELECT 1'), reply.ready())
  t.notMatch(client.take().toString(), /Erika|~pv1/u)
  world.policy = { ...policy, roles: [], hash: 'third' }
  fromClient(send.query('SELECT 1'))
  fromServer(reply.error('08P01', 'invalid', 'FATAL'))
  t.match(client.take().toString(), /57P01/u)
  t.end()
})

t.test('what PREPARE made is authorised at each EXECUTE and each Bind, by the policy of the moment', async t => {
  const { fromClient, fromServer, client, server, world, policy } = startSession()
  fromClient(send.query('PREPARE p AS SELECT a.id FROM customers a JOIN customers b ON a.email = b.email'))
  fromServer(reply.complete('PREPARE'), reply.ready())
  fromClient(send.query('EXECUTE p'))
  t.match(server.take().toString(), /EXECUTE p/)
  fromServer(reply.complete('SELECT 0'), reply.ready())
  client.take()
  world.policy = { ...policy, roles: policy.roles.map(role => ({ ...role, search: [] })), hash: 'narrower' }
  fromClient(send.query('EXECUTE p'))
  t.notMatch(server.take().toString(), /EXECUTE p/)
  fromServer(reply.error('42601'), reply.ready())
  t.match(client.take().toString(), /may not join|may not compare/)
  fromClient(send.bind({ statement: 'p' }), send.execute(), send.sync())
  fromServer(reply.error('26000'), reply.ready())
  t.match(client.take().toString(), /may not join|may not compare/)
})
