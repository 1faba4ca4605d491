import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import tap from 'tap'
import { ProxyError } from '../../src/errors.js'
import { STARTUP_BYTES_MAX } from '../../src/limits.js'
import { encodeStartup, GSSENC_REQUEST, readStartup, SSL_REQUEST } from '../../src/wire/startup.js'
import { name, textBytes } from './check-message.js'
import { hex } from './hex.js'

const STARTUP = hex(`00000023 00030000 'user' 00 'crm_app' 00 'database' 00 'crm' 00 00`)

void tap.test('reads what libpq sends', async t => {
  t.same(readStartup(STARTUP), {
    kind: 'startup',
    length: 35,
    major: 3,
    minor: 0,
    parameters: new Map([
      ['user', 'crm_app'],
      ['database', 'crm'],
    ]),
    raw: STARTUP,
  })
  t.same(readStartup(Buffer.from(SSL_REQUEST)), { kind: 'ssl_request', length: 8 })
  t.same(readStartup(Buffer.from(GSSENC_REQUEST)), { kind: 'gssenc_request', length: 8 })
  t.same(readStartup(hex('16 03 01')), { kind: 'direct_tls' })
})

void tap.test('leaves the bytes behind the packet to the caller', async t => {
  // Plaintext behind an SSLRequest would be taken for part of the encrypted session (CVE-2021-23214).
  const bytes = Buffer.concat([SSL_REQUEST, STARTUP])
  t.same(readStartup(bytes), { kind: 'ssl_request', length: 8 })
})

const cancel = (keyBytes: number): Buffer => {
  const bytes = Buffer.alloc(12 + keyBytes, 0xab)
  bytes.writeUInt32BE(bytes.length)
  bytes.writeUInt32BE(0x04d2_162e, 4)
  return bytes
}

void tap.test('cancel requests have keys of 4 to 256 bytes', async t => {
  for (const keyBytes of [4, 32, 256]) t.same(readStartup(cancel(keyBytes)), { kind: 'cancel_request', length: 12 + keyBytes, raw: cancel(keyBytes) })
  for (const keyBytes of [0, 3, 257]) t.throws(() => readStartup(cancel(keyBytes)), { code: 'protocol_violation' })
})

void tap.test('every truncation is incomplete', async t => {
  for (let end = 0; end < STARTUP.length; end++) t.same(readStartup(STARTUP.subarray(0, end)), { kind: 'incomplete' })
})

const packet = (bytes: number): Buffer => encodeStartup({ major: 3, minor: 0, parameters: new Map([['user', 'x'.repeat(bytes - 15)]]) })

void tap.test('takes a packet of the longest length and refuses one byte more from its length word alone', async t => {
  const longest = packet(STARTUP_BYTES_MAX + 4)
  t.equal(longest.length, STARTUP_BYTES_MAX + 4)
  t.equal(readStartup(longest).kind, 'startup')
  t.throws(() => packet(STARTUP_BYTES_MAX + 5), { code: 'protocol_violation' })
  t.throws(() => readStartup(hex('00002715')), { code: 'protocol_violation' })
})

const HOSTILE: readonly [string, Buffer][] = [
  ['length 0', hex('00000000')],
  ['length 7', hex('00000007 00030000')],
  ['length -1', hex('ffffffff')],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n')],
  ['an SSLRequest of 9 bytes', hex('00000009 04d2162f 00')],
  ['protocol 2.0', hex('00000008 00020000')],
  ['an unknown special code', hex('00000008 04d21631')],
  ['no parameters and no end', hex('00000008 00030000')],
  ['parameters without an end', hex(`0000000f 00030000 'user' 00 'x' 00`)],
  ['a parameter without a value', hex(`0000000e 00030000 'user' 00 00`)],
  ['bytes behind the end', hex(`00000011 00030000 'user' 00 'x' 00 00 00`)],
]

for (const [title, bytes] of HOSTILE) void tap.test(`refuses ${title}`, async t => t.throws(() => readStartup(bytes), { code: 'protocol_violation' }))

void tap.test('of a parameter given twice the last counts, as in the server', async t => {
  const read = readStartup(hex(`00000017 00030000 'user' 00 'a' 00 'user' 00 'b' 00 00`))
  t.equal(read.kind === 'startup' && read.parameters.get('user'), 'b')
})

void tap.test('round trip of any parameters', async t => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name().filter(text => text !== ''), textBytes()), { maxLength: 6 }), fc.integer({ min: 0, max: 0xffff }), (entries, minor) => {
      const parameters = new Map(entries.map(([key, value]) => [key, value.toString('latin1')]))
      const read = readStartup(encodeStartup({ major: 3, minor, parameters }))
      assert.ok(read.kind === 'startup')
      assert.deepEqual([read.major, read.minor, read.parameters], [3, minor, parameters])
    }),
  )
  t.pass()
})

void tap.test('any bytes are read or refused, never anything else', async t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      const prefixed = Buffer.from([0, 0, 0, bytes.length + 4, ...bytes])
      try {
        readStartup(prefixed)
      } catch (error) {
        assert.ok(error instanceof ProxyError && error.code === 'protocol_violation')
      }
    }),
    { numRuns: 1000 },
  )
  t.pass()
})
