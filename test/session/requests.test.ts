import fc from 'fast-check'
import t from 'tap'
import { endsCycle, RequestQueue, type Request } from '../../src/session/requests.js'

const close = (name: string): Request => ({ kind: 'close', target: 'S', name })

t.test('requests come off in the order in which they were sent', t => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 5_000 }), steps => {
      const queue = new RequestQueue()
      const model: Request[] = []
      steps.forEach((isPush, index) => {
        if (isPush) {
          const request = close(String(index))
          queue.push(request)
          model.push(request)
        } else if (queue.shift() !== model.shift()) throw new Error('another request')
        if (queue.length !== model.length || queue.head !== model[0]) throw new Error('another head')
      })
      t.same(queue.pending(), model)
    }),
    { numRuns: 30 },
  )
  t.end()
})

t.test('a long queue that never empties does not keep what was taken off', t => {
  const queue = new RequestQueue()
  for (let index = 0; index < 10_000; index++) {
    queue.push(close(String(index)))
    if (index > 5) queue.shift()
  }
  t.equal(queue.length, 6)
  t.same(queue.head, close('9994'))
  t.same(queue.last, close('9999'))
  t.end()
})

t.test('ReadyForQuery answers Sync, Query and function calls', t => {
  t.equal(endsCycle({ kind: 'sync' }), true)
  t.equal(endsCycle({ kind: 'query', executions: [], position: 0, refusal: undefined }), true)
  t.equal(endsCycle(close('a')), false)
  t.end()
})
