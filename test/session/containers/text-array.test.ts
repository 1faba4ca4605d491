import * as fc from 'fast-check'
import t from 'tap'
import { formatBinaryTextArray, formatTextArray, parseBinaryTextArray, parseTextArray } from '../../../src/session/containers/index.js'
import { createDatabase } from '../../support/cluster.js'
import { HOSTILE_NAMES } from './fake-tokens.js'

const element = fc.option(fc.oneof(fc.constantFrom(...HOSTILE_NAMES), fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', ''))), { nil: null })

void t.test('round trip, text and binary', async test => {
  fc.assert(fc.property(fc.array(element), values => {
    test.same(parseTextArray(formatTextArray(values)), values)
    test.same(parseBinaryTextArray(formatBinaryTextArray(values, 25)), values)
  }), { numRuns: 100 })
})

void t.test('written as the server writes', async test => {
  const database = await createDatabase(test)
  const values = [...HOSTILE_NAMES, null]
  const { rows } = await database.query<{ text: string; binary: Buffer }>('SELECT $1::text[]::text AS text, array_send($1::text[]) AS binary', [values])
  test.equal(formatTextArray(values).toString(), rows[0]?.text)
  test.same(formatBinaryTextArray(values, 25), rows[0]?.binary)
  const empty = await database.query<{ binary: Buffer }>("SELECT array_send('{}'::text[]) AS binary")
  test.same(formatBinaryTextArray([], 25), empty.rows[0]?.binary)
})

void t.test('read as the server reads', async test => {
  const database = await createDatabase(test)
  const literals = ['{}', ' { } ', '{a}', '{ a b , c }', '{"a" , "b c" }', '{NULL,null,"NULL",nUll}', '{\\a,b\\,c,d\\ }', '{"\\"","\\\\"}', '[0:1]={a,b}', '[2:2] = {a}', '\n{\ta\n}\n', '{é,"😀"}', '{"",a}', '{\\NULL}', '{a\\ , b}']
  for (const literal of literals) {
    const { rows } = await database.query<{ values: (string | null)[] }>('SELECT $1::text[] AS values', [literal])
    test.same(parseTextArray(Buffer.from(literal)), rows[0]?.values, literal)
  }
  for (const literal of ['', '{', '}', '{a', '{a,}', '{,a}', '{a}}', '{a} b', 'a', '{"a}', '{a"b"}', '[0:1]', '[x]={a}', '{"a"b}', '{a\\']) {
    await test.rejects(database.query('SELECT $1::text[]', [literal]), `server refuses ${literal}`)
    test.equal(parseTextArray(Buffer.from(literal)), undefined, literal)
  }
})

void t.test('more dimensions, other encodings and broken binaries are not read', async test => {
  test.equal(parseTextArray(Buffer.from('{{a},{b}}')), undefined)
  test.equal(parseTextArray(Buffer.from([0x7b, 0xff, 0x7d])), undefined)
  const binary = formatBinaryTextArray(['ab', null], 25)
  for (let end = 0; end < binary.length; end++) test.equal(parseBinaryTextArray(binary.subarray(0, end)), undefined)
  const wrong = formatBinaryTextArray(['ab'], 25)
  wrong[24] = 0xff
  test.equal(parseBinaryTextArray(wrong), undefined)
})
