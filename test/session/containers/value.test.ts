import * as fc from 'fast-check'
import t from 'tap'
import type { TypeShape } from '../../../src/catalog/types.js'
import { CONTAINER_DEPTH_MAX, TOKENS_PER_VALUE_MAX } from '../../../src/limits.js'
import { REDACTED_TEXT, revealValue, type Revealed } from '../../../src/session/containers/index.js'
import type { Container } from '../../../src/sql/types.js'
import { fakeContext, fakeToken, HOSTILE_NAMES } from './fake-tokens.js'

const TEXT = 25
const TEXT_ARRAY = 1009
const RECORD = 2249
const JSON_OID = 114
const JSONB = 3802
const XML = 142
const RANGE = 90_001
const HSTORE = 90_002
const TSVECTOR = 3614

const SHAPES = new Map<number, TypeShape>([
  [RANGE, { kind: 'range', oid: RANGE }],
  [HSTORE, { kind: 'base', oid: HSTORE, name: 'hstore' }],
  [TSVECTOR, { kind: 'base', oid: TSVECTOR, name: 'tsvector' }],
])

const show = (value: string, oid: number, options: { quoting?: readonly Container[]; treat?: (text: string) => Revealed; format?: 0 | 1 } = {}): { text: string | null | undefined; opened: number; ambiguous: number } => {
  const context = fakeContext(SHAPES, options.treat)
  const revealed = revealValue(Buffer.from(value), oid, options.format ?? 0, options.quoting, context)
  return { text: revealed && Buffer.from(revealed).toString(), ...context.counts }
}

const NULLED = (): Revealed => ({ kind: 'null' })
const KEPT = (): Revealed => ({ kind: 'keep' })
const HAZARDOUS_MASK = (text: string): Revealed => ({ kind: 'text', text, fallback: '"•' })
const spacedJson = (name: string): string => `{ "b" :1,\n"a":"${name}", "a":"${name}" ,"u":"\\u00e9\\""}`
const records = (depth: number): Container[] => Array.from({ length: depth }, () => 'record' as const)
const EVIL = 'x","role":"admin'

void t.test('a value without a token is unchanged and asks nothing', async test => {
  test.same(show('{"a": "~pv1.not a token"}', JSONB), { text: undefined, opened: 0, ambiguous: 0 })
  test.same(show('plain ~pv1. text', TEXT, { quoting: [] }), { text: undefined, opened: 0, ambiguous: 0 })
})

void t.test('text of unknown quoting shows the mask of what could change its structure', async test => {
  for (const name of HOSTILE_NAMES) {
    const { text } = show(`{"name":"${fakeToken(name)}"}`, TEXT)
    const parsed: unknown = JSON.parse(text ?? '{"name":""}')
    test.same(parsed instanceof Object && Object.keys(parsed), ['name'], `${JSON.stringify(name)} adds no key`)
  }
  test.same(show(`<${fakeToken(EVIL)}>`, TEXT), { text: '<•••>', opened: 1, ambiguous: 1 })
  test.same(show(`<${fakeToken('Ann Lee')}>`, TEXT), { text: '<Ann Lee>', opened: 1, ambiguous: 0 })
  test.same(show(`-${fakeToken('')}-`, TEXT), { text: '-•••-', opened: 1, ambiguous: 1 })
  test.same(show(`-${fakeToken(' a')}-${fakeToken('b ')}-`, TEXT), { text: '-•••-•••-', opened: 2, ambiguous: 2 })
})

void t.test('a mask that is no safer than the text itself is not pasted either', async test => {
  test.equal(show(`{"a":"${fakeToken(EVIL)}"}`, TEXT, { treat: HAZARDOUS_MASK }).text, `{"a":"${REDACTED_TEXT}"}`)
})

void t.test('plain text is pasted as it is', async test => {
  test.same(show(`<${fakeToken(EVIL)}>`, TEXT, { quoting: [] }), { text: `<${EVIL}>`, opened: 1, ambiguous: 0 })
})

void t.test('opened text is not scanned again', async test => {
  const inner = fakeToken('secret')
  test.same(show(fakeToken(inner), TEXT), { text: inner, opened: 1, ambiguous: 0 })
  test.same(show(`{${fakeToken(inner)},x}`, TEXT_ARRAY), { text: `{${inner},x}`, opened: 1, ambiguous: 0 })
})

void t.test('a null treatment is NULL in each container', async test => {
  const token = fakeToken('x')
  const treat = NULLED
  test.equal(show(token, TEXT, { treat }).text, null)
  test.equal(show(`{a,${token}}`, TEXT_ARRAY, { treat }).text, '{a,NULL}')
  test.equal(show(`(a,${token},b)`, RECORD, { treat }).text, '(a,,b)')
  test.equal(show(`{"a": "${token}", "${token}": 1}`, JSONB, { treat }).text, '{"a": null, "": 1}')
  test.equal(show(`"k"=>"${token}", "${token}"=>"v"`, HSTORE, { treat }).text, '"k"=>NULL, ""=>"v"')
  test.equal(show(`<a b="${token}">${token}</a>`, XML, { treat }).text, '<a b=""></a>')
  test.equal(show(`a ${token} b`, TEXT, { treat }).text, 'a  b')
  test.equal(show(`a ${token} b`, TEXT, { treat, quoting: [] }).text, 'a  b')
})

