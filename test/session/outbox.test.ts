import t from 'tap'
import { Outbox } from '../../src/session/outbox.js'

t.test('pieces leave in order and at once', t => {
  const box = new Outbox()
  const chunk = Buffer.from('0123456789')
  box.add(chunk, 0, 2)
  box.add(chunk, 2, 4)
  box.add(Buffer.from('-'))
  box.add(chunk, 8, 10)
  box.add(chunk, 5, 5)
  t.equal(box.isEmpty, false)
  t.equal(box.take().toString(), '0123-89')
  t.equal(box.isEmpty, true)
  t.equal(box.take().length, 0)
  t.end()
})

t.test('adjacent pieces of one chunk leave without a copy', t => {
  const box = new Outbox()
  const chunk = Buffer.from('0123456789')
  box.add(chunk, 1, 3)
  box.add(chunk, 3, 9)
  const taken = box.take()
  t.equal(taken.buffer, chunk.buffer)
  t.equal(taken.toString(), '12345678')
  t.end()
})

t.test('what was discarded never leaves', t => {
  const box = new Outbox()
  box.add(Buffer.from('secret'))
  box.discard()
  t.equal(box.isEmpty, true)
  t.equal(box.take().length, 0)
  t.end()
})
