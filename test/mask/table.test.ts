import fc from 'fast-check'
import t from 'tap'
import { applyMask, fieldMaskShapes, isMaskShaped } from '../../src/mask/table.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { FieldType, MaskSpec } from '../../src/policy/types.js'

const TEXT: FieldType = { kind: 'text' }
const DATE: FieldType = { kind: 'date' }
const varchar = (charactersMax: number): FieldType => ({ kind: 'varchar', charactersMax })
const KEY = new Uint8Array(32).fill(7)
const mask = (spec: MaskSpec, text: string, type: FieldType = TEXT): string => applyMask(spec, { text, type, pseudonymKey: () => KEY })

const BULLET_MASKS: readonly MaskSpec[] = [
  { kind: 'redact' }, { kind: 'email' }, { kind: 'first', keep: 1 }, { kind: 'first', keep: 4 }, { kind: 'last', keep: 1 }, { kind: 'last', keep: 3 },
  { kind: 'initials' }, { kind: 'postcode', keep: 2 },
]
const ALL_MASKS: readonly MaskSpec[] = [
  ...BULLET_MASKS, { kind: 'year' }, { kind: 'year_month' }, { kind: 'bucket', size: 10 }, { kind: 'pseudonym' }, { kind: 'constant', value: 'hidden' },
]

t.test('examples', async t => {
  const cases: readonly (readonly [MaskSpec, string, string])[] = [
    [{ kind: 'redact' }, 'anything', '•••'],
    [{ kind: 'email' }, 'jane@example.com', 'j•••@e•••.com'],
    [{ kind: 'email' }, '"a@b"@example.org', '"•••@e•••.org'],
    [{ kind: 'email' }, 'jörg@müller-und-söhne.example', 'j•••@m•••.example'],
    [{ kind: 'email' }, 'a@b.de', '•••'],
    [{ kind: 'email' }, 'no address', '•••'],
    [{ kind: 'email' }, '@example.com', '•••'],
    [{ kind: 'email' }, 'jane@example', '•••'],
    [{ kind: 'email' }, 'jane@example.com.', '•••'],
    [{ kind: 'email' }, 'her password is x@y.my secret', '•••'],
    [{ kind: 'first', keep: 3 }, 'Margarete', 'Mar•••'],
    [{ kind: 'first', keep: 3 }, 'Maria', '•••'],
    [{ kind: 'last', keep: 3 }, '+49 30 1234567', '•••567'],
    [{ kind: 'last', keep: 3 }, '12345', '•••'],
    [{ kind: 'last', keep: 1 }, 'ab🇩🇪🇫🇷cd🇩🇪', '•••🇩🇪'],
    [{ kind: 'first', keep: 1 }, '👨‍👩‍👧‍👦abc', '•••'],
    [{ kind: 'initials' }, 'Anna Schmidt', 'A. S•••'],
    [{ kind: 'initials' }, '  Anna  Maria von Schmidt ', 'A. S•••'],
    [{ kind: 'initials' }, 'Émile', 'É•••'],
    [{ kind: 'initials' }, 'A B', '•••'],
    [{ kind: 'initials' }, ' \t', '•••'],
    [{ kind: 'postcode', keep: 2 }, '80331', '80•••'],
    [{ kind: 'postcode', keep: 2 }, 'SW1A 1AA', 'SW•••'],
    [{ kind: 'postcode', keep: 3 }, '80331', '•••'],
    [{ kind: 'postcode', keep: 2 }, '80331, 3rd floor', '•••'],
    [{ kind: 'constant', value: 'hidden' }, 'x', 'hidden'],
    [{ kind: 'year' }, 'not a date', '•••'],
  ]
  for (const [spec, input, output] of cases) t.equal(mask(spec, input), output, `${spec.kind} ${input}`)
})

t.test('dates stay dates', async t => {
  const cases: readonly (readonly [MaskSpec, string, string])[] = [
    [{ kind: 'redact' }, '1987-05-23', '0001-01-01'],
    [{ kind: 'year' }, '1987-05-23', '1987-01-01'],
    [{ kind: 'year' }, '0044-03-15 BC', '0044-01-01 BC'],
    [{ kind: 'year' }, '12345-03-15', '12345-01-01'],
    [{ kind: 'year' }, 'infinity', '0001-01-01'],
    [{ kind: 'year_month' }, '1987-05-23', '1987-05-01'],
    [{ kind: 'bucket', size: 10 }, '1987-05-23', '1980-01-01'],
    [{ kind: 'bucket', size: 100 }, '0044-03-15', '0001-01-01'],
    [{ kind: 'bucket', size: 10 }, '0044-03-15 BC', '0001-01-01'],
    [{ kind: 'constant', value: '2000-01-01' }, '1987-05-23', '2000-01-01'],
    [{ kind: 'email' }, '1987-05-23', '0001-01-01'],
  ]
  for (const [spec, input, output] of cases) t.equal(mask(spec, input, DATE), output, `${spec.kind} ${input}`)
})

