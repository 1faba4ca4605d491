import tap from 'tap'
import { BodyReader } from '../../src/wire/reader.js'
import { hex } from './hex.js'

void tap.test('reads each kind of number with its sign', async t => {
  const reader = new BodyReader(hex('ff ffff ffff ffffffff ffffffff'), 'Test')
  t.equal(reader.readUint8(), 255)
  t.equal(reader.readUint16(), 65_535)
  t.equal(reader.readInt16(), -1)
  t.equal(reader.readInt32(), -1)
  t.equal(reader.readUint32(), 0xffff_ffff)
  t.equal(reader.remaining, 0)
  reader.expectEnd()
})

void tap.test('refuses every read beyond the end, with the name of the message', async t => {
  const reads: readonly ((reader: BodyReader) => unknown)[] = [
    reader => reader.readUint8(),
    reader => reader.readUint16(),
    reader => reader.readInt16(),
    reader => reader.readInt32(),
    reader => reader.readUint32(),
    reader => reader.readBytes(1),
    reader => reader.readValue(),
    reader => reader.readList(() => 0),
  ]
  for (const read of reads) t.throws(() => read(new BodyReader(Buffer.alloc(0), 'Test')), { code: 'protocol_violation', message: 'protocol violation: Test: body truncated' })
  t.throws(() => new BodyReader(Buffer.alloc(4), 'Test').readBytes(-1), { code: 'protocol_violation' })
})

void tap.test('does not see the bytes around a view', async t => {
  const memory = new Uint8Array([0x41, 0x42, 0x43, 0])
  const reader = new BodyReader(memory.subarray(1, 3), 'Test')
  t.throws(() => reader.readCString(), { code: 'protocol_violation' })
  t.same(reader.readRest(), Buffer.from('BC'))
})

void tap.test('refuses a string that is not UTF-8 instead of changing it', async t => {
  t.equal(new BodyReader(hex('c3a9 00'), 'Test').readUtf8String(), 'é')
  for (const bytes of ['e9 00', 'c080 00', 'eda080 00']) t.throws(() => new BodyReader(hex(bytes), 'Test').readUtf8String(), { code: 'protocol_violation' })
})

void tap.test('tells NULL from the empty value', async t => {
  t.equal(new BodyReader(hex('ffffffff'), 'Test').readValue(), null)
  t.same(new BodyReader(hex('00000000'), 'Test').readValue(), Buffer.alloc(0))
  t.throws(() => new BodyReader(hex('fffffffe'), 'Test').readValue(), { message: 'protocol violation: Test: negative value length' })
})
