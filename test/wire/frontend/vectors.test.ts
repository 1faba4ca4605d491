import tap from 'tap'
import { decodeBind, encodeBind } from '../../../src/wire/frontend/bind.js'
import { decodeDescribe } from '../../../src/wire/frontend/describe.js'
import { decodeParse, encodeParse } from '../../../src/wire/frontend/parse.js'
import { decodeQuery, encodeQuery } from '../../../src/wire/frontend/query.js'
import { encodeSync } from '../../../src/wire/frontend/sync.js'
import { bodyOf } from '../check-message.js'
import { hex } from '../hex.js'

// Laid out by hand after the manual's "Message Formats".
const PARSE = hex(`50 00000017 'st' 00 'SELECT $1' 00 0001 00000019`)
const BIND = hex(`42 00000022 'p' 00 's' 00 0001 0001 0003 00000002 'ab' ffffffff 00000000 0002 0000 0001`)

void tap.test('encodes and decodes the bytes of the manual', async t => {
  t.same(encodeQuery({ text: Buffer.from('SELECT 1') }), hex(`51 0000000d 'SELECT 1' 00`))
  t.same(encodeParse({ statement: 'st', text: Buffer.from('SELECT $1'), parameterTypes: [25] }), PARSE)
  t.same(decodeParse(bodyOf(PARSE)).parameterTypes, [25])
  const bind = decodeBind(bodyOf(BIND))
  t.same(bind, { portal: 'p', statement: 's', parameterFormats: [1], values: [Buffer.from('ab'), null, Buffer.alloc(0)], resultFormats: [0, 1] })
  t.same(encodeBind(bind), BIND)
  t.same(encodeSync(), hex('53 00000004'))
})

void tap.test('a type id above 2^31 stays positive', async t => {
  t.same(decodeParse(hex('00 00 0001 ffffffff')).parameterTypes, [0xffff_ffff])
})

void tap.test('bytes of any encoding survive in names', async t => {
  const body = hex('e9 81 00 00 0000 0000 0000')
  t.same(bodyOf(encodeBind(decodeBind(body))), body)
})

void tap.test('a Bind may have 65,535 values, and no more', async t => {
  const bind = { portal: '', statement: '', parameterFormats: [], values: Array.from({ length: 65_535 }, () => null), resultFormats: [] }
  t.equal(decodeBind(bodyOf(encodeBind(bind))).values.length, 65_535)
  t.throws(() => encodeBind({ ...bind, values: [...bind.values, null] }), { code: 'protocol_violation' })
})

void tap.test('values are views of the body', async t => {
  const body = Buffer.from(bodyOf(BIND))
  const [first] = decodeBind(body).values
  body.write('X', body.indexOf('ab'))
  t.equal(String(first), 'Xb')
})

const HOSTILE: readonly [string, () => unknown][] = [
  ['Bind: value length -2', () => decodeBind(hex('00 00 0000 0001 fffffffe 0000'))],
  ['Bind: value length -2^31', () => decodeBind(hex('00 00 0000 0001 80000000 0000'))],
  ['Bind: value length 2^31-1', () => decodeBind(hex('00 00 0000 0001 7fffffff 0000'))],
  ['Bind: 65,535 values of which none comes', () => decodeBind(hex('00 00 0000 ffff'))],
  ['Bind: portal without terminator', () => decodeBind(hex(`'portal'`))],
  ['Query: no terminator', () => decodeQuery(hex(`'SELECT 1'`))],
  ['Query: empty body', () => decodeQuery(Buffer.alloc(0))],
  ['Query: text behind the terminator', () => decodeQuery(hex(`'SELECT 1' 00 'DROP TABLE x' 00`))],
  ['Parse: more types than told', () => decodeParse(hex('00 00 0001 00000019 00000019'))],
  ['Describe: unknown target', () => decodeDescribe(hex(`'Q' 00`))],
  ['Query: NUL inside the text', () => encodeQuery({ text: Buffer.from('SELECT 1\0DROP') })],
  ['Parse: NUL inside the name', () => encodeParse({ statement: 'a\0b', text: Buffer.from(''), parameterTypes: [] })],
  // U+0100 cut to its low byte would be a NUL.
  ['Parse: name beyond latin1', () => encodeParse({ statement: 'Ā', text: Buffer.from(''), parameterTypes: [] })],
]

for (const [title, attempt] of HOSTILE) void tap.test(`refuses ${title}`, async t => t.throws(attempt, { code: 'protocol_violation' }))

void tap.test('errors name the message and no content', async t => {
  t.throws(() => decodeQuery(hex(`'SELECT secret'`)), { message: 'protocol violation: Query: string without terminator' })
})