void t.test('a binary array in which an element becomes NULL says so in its flags', async test => {
  const token = fakeToken('x')
  const header = Buffer.from('0000000100000000000000190000000100000001', 'hex')
  const length = Buffer.alloc(4)
  length.writeInt32BE(token.length)
  const revealed = revealValue(Buffer.concat([header, length, Buffer.from(token)]), TEXT_ARRAY, 1, undefined, fakeContext(SHAPES, NULLED))
  test.equal(Buffer.from(revealed ?? []).toString('hex'), '0000000100000001000000190000000100000001ffffffff')
})

void t.test('kept tokens leave the value unchanged', async test => {
  const token = fakeToken('x')
  for (const [value, oid] of [[token, TEXT], [`{${token}}`, TEXT_ARRAY], [`(${token})`, RECORD], [`{"a":"${token}"}`, JSON_OID], [`"k"=>"${token}"`, HSTORE], [`<a>${token}</a>`, XML], [`a${token}`, TEXT]] as const) {
    test.same(show(value, oid, { treat: KEPT }), { text: undefined, opened: 1, ambiguous: 0 })
  }
})

void t.test('tokens are asked for once each and in order', async test => {
  const seen: string[] = []
  const treat = (text: string): Revealed => { seen.push(text); return { kind: 'text', text, fallback: '' } }
  show(`{"1":"${fakeToken('a')}","2":["${fakeToken('b')}","x${fakeToken('c')}"],"${fakeToken('d')}":"${fakeToken('e')}"}`, JSON_OID, { treat })
  test.same(seen, ['a', 'b', 'c', 'd', 'e'])
})

void t.test('json keeps its spacing, order and duplicate keys', async test => {
  test.equal(show(spacedJson(fakeToken('Ann')), JSON_OID).text, spacedJson('Ann'))
})

void t.test('a token among other text in a string, field or element is unknown text', async test => {
  const token = fakeToken(EVIL)
  test.same(show(`{"a": "{\\"b\\": \\"${token}\\"}"}`, JSONB), { text: '{"a": "{\\"b\\": \\"•••\\"}"}', opened: 1, ambiguous: 1 })
  test.same(show(`{"x ${token}"}`, TEXT_ARRAY), { text: '{"x •••"}', opened: 1, ambiguous: 1 })
  test.same(show(`("x ${token}",1)`, RECORD), { text: '("x •••",1)', opened: 1, ambiguous: 1 })
  test.same(show(`("(${token},2)",1)`, RECORD), { text: '("(•••,2)",1)', opened: 1, ambiguous: 1 }, 'a record in an anonymous record')
  test.same(show(`"k"=>"x ${token}"`, HSTORE), { text: '"k"=>"x •••"', opened: 1, ambiguous: 1 })
  test.same(show(`<a>{${fakeToken('</a>')}}</a>`, XML), { text: '<a>{•••}</a>', opened: 1, ambiguous: 1 })
})

void t.test('XML: comments, CDATA, instructions and names are unknown text; text nodes are escaped', async test => {
  const token = fakeToken('--><b/>')
  for (const around of [['<!--', '-->'], ['<![CDATA[', ']]>'], ['<?pi ', '?>'], ['<a ', '/>'], ['<a>x', '</a>']] as const) {
    test.same(show(around.join(token), XML), { text: around.join('•••'), opened: 1, ambiguous: 1 }, around[0])
  }
  test.equal(show(`<a>${token}</a>`, XML).text, '<a>--&gt;&lt;b/&gt;</a>')
  test.equal(show(`<a b='${fakeToken("'\"")}'/>`, XML).text, "<a b='&#39;&quot;'/>")
  test.equal(show(fakeToken('<b/>'), XML).text, '&lt;b/&gt;', 'a bare token does not become markup')
})

void t.test('ranges and types whose inside is not known: unknown text; in binary they stay sealed', async test => {
  const token = fakeToken('a,b')
  test.same(show(`[${token},z)`, RANGE), { text: '[•••,z)', opened: 1, ambiguous: 1 })
  test.same(show(`'${token}':1`, TSVECTOR), { text: "'•••':1", opened: 1, ambiguous: 1 })
  test.same(show(`\u0001\u0000${token}`, RANGE, { format: 1 }), { text: undefined, opened: 0, ambiguous: 1 })
})

void t.test('a type which the catalogue lacks is text in text format; in binary only a bare token opens', async test => {
  const token = fakeToken('Ann')
  test.same(show(`x ${token}`, 99_999), { text: 'x Ann', opened: 1, ambiguous: 0 })
  test.same(show(token, 99_999, { format: 1 }), { text: 'Ann', opened: 1, ambiguous: 0 })
  test.same(show(`\u0000${token}`, 99_999, { format: 1 }), { text: undefined, opened: 0, ambiguous: 1 })
})

