import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Test } from 'tap'

/** Everything behind tag and length. */
export const bodyOf = (message: Uint8Array): Uint8Array => message.subarray(5)

/** Bytes without NUL, as a Buffer. */
export const textBytes = (): fc.Arbitrary<Buffer> => fc.uint8Array({ min: 1, maxLength: 40 }).map(bytes => Buffer.from(bytes))

/** Any bytes but NUL as latin1 characters. */
export const name = (): fc.Arbitrary<string> => textBytes().map(bytes => bytes.toString('latin1'))

/** A value or NULL. */
export const value = (): fc.Arbitrary<Buffer | null> => fc.option(fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)))

export const uint16 = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: 0xffff })
export const int16 = (): fc.Arbitrary<number> => fc.integer({ min: -0x8000, max: 0x7fff })
export const uint32 = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: 0xffff_ffff })
export const int32 = (): fc.Arbitrary<number> => fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })

export interface Codec<Message> {
  readonly tag: number
  readonly messages: fc.Arbitrary<Message>
  readonly encode: (message: Message) => Buffer
  readonly decode: (body: Uint8Array) => Message
  /** The body ends only where the message does, so any bytes may follow: then truncations cannot all be told. */
  readonly isOpenEnded?: boolean
}

/** Round trip, header, every truncation and one byte too many; and that decoding works on a view inside a larger buffer. */
export const checkCodec = <Message>(t: Test, codec: Codec<Message>): void => {
  // Assertions that throw, so that a failing message is shrunk to its smallest form.
  fc.assert(
    fc.property(codec.messages, message => {
      const bytes = codec.encode(message)
      assert.equal(bytes[0], codec.tag)
      assert.equal(bytes.readInt32BE(1), bytes.length - 1)
      const shifted = new Uint8Array(bytes.length + 20).fill(0xee)
      shifted.set(bytes, 7)
      assert.deepEqual(codec.decode(shifted.subarray(7 + 5, 7 + bytes.length)), message)
      if (codec.isOpenEnded !== true) checkEnds(codec, bodyOf(bytes))
    }),
  )
  t.pass('round trip, truncations, trailing bytes')
}

const checkEnds = <Message>(codec: Codec<Message>, body: Uint8Array): void => {
  for (let end = 0; end < body.length; end++) assert.throws(() => codec.decode(body.subarray(0, end)), { code: 'protocol_violation' })
  assert.throws(() => codec.decode(Buffer.concat([body, Buffer.of(0)])), { code: 'protocol_violation' })
}
