import t from 'tap'
import { send } from '../support/frontend-messages.js'
import { reply, startSession, TEXT } from './session-harness.js'

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