t.test('pseudonyms are stable, keyed and typed', async t => {
  const pseudonym = (text: string, type: FieldType, key = KEY): string => applyMask({ kind: 'pseudonym' }, { text, type, pseudonymKey: () => key })
  t.match(pseudonym('anna', TEXT), /^p[a-z2-7]{16}$/)
  t.equal(pseudonym('anna', TEXT), pseudonym('anna', TEXT))
  t.not(pseudonym('anna', TEXT), pseudonym('Anna', TEXT))
  t.not(pseudonym('anna', TEXT), pseudonym('anna', TEXT, new Uint8Array(32)))
  t.match(pseudonym('1987-05-23', DATE), /^19\d\d-\d\d-\d\d$/)
  t.equal(pseudonym('anna', varchar(9)).length, 9)
  t.equal(pseudonym('anna', varchar(8)), '•••', 'too little room to tell values apart')
})

t.test('the key is asked for by pseudonyms only', async t => {
  const pseudonymKey = (): Uint8Array => {
    throw new RangeError('not needed')
  }
  for (const spec of BULLET_MASKS) t.doesNotThrow(() => applyMask(spec, { text: 'x', type: TEXT, pseudonymKey }))
})

t.test("'' stays '', spaces do not", async t => {
  for (const spec of ALL_MASKS) {
    t.equal(mask(spec, ''), '')
    if (spec.kind !== 'pseudonym' && spec.kind !== 'constant') t.match(mask(spec, '   '), /^ ?••• ?$/, spec.kind)
  }
})

const piece = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('@', '.', '. ', ' ', '•', '•••', '👨‍👩‍👧‍👦', '🇩🇪', 'e\u0301', '~pv1.', 'com', 'ab.c', '1', '\n'))
const hostile = fc.array(piece, { maxLength: 10 }).map(pieces => pieces.join(''))
const bulletMask = fc.constantFrom(...BULLET_MASKS)
const anyType = fc.oneof(fc.constant(TEXT), fc.constant(DATE), fc.integer({ min: 1, max: 30 }).map(varchar))
const count = (text: string): number => Array.from(text).length

t.test('property: at most half of the characters, a fixed number of bullets', async () => {
  // Bullets of the input itself would blur the count.
  const plain = hostile.map(text => text.replaceAll('•', 'x')).filter(text => text !== '')
  fc.assert(fc.property(bulletMask, plain, (spec, text) => {
    const masked = mask(spec, text)
    const shown = masked.replaceAll('•', '')
    // The dot of `A. S•••` is the mask's own.
    const own = spec.kind === 'initials' && shown.includes('. ') ? 1 : 0
    const bullets = count(masked) - count(shown)
    return 2 * (count(shown) - own) <= count(text) && bullets === (spec.kind === 'email' && masked !== '•••' ? 6 : 3)
  }), { numRuns: 2_000 })
})

t.test('property: the result is whole characters that fit the type', async () => {
  fc.assert(fc.property(fc.constantFrom(...ALL_MASKS), hostile, anyType, (spec, text, type) => {
    const masked = mask(spec, text, type)
    const fits = type.kind !== 'varchar' || count(masked) <= type.charactersMax
    const isDate = type.kind !== 'date' || masked === '' || /^\d{4,7}-\d\d-\d\d( BC)?$/.test(masked) || spec.kind === 'constant'
    return !/\p{Surrogate}/u.test(masked) && fits && isDate && (masked === '') === (text === '')
  }), { numRuns: 2_000 })
})

t.test('property: what a mask made is recognised when it comes back', async () => {
  fc.assert(fc.property(bulletMask, hostile, anyType, (spec, text, type) => text === '' || isMaskShaped(spec, type, mask(spec, text, type))), { numRuns: 2_000 })
})

t.test('plain values do not look like masks', async t => {
  for (const spec of ALL_MASKS) for (const text of ['', 'Anna', 'jane@example.com', 'A. Schmidt', '80331', '•', 'x••']) t.equal(isMaskShaped(spec, TEXT, text), false, `${spec.kind} ${text}`)
  t.equal(isMaskShaped({ kind: 'year' }, DATE, '1987-01-01'), false, 'somebody is born on it')
  t.equal(isMaskShaped({ kind: 'year' }, DATE, '0001-01-01'), true)
  t.equal(isMaskShaped({ kind: 'constant', value: '••' }, TEXT, '••'), true)
})

t.test('shape tests and masks of long hostile texts take linear time', async t => {
  const long = 'a. •••@'.repeat(100_000)
  for (const spec of ALL_MASKS) {
    t.ok(mask(spec, long).length < 100)
    for (const text of [long, `${long}•••`, `•••${long}`, `${long}.com`]) t.equal(typeof isMaskShaped(spec, TEXT, text), 'boolean')
  }
})

t.test('the shapes of a field are those of all roles', async t => {
  const policy = parsePolicy([{
    path: 'p',
    text: `version: 1
tables: { public.t: { columns: { email: { category: user.contact.email, protect: equality }, name: { category: user.name, protect: random } } } }
roles:
  a: { match: { db_user: [a] }, read: { user.contact.email: { mask: email } } }
  b: { match: { db_user: [b] }, read: { user.contact.email: { mask: last, keep: 4 }, "*": sealed } }
`,
  }])
  const shapes = (column: string): ((text: string) => boolean) => {
    const field = policy.fields.get(`public.t.${column}`)
    return field === undefined ? () => false : fieldMaskShapes(policy, field)
  }
  for (const text of ['•••', 'j•••@e•••.com', '•••.com']) t.equal(shapes('email')(text), true, text)
  t.equal(shapes('email')('jane@example.com'), false)
  t.equal(shapes('name')('•••'), true)
  t.equal(shapes('name')('•••.com'), false)
})
