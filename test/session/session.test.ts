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
