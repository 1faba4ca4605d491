import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { LARGE_MESSAGE_BYTES_MAX } from '../../src/limits.js'
import { MessageWriter } from '../../src/wire/writer.js'
import { hex } from './hex.js'

t.test('patches the length, which leaves out the tag', async t => {
  t.same(new MessageWriter(0x58, 0).finish(), hex('58 00000004'))
  t.same(new MessageWriter(0x58, 0).writeUint8(1).writeUint16(2).writeInt16(-2).writeInt32(-3).writeUint32(0xffff_ffff).finish(), hex('58 00000011 01 0002 fffe fffffffd ffffffff'))
})

t.test('grows whatever the guess was', async t => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.nat(500), (pieces, guess) => {
      const writer = new MessageWriter(0x64, guess)
      for (const piece of pieces) writer.writeBytes(piece)
      assert.deepEqual(writer.finish().subarray(5), Buffer.concat(pieces))
    }),
  )
  t.pass()
})

/** Claims a length without having the memory: the writer must refuse before it looks at the bytes. */
const bytesOfLength = (length: number): Uint8Array => Object.defineProperty(new Uint8Array(0), 'length', { value: length })

t.test('refuses a message beyond the limit of the server before it takes memory', async t => {
  const bytesBefore = process.memoryUsage().arrayBuffers
  for (const length of [LARGE_MESSAGE_BYTES_MAX - 3, 2 ** 31, 2 ** 32]) {
    t.throws(() => new MessageWriter(0x64, length).writeBytes(bytesOfLength(length)), { code: 'message_too_large', facts: { max: LARGE_MESSAGE_BYTES_MAX } })
  }
  t.ok(process.memoryUsage().arrayBuffers - bytesBefore < 2 ** 29)
})

t.test('CVE-2024-27304: a length beyond 32 bits does not wrap', async t => {
  t.throws(() => new MessageWriter(0x64, 0).writeBytes(bytesOfLength(2 ** 32 + 4)), { code: 'message_too_large' })
})

t.test('refuses what would be read as something else', async t => {
  const writer = (): MessageWriter => new MessageWriter(0x64)
  t.throws(() => writer().writeCString(Buffer.of(1, 0, 2)), { code: 'protocol_violation' })
  t.throws(() => writer().writeName('a\0b'), { code: 'protocol_violation' })
  t.throws(() => writer().writeName('Ā'), { code: 'protocol_violation' })
  t.throws(() => writer().writeListedName(''), { code: 'protocol_violation' })
  for (const code of ['', '\0', 'ab', 'Ā']) t.throws(() => writer().writeFieldCode(code), { code: 'protocol_violation' })
})

t.test('a list holds 65,535 items and no more', async t => {
  const write = (count: number): Buffer => {
    const writer = new MessageWriter(0x64)
    return writer.writeList(Array.from({ length: count }, () => 7), item => writer.writeUint8(item)).finish()
  }
  t.equal(write(65_535).readUInt16BE(5), 65_535)
  t.throws(() => write(65_536), { code: 'protocol_violation' })
})
