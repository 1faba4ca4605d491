import t from 'tap'
import type { Field, Role } from '../../src/policy/types.js'
import { formatBinaryTextArray, formatTextArray, parseBinaryTextArray, parseTextArray } from '../../src/session/containers/index.js'
import { Rights } from '../../src/session/rights.js'
import { Sealer } from '../../src/session/sealing.js'
import type { SealPlan } from '../../src/sql/types.js'
import { fieldOf, policyOf, POLICY_YAML, TEXT, vaultFor } from './session-harness.js'

const policy = policyOf(POLICY_YAML)
const vault = vaultFor(policy)
const [reader] = policy.roles
if (reader === undefined) throw new Error('no role')
const own = (column: string): Field => fieldOf(policy, `public.customers.${column}`)
const sealerFor = (role: Role): Sealer => new Sealer({ policy, vault, rights: new Rights([role]) })
const sealer = sealerFor(reader)
const plan = (field: Field, options: Partial<SealPlan> = {}): SealPlan => ({ field, purpose: 'store', isArray: false, castCharactersMax: undefined, ...options })

const opened = (bytes: Uint8Array): string => {
  const result = vault.open(bytes, 0, bytes.length)
  return result.outcome === 'opened' ? result.plaintext.toString() : result.outcome
}
const stored = (text: string | Buffer, sealPlan: SealPlan): string => opened(sealer.seal(Buffer.from(text), sealPlan))

t.test('varchar(n) counts characters, cuts spaces and refuses the rest', t => {
  const email = plan(own('email'))
  t.equal(stored('x'.repeat(20), email), 'x'.repeat(20))
  t.equal(stored('😀'.repeat(20), email), '😀'.repeat(20))
  t.equal(stored(`${'x'.repeat(20)}   `, email), 'x'.repeat(20))
  t.throws(() => stored('x'.repeat(21), email), { code: 'value_too_long' })
  t.throws(() => stored('😀'.repeat(21), email), { code: 'value_too_long' })
  t.equal(stored('x'.repeat(30), plan(own('email'), { purpose: 'compare' })), 'x'.repeat(30), 'a value that is too long to be stored equals none')
  t.equal(stored('😀'.repeat(30), plan(own('name'), { castCharactersMax: 2 })), '😀😀')
  t.end()
})

t.test('dates are sealed in their one form', t => {
  const dob = plan(own('dob'))
  t.equal(stored('1990-12-31', dob), '1990-12-31')
  t.equal(stored('19901231', dob), '1990-12-31')
  for (const [text, code] of [['1990-02-30', 'date_out_of_range'], ['1990-12-31 and more', 'date_form_unsupported'], ['', 'date_invalid']] as const) t.throws(() => stored(text, dob), { code })
  const binary = Buffer.alloc(4)
  t.equal(opened(sealer.sealParameter(binary, 1, dob, 1, true)), '2000-01-01')
  t.throws(() => sealer.sealParameter(Buffer.alloc(3), 1, dob, 1, true), { code: 'binary_value_invalid' })
  t.end()
})

t.test("'' stays '' unless the policy says otherwise", t => {
  t.equal(sealer.seal(Buffer.alloc(0), plan(own('email'))).length, 0)
  t.equal(stored('', plan({ ...own('email'), sealsEmpty: true })), '')
  t.end()
})

t.test('bytes that are no text of the database are refused as it would', t => {
  for (const bytes of [Buffer.from('a\0b'), Buffer.from([0xff]), Buffer.from([0xc0, 0x80]), Buffer.from([0xed, 0xa0, 0x80])]) {
    t.throws(() => stored(bytes, plan(own('name'))), { code: 'text_not_utf8' })
  }
  t.equal(stored('\uFEFFx', plan(own('name'))), '\uFEFFx', 'a byte-order mark is a character like any other')
  t.end()
})

t.test('a value that is a mask of its field is refused, not stored over the truth', t => {
  t.throws(() => stored('a•••@b•••.com', plan(own('email'))), { code: 'masked_value_refused' })
  t.throws(() => stored('•••', plan(own('name'))), { code: 'masked_value_refused' })
  t.equal(stored('a•••@b•••.com', plan(own('email'), { purpose: 'compare' })), 'a•••@b•••.com')
  t.end()
})

t.test('equality values must fit an index entry', t => {
  const limited = plan({ ...own('email'), type: { kind: 'text' }, bytesMax: 10 })
  t.equal(stored('0123456789', limited), '0123456789')
  t.throws(() => stored('01234567890', limited), { code: 'value_too_large' })
  t.throws(() => stored('ääääää', limited), { code: 'value_too_large' })
  t.end()
})

t.test('sealed values are taken from who may write them, and for their own field only', t => {
  const name = own('name')
  const token = vault.seal({ name: name.name, protect: name.protect }, Buffer.from('Erika'))
  t.throws(() => sealer.seal(token, plan(name)), { code: 'sealed_write_denied' })
  t.throws(() => sealer.seal(token, plan(own('email'), { purpose: 'compare' })), { code: 'sealed_write_denied' })
  const restorer = sealerFor({ ...reader, writesSealed: true })
  t.same(restorer.seal(token, plan(name)), token)
  t.throws(() => restorer.seal(token, plan(own('email'))), { code: 'sealed_write_denied' })
  t.end()
})

t.test('arrays are sealed element by element, in both formats', t => {
  const elements = ['a@b.c', null, 'x "y", \\z']
  const array = plan(own('email'), { purpose: 'compare', isArray: true })
  const shown = (sealed: readonly (string | null)[] | undefined): readonly (string | null)[] | undefined => sealed?.map(each => (each === null ? null : opened(Buffer.from(each))))
  t.same(shown(parseTextArray(sealer.sealParameter(formatTextArray(elements), 0, array, 1, false))), elements)
  t.same(shown(parseBinaryTextArray(sealer.sealParameter(formatBinaryTextArray(elements, TEXT), 1, array, 1, false))), elements)
  t.throws(() => sealer.sealParameter(Buffer.from('no array'), 0, array, 1, false), { code: 'parameter_type_unsupported' })
  t.throws(() => sealer.sealParameter(Buffer.alloc(7), 1, array, 1, false), { code: 'parameter_type_unsupported' })
  t.end()
})
