import t from 'tap'
import { Login } from '../../src/session/login.js'
import { encodeAuthentication } from '../../src/wire/backend/authentication.js'
import { BACKEND, FRONTEND } from '../../src/wire/tags.js'
import { reply } from './session-harness.js'

const SASL = encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] })
const OK = encodeAuthentication({ kind: 'ok', data: new Uint8Array() })
const legs = (isClientEncrypted: boolean, isServerEncrypted: boolean) => ({ isClientEncrypted, isServerEncrypted })

t.test('channel binding is offered only where client and server share one TLS connection or none', t => {
  const step = (client: boolean, server: boolean) => new Login(legs(client, server)).fromServer(BACKEND.AUTHENTICATION, SASL, 0, SASL.length)
  t.match(step(false, true), { kind: 'replace', message: encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }) })
  t.match(step(false, false), { kind: 'forward' })
  t.match(step(true, true), { kind: 'forward' })
  t.end()
})

t.test('authentication of a kind that is not known ends the login', t => {
  const unknown = Buffer.from([BACKEND.AUTHENTICATION, 0, 0, 0, 8, 0, 0, 0, 99])
  t.throws(() => new Login(legs(false, false)).fromServer(BACKEND.AUTHENTICATION, unknown, 0, unknown.length), { name: 'ProxyError' })
  t.end()
})

t.test('until the session is ready the client may only authenticate', t => {
  const login = new Login(legs(false, false))
  t.equal(login.fromClient(FRONTEND.PASSWORD, 100), 'pass')
  t.equal(login.fromClient(FRONTEND.TERMINATE, 0), 'pass')
  t.throws(() => login.fromClient(FRONTEND.QUERY, 10), { code: 'protocol_violation' })
  t.throws(() => login.fromClient(FRONTEND.PASSWORD, 65_536), { code: 'protocol_violation' })
  t.match(login.fromServer(BACKEND.AUTHENTICATION, OK, 0, OK.length), { kind: 'authenticated' })
  t.equal(login.fromClient(FRONTEND.QUERY, 10), 'stop')
  t.end()
})

t.test('messages out of phase are never guessed at', t => {
  const login = new Login(legs(false, false))
  const ready = reply.ready()
  t.throws(() => login.fromServer(BACKEND.READY_FOR_QUERY, ready, 0, ready.length), { code: 'upstream_confused' })
  t.throws(() => login.fromServer(BACKEND.DATA_ROW, ready, 0, ready.length), { code: 'upstream_confused' })
  t.end()
})

t.test('settings and failures are read', t => {
  const login = new Login(legs(false, false))
  const status = reply.status('search_path', 'crm')
  t.match(login.fromServer(BACKEND.PARAMETER_STATUS, status, 0, status.length), { kind: 'forward' })
  t.equal(login.settings.get('search_path'), 'crm')
  const error = reply.error('28P01', 'no', 'FATAL')
  t.match(login.fromServer(BACKEND.ERROR_RESPONSE, error, 0, error.length), { kind: 'failed', sqlState: '28P01' })
  t.end()
})
