import * as fc from 'fast-check'
import tap from 'tap'
import { base64urlLength, decodedLength, decodeInto, encodeInto, hasCanonicalEnd, NOT_BASE64URL, sextetOf } from '../../src/crypto/base64url.js'

void tap.test("encodes and decodes like Node's base64url", async t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(5), (bytes, at) => {
      const expected = Buffer.from(bytes).toString('base64url')
      const text = Buffer.alloc(at + base64urlLength(bytes.length))
      const end = encodeInto(bytes, 0, bytes.length, text, at)
      const back = Buffer.alloc(at + decodedLength(end - at))
      decodeInto(text, at, end, back, at)
      return end === text.length && text.toString('latin1', at) === expected && back.subarray(at).equals(bytes) && hasCanonicalEnd(text, end, end - at)
    }),
  )
  t.equal(decodedLength(5), -1)
  t.equal(decodedLength(0), 0)
})

void tap.test('64 bytes are in the alphabet, no others', async t => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const inside = [...all].filter(byte => sextetOf(all, byte) !== NOT_BASE64URL)
  t.equal(inside.length, 64)
  t.equal(sextetOf(all, 256), NOT_BASE64URL, 'past the end')
})
