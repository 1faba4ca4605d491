import t from 'tap'
import type { Policy, Treatment } from '../../src/policy/types.js'
import { Execution } from '../../src/session/execution.js'
import { DIAGNOSTIC_SHAPE, markerAt, Revealer } from '../../src/session/revealing.js'
import type { ColumnShape } from '../../src/session/result-shape.js'
import { Rights } from '../../src/session/rights.js'
import { decodeDateBinary } from '../../src/wire/text-forms.js'
import { catalogFor, fieldOf, policyOf, POLICY_YAML, vaultFor } from './session-harness.js'

const policy = policyOf(POLICY_YAML)
const vault = vaultFor(policy)
const catalog = catalogFor(policy)

const sealed = (column: string, text: string): Buffer => {
  const { name, protect, type } = fieldOf(policy, `public.customers.${column}`)
  return vault.seal({ name, protect, isFixedWidth: type.kind === 'date' }, Buffer.from(text))
}
const newExecution = (): Execution => new Execution({ text: '', plan: undefined, protocol: 'simple', isRewritten: false }, [])
const revealerFor = (treatment: Treatment, known: Policy = policy): Revealer =>
  new Revealer({ policy: known, catalog, vault, rights: new Rights([{ ...policy.fallback, read: [{ pattern: '*', treatment }] }]) })

const homeOf = (column: string, shape: Partial<ColumnShape> = {}): ColumnShape => {
  const field = fieldOf(policy, `public.customers.${column}`)
  return { ...DIAGNOSTIC_SHAPE, field, home: { kind: 'column', fieldNames: new Set([field.name]) }, ...shape }
}

const REVEAL: Treatment = { action: 'reveal' }
const shown = (value: Buffer, shape: ColumnShape, treatment: Treatment = REVEAL, execution = newExecution()): string | null | undefined => {
  const result = revealerFor(treatment).reveal(value, shape, execution)
  return result === null || result === undefined ? result : Buffer.from(result).toString()
}

t.test('each treatment shows what it says, and is counted', t => {
  const cases: readonly (readonly [Treatment, string | null | undefined])[] = [
    [REVEAL, 'anna@example.com'],
    [{ action: 'mask', mask: { kind: 'email' } }, 'a•••@e•••.com'],
    [{ action: 'mask', mask: { kind: 'redact' } }, '•••'],
    [{ action: 'null' }, null],
    [{ action: 'sealed' }, undefined],
    [{ action: 'deny' }, '•••'],
  ]
  for (const [treatment, expected] of cases) {
    const execution = newExecution()
    t.equal(shown(sealed('email', 'anna@example.com'), homeOf('email'), treatment, execution), expected, treatment.action)
    t.same([...execution.fields.values()].map(tally => [...tally.shown]), [[[treatment.action, 1]]])
  }
  t.end()
})

t.test('a value of another field is redacted in a home column, for every role but sealed', t => {
  const execution = newExecution()
  t.equal(shown(sealed('name', 'Erika'), homeOf('email'), REVEAL, execution), '•••')
  t.equal(execution.relocated, 1)
  t.equal(shown(sealed('name', 'Erika'), homeOf('email'), { action: 'sealed' }), undefined)
  t.equal(shown(sealed('name', 'Erika'), DIAGNOSTIC_SHAPE), 'Erika', 'an expression is nobody’s home and anybody’s')
  t.end()
})

t.test('what does not open is redacted for all and counted, whatever is wrong with it', t => {
  const token = sealed('email', 'anna@example.com')
  const fragment = token.subarray(0, -3)
  const execution = newExecution()
  t.equal(shown(fragment, homeOf('email'), REVEAL, execution), '•••')
  t.equal(execution.forged, 1)
  t.equal(shown(fragment, DIAGNOSTIC_SHAPE), undefined, 'elsewhere a text with the marker is data')
  t.end()
})

t.test('a token whose field no policy has is redacted', t => {
  const without: Policy = { ...policy, fields: new Map() }
  const execution = newExecution()
  t.equal(Buffer.from(revealerFor(REVEAL, without).reveal(sealed('name', 'Erika'), DIAGNOSTIC_SHAPE, execution) ?? '').toString(), '•••')
  t.equal(execution.forged, 1)
  t.end()
})

t.test('dates are shown in the format of the client, redacted ones too', t => {
  const dates = homeOf('dob', { format: 1, shownType: { kind: 'date' } })
  const date = (value: Buffer, treatment: Treatment): string => decodeDateBinary(revealerFor(treatment).reveal(value, dates, newExecution()) ?? Buffer.alloc(0))
  t.equal(date(sealed('dob', '1990-12-31'), REVEAL), '1990-12-31')
  t.equal(date(sealed('dob', '1990-12-31'), { action: 'mask', mask: { kind: 'year' } }), '1990-01-01')
  t.match(date(sealed('name', 'Erika'), REVEAL), /^\d{4}-\d\d-\d\d$/u, 'a relocated value of another type')
  t.match(date(sealed('dob', '1990-12-31').subarray(0, -3), REVEAL), /^\d{4}-\d\d-\d\d$/u, 'a fragment')
  t.end()
})

t.test('inside a text that nothing is known of, only harmless values are shown', t => {
  const around = (text: string): Buffer => Buffer.concat([Buffer.from('Key ('), sealed('name', text), Buffer.from(')')])
  const execution = newExecution()
  t.equal(shown(around('Erika'), DIAGNOSTIC_SHAPE, REVEAL, execution), 'Key (Erika)')
  t.equal(execution.ambiguous, 0)
  t.equal(shown(around('x","role":"admin'), DIAGNOSTIC_SHAPE, REVEAL, execution), 'Key (•••)')
  t.equal(execution.ambiguous, 1)
  t.end()
})

t.test('opened text is never scanned again', t => {
  const inner = sealed('email', 'a@b.c').toString('latin1')
  t.equal(shown(sealed('name', inner), homeOf('name')), inner)
  t.end()
})

t.test('the marker is found within its bounds', t => {
  const bytes = Buffer.from('ab~pv1.cd~pv1.')
  t.equal(markerAt(bytes, 0, bytes.length), 2)
  t.equal(markerAt(bytes, 3, bytes.length), 9)
  t.equal(markerAt(bytes, 3, 9), -1)
  t.equal(markerAt(bytes, 10, bytes.length), -1)
  t.end()
})
