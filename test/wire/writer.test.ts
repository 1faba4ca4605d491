import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import tap from 'tap'
import { LARGE_MESSAGE_BYTES_MAX } from '../../src/limits.js'
import { MessageWriter } from '../../src/wire/writer.js'
import { hex } from './hex.js'

void tap.test('patches the length, which leaves out the tag', async t => {
  t.same(new MessageWriter(0x58, 0).finish(), hex('58 00000004'))
  t.same(new MessageWriter(0x58, 0).writeUint8(1).writeUint16(2).writeInt16(-2).writeInt32(-3).writeUint32(0xffff_ffff).finish(), hex('58 00000011 01 0002 fffe fffffffd ffffffff'))
})

void tap.test('grows whatever the guess was', async t => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.nat(500), (pieces, guess) => {
      const growing = new MessageWriter(0x64, guess)
      for (const piece of pieces) growing.writeBytes(piece)
      assert.deepEqual(growing.finish().subarray(5), Buffer.concat(pieces))
    }),
  )
  t.pass()
})

/** Claims a length without having the memory: the writer must refuse before it looks at the bytes. */
const bytesOfLength = (length: number): Uint8Array => Object.defineProperty(new Uint8Array(0), 'length', { value: length })

void tap.test('refuses a message beyond the limit of the server before it takes memory', async t => {
  const bytesBefore = process.memoryUsage().arrayBuffers
  for (const length of [LARGE_MESSAGE_BYTES_MAX - 3, 2 ** 31, 2 ** 32]) {
    t.throws(() => new MessageWriter(0x64, length).writeBytes(bytesOfLength(length)), { code: 'message_too_large', facts: { max: LARGE_MESSAGE_BYTES_MAX } })
  }
  t.ok(process.memoryUsage().arrayBuffers - bytesBefore < 2 ** 29)
})

void tap.test('CVE-2024-27304: a length beyond 32 bits does not wrap', async t => {
  t.throws(() => new MessageWriter(0x64, 0).writeBytes(bytesOfLength(2 ** 32 + 4)), { code: 'message_too_large' })
})

const writer = (): MessageWriter => new MessageWriter(0x64)

void tap.test('refuses what would be read as something else', async t => {
  t.throws(() => writer().writeCString(Buffer.of(1, 0, 2)), { code: 'protocol_violation' })
  t.throws(() => writer().writeName('a\0b'), { code: 'protocol_violation' })
  t.throws(() => writer().writeName('Ā'), { code: 'protocol_violation' })
  t.throws(() => writer().writeListedName(''), { code: 'protocol_violation' })
  for (const code of ['', '\0', 'ab', 'Ā']) t.throws(() => writer().writeFieldCode(code), { code: 'protocol_violation' })
})

const listOf = (count: number): Buffer => {
  const list = new MessageWriter(0x64)
  return list.writeList(Array.from({ length: count }, () => 7), item => list.writeUint8(item)).finish()
}

void tap.test('a list holds 65,535 items and no more', async t => {
  t.equal(listOf(65_535).readUInt16BE(5), 65_535)
  t.throws(() => listOf(65_536), { code: 'protocol_violation' })
})