void t.test('values that are not of their type fall back to unknown text, in binary they stay sealed', async test => {
  const token = fakeToken('a,b')
  const broken: readonly (readonly [string, number])[] = [
    [`{${token}`, TEXT_ARRAY], [`{"${token}}`, TEXT_ARRAY], [`${token}}`, TEXT_ARRAY], [`{${token}}x`, TEXT_ARRAY], [`[1:${token}`, TEXT_ARRAY], [`{a{${token}}`, TEXT_ARRAY],
    [`(${token}`, RECORD], [`(${token})x`, RECORD], [`x${token}`, RECORD], [`("${token})`, RECORD],
    [`{"a":"${token}`, JSON_OID], [`{"a":${token}}`, JSONB], [`"k"=>${token}`, HSTORE], [`"k"="${token}"`, HSTORE], [`<a ${token}`, XML], [`<!--${token}`, XML],
  ]
  for (const [value, oid] of broken) test.same(show(value, oid), { text: value.replace(token, '•••'), opened: 1, ambiguous: 1 }, value)
  for (const oid of [TEXT_ARRAY, RECORD, JSONB, HSTORE]) test.same(show(`\u0000\u0000${token}`, oid, { format: 1 }), { text: undefined, opened: 0, ambiguous: 1 })
})

void t.test('no bytes make it throw, and nothing but tokens changes', async test => {
  const piece = fc.oneof(fc.constantFrom('{', '}', '"', '\\', '(', ')', ',', '[', ']', ':', '=>', '<', '>', '<!--', 'NULL', ' ', '~pv1.'), fc.constantFrom('a', '"x', '</').map(fakeToken), fc.string({ maxLength: 3 }))
  const oid = fc.constantFrom(TEXT, TEXT_ARRAY, RECORD, JSON_OID, JSONB, XML, HSTORE, RANGE, 2287, 199)
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), oid, fc.constantFrom(0 as const, 1 as const), (pieces, typeOid, format) => {
    const value = Buffer.from(pieces.join(''))
    revealValue(value, typeOid, format, undefined, fakeContext(SHAPES))
    return revealValue(value, typeOid, format, ['array', 'record', 'json'], fakeContext(SHAPES, KEPT)) === undefined
  }), { numRuns: 500 })
  test.pass('500 runs')
})

void t.test('binary arrays and records: every truncation stays sealed', async test => {
  const token = Buffer.from(fakeToken('a'))
  const field = Buffer.alloc(4)
  field.writeInt32BE(token.length)
  const array = Buffer.concat([Buffer.from('0000000100000000000000190000000100000001', 'hex'), field, token])
  const record = Buffer.concat([Buffer.from('0000000100000019', 'hex'), field, token])
  for (const [bytes, oid] of [[array, TEXT_ARRAY], [record, RECORD]] as const) {
    for (let end = 0; end < bytes.length; end++) test.equal(revealValue(bytes.subarray(0, end), oid, 1, undefined, fakeContext(SHAPES)), undefined)
    test.ok(revealValue(bytes, oid, 1, undefined, fakeContext(SHAPES)))
  }
})

void t.test('a count that lies does not choose how much is held', async test => {
  const bytes = Buffer.concat([Buffer.from('00000001000000000000001971ffffff00000001', 'hex'), Buffer.from(fakeToken('a'))])
  test.equal(revealValue(bytes, TEXT_ARRAY, 1, undefined, fakeContext(SHAPES)), undefined)
})

void t.test('nesting is followed to the limit and no further', async test => {
  const token = fakeToken('a,b')
  const nested = (depth: number): string => depth === 0 ? token : `(${nested(depth - 1).replace(/["\\(),\s]/g, '\\$&')})`
  // Doubling of backslashes bounds how deep a test can go, so the limit is checked on the plan's list, not on the text.
  test.equal(show(nested(3), TEXT, { quoting: records(3) }).ambiguous, 0)
  test.equal(show(nested(3), TEXT, { quoting: records(2) }).ambiguous, 1)
  const chain = new Map<number, TypeShape>(Array.from({ length: 40 }, (_, i) => [i + 1000, { kind: 'domain', oid: i + 1000, baseOid: i + 1001 }]))
  const context = fakeContext(chain)
  test.ok(revealValue(Buffer.from(token), 1000, 0, undefined, context), 'a chain of domains ends')
  test.ok(CONTAINER_DEPTH_MAX >= 3)
})

void t.test('tokens past the limit are redacted without being opened', async test => {
  const value = Buffer.from(fakeToken('a').repeat(TOKENS_PER_VALUE_MAX + 1))
  const context = fakeContext(SHAPES)
  const revealed = Buffer.from(revealValue(value, TEXT, 0, [], context) ?? []).toString()
  test.equal(context.counts.opened, TOKENS_PER_VALUE_MAX)
  test.equal(context.counts.ambiguous, 1)
  test.ok(revealed === 'a'.repeat(TOKENS_PER_VALUE_MAX) + REDACTED_TEXT)
})
