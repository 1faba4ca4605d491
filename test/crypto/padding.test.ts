import * as fc from 'fast-check'
import tap from 'tap'
import { FIXED_WIDTH_BYTES, isPaddedLength, paddedFixedLength, paddedTextLength, padInto, unpaddedLength } from '../../src/crypto/padding.js'

void tap.test('lengths step by 16 up to 256 and by 64 beyond', async t => {
  const steps = [[0, 16], [15, 16], [16, 32], [239, 240], [240, 256], [255, 256], [256, 320], [319, 320], [320, 384]] as const
  for (const [bytes, padded] of steps) t.equal(paddedTextLength(bytes), padded)
  for (const bytes of [-1, 0, 8, 17, 272, 304, 321]) t.notOk(isPaddedLength(bytes), String(bytes))
  for (const bytes of [16, 256, 320]) t.ok(isPaddedLength(bytes), String(bytes))
  t.equal(paddedFixedLength(FIXED_WIDTH_BYTES - 1), FIXED_WIDTH_BYTES)
  t.throws(() => paddedFixedLength(FIXED_WIDTH_BYTES), { code: 'internal' })
})

void tap.test('padding is undone and leaves no old bytes', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), plaintext => {
      const padded = paddedTextLength(plaintext.length)
      const memory = Buffer.alloc(padded + 8, 0xee)
      padInto(plaintext, memory, 4, padded)
      return unpaddedLength(memory, 4, padded) === plaintext.length && memory.subarray(4 + plaintext.length + 1, 4 + padded).every(byte => byte === 0) && memory[4 + padded] === 0xee
    }),
  )
})

void tap.test('other padding is refused', async t => {
  t.equal(unpaddedLength(Buffer.alloc(16), 0, 16), -1, 'no mark')
  t.equal(unpaddedLength(Buffer.alloc(16, 1), 0, 16), -1, 'text to the end')
  t.equal(unpaddedLength(Buffer.from([0x80, ...Buffer.alloc(47)]), 0, 48), -1, 'two buckets too long')
  t.equal(unpaddedLength(Buffer.from([0x80, ...Buffer.alloc(31)]), 0, 32), 0, 'fixed width')
})
