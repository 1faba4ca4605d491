import fc from 'fast-check'
import t from 'tap'
import { Negotiation, type ClientTlsMode, type Opening } from '../../src/session/negotiation.js'
import { encodeStartup, GSSENC_REQUEST, SSL_REQUEST } from '../../src/wire/startup.js'

const HELLO = Buffer.from([0x16, 3, 1, 0, 5])
const CANCEL = Buffer.from('0000001004d2162e0000000100000002', 'hex')
const startup = (parameters: Record<string, string>): Buffer => encodeStartup({ major: 3, minor: 0, parameters: new Map(Object.entries(parameters)) })
const STARTUP = startup({ user: 'jane' })
const bytes = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts)
const kindOf = (mode: ClientTlsMode, input: Buffer): Opening['kind'] => new Negotiation(mode).read(input).kind
const codeOf = (opening: Opening): string | undefined => (opening.kind === 'refuse' ? opening.error.code : undefined)

await t.test('what the first packet gets', async test => {
  const rows: readonly (readonly [ClientTlsMode, Buffer, Opening['kind'], string])[] = [
    ['off', bytes(SSL_REQUEST), 'answer_no', 'no TLS here'],
    ['allow', bytes(SSL_REQUEST), 'start_tls', 'TLS by request'],
    ['allow', bytes(SSL_REQUEST, HELLO), 'start_tls', 'a hello sent without waiting'],
    ['allow', bytes(SSL_REQUEST, STARTUP), 'close', 'CVE-2021-23214: plaintext behind the request'],
    ['require', bytes(SSL_REQUEST, Buffer.from('Q')), 'close', 'plaintext behind the request'],
    ['off', bytes(SSL_REQUEST, STARTUP), 'answer_no', 'without TLS nothing is mistaken for encrypted'],
    ['allow', bytes(GSSENC_REQUEST), 'answer_no', 'GSSAPI encryption is never forwarded'],
    ['allow', HELLO, 'start_tls', 'direct TLS'],
    ['off', HELLO, 'close', 'direct TLS without a certificate'],
    ['off', STARTUP, 'startup', 'in clear'],
    ['require', STARTUP, 'refuse', 'in clear, where TLS is required'],
    ['require', CANCEL, 'cancel', 'libpq cancels in clear'],
    ['off', startup({ user: 'jane', replication: 'database' }), 'refuse', 'replication'],
    ['off', startup({ user: 'jane', replication: 'true' }), 'refuse', 'replication'],
    ['off', startup({ user: 'jane', replication: 'false' }), 'startup', 'no replication'],
    ['off', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'close', 'another protocol'],
    ['off', Buffer.from('0000000800020000', 'hex'), 'refuse', 'protocol 2'],
    ['off', Buffer.alloc(0), 'wait', 'nothing yet'],
  ]
  for (const [mode, input, kind, name] of rows) test.equal(kindOf(mode, input), kind, `${name} (${mode})`)
  test.equal(codeOf(new Negotiation('require').read(STARTUP)), 'tls_required')
  test.equal(codeOf(new Negotiation('off').read(startup({ user: 'jane', replication: '1' }))), 'statement_unsupported')
})

await t.test('each kind of encryption is asked for once', async test => {
  const twice = new Negotiation('off')
  test.equal(twice.read(bytes(SSL_REQUEST)).kind, 'answer_no')
  test.equal(twice.read(bytes(GSSENC_REQUEST)).kind, 'answer_no')
  test.equal(twice.read(bytes(SSL_REQUEST)).kind, 'close')
  test.equal(twice.read(bytes(GSSENC_REQUEST)).kind, 'close')
})

await t.test('within TLS', async test => {
  const asked = new Negotiation('require')
  asked.read(bytes(SSL_REQUEST))
  asked.encrypted(false)
  test.equal(asked.read(bytes(SSL_REQUEST)).kind, 'close')
  test.equal(asked.read(HELLO).kind, 'close', 'no TLS in TLS')
  test.equal(asked.read(STARTUP).kind, 'startup')
  const direct = new Negotiation('require')
  direct.read(HELLO)
  direct.encrypted(true)
  test.equal(direct.read(bytes(SSL_REQUEST)).kind, 'answer_no', 'as the server does')
  test.equal(direct.read(CANCEL).kind, 'cancel')
})

await t.test('bytes behind the packet are kept', async test => {
  const opening = new Negotiation('off').read(bytes(STARTUP, Buffer.from('pxyz')))
  test.equal(opening.kind === 'startup' && opening.rest.toString(), 'pxyz')
  test.equal(opening.kind === 'startup' && opening.raw.equals(STARTUP), true)
})

await t.test('never throws, and never starts a session that requires TLS in clear', async test => {
  const input = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 20 }).map(tail => bytes(STARTUP.subarray(0, 8), tail)))
  fc.assert(fc.property(input, chunk => kindOf('require', Buffer.from(chunk)) !== 'startup'))
  for (let end = 0; end < STARTUP.length; end++) test.equal(kindOf('off', STARTUP.subarray(0, end)), 'wait')
})
