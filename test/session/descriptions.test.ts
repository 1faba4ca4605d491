import t from 'tap'
import { Descriptions } from '../../src/session/descriptions.js'
import { reply } from './session-harness.js'

const HEADER_BYTES = 5
const bodyOf = (name: string, columns = 1): Buffer => reply.columns(...Array.from({ length: columns }, () => ({ name }))).subarray(HEADER_BYTES)

t.test('equal descriptions are one, and outlive the bytes that they came in', t => {
  const descriptions = new Descriptions()
  const body = Buffer.from(bodyOf('a'))
  const first = descriptions.columnsOf(body)
  body.fill(0)
  t.equal(descriptions.columnsOf(bodyOf('a')), first)
  t.equal(Buffer.from(first[0]?.name ?? []).toString(), 'a')
  t.not(descriptions.columnsOf(bodyOf('b')), first)
  t.end()
})

t.test('what is kept is bounded, in number and length', t => {
  const descriptions = new Descriptions()
  const first = descriptions.columnsOf(bodyOf('a'))
  for (let number = 0; number < 32; number++) descriptions.columnsOf(bodyOf(`n${String(number)}`))
  t.not(descriptions.columnsOf(bodyOf('a')), first, 'forgotten')
  const long = descriptions.columnsOf(bodyOf('long', 200))
  t.not(descriptions.columnsOf(bodyOf('long', 200)), long, 'never kept')
  t.same(descriptions.columnsOf(bodyOf('long', 200)), long)
  t.end()
})

t.test('what is no description is refused each time', t => {
  const descriptions = new Descriptions()
  for (let turn = 0; turn < 2; turn++) t.throws(() => descriptions.columnsOf(Buffer.from([0, 1, 65])), { code: 'protocol_violation' })
  t.end()
})
