import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { ProxyError } from '../../src/errors.js'
import { POLICY_FILE_BYTES_MAX } from '../../src/limits.js'
import { checkPolicyFiles, parsePolicy } from '../../src/policy/parse.js'

const check = (text: string): readonly string[] =>
  checkPolicyFiles([{ path: 'p.yaml', text }]).problems.map(({ line, column, reason }) => `${line}:${column} ${reason}`)

const column = (text: string): string => `version: 1\ntables:\n  public.t:\n    columns:\n      a: ${text}\n`
const read = (text: string): string =>
  `version: 1\ntables: { public.t: { columns: { a: { category: user.name, protect: random }, d: { category: user.demographic.date_of_birth, protect: random, type: date } } } }\nroles:\n  r:\n    match: { address: [10.0.0.0/8] }\n    read:\n      ${text}\n`

t.test('the demo policy is valid', async t => {
  const text = readFileSync(new URL('../../policies/crm.yaml', import.meta.url), 'utf8')
  const { policy, problems, warnings } = checkPolicyFiles([{ path: 'crm.yaml', text }])
  t.same(problems, [])
  t.ok(warnings.every(({ reason }) => /^DBA-controlled login|overlap/.test(reason)), 'nothing but logins to warn of')
  t.equal(policy?.fields.get('person_email')?.columns.length, 2)
  t.equal(policy?.tables.get('public.leads')?.columns.get('email'), policy?.tables.get('public.contacts')?.columns.get('email'), 'one field object for both')
  t.same(policy?.roles.map(role => role.name), ['crm', 'backup', 'support', 'marketing'])
  t.same(policy?.roles[1]?.write, [], 'sealed is no category')
  t.equal(policy?.roles[1]?.writesSealed, true)
})

t.test('each problem comes with its line and column', async t => {
  const cases: readonly (readonly [text: string, problem: string])[] = [
    ['', '1:1 expected a mapping, got nothing'],
    ['- a', '1:1 expected a mapping, got a list'],
    ['tables: {}\n', "1:1 the key 'version' is missing"],
    ['version: 2\n', "1:10 '2' is not allowed: use 1"],
    ['version: 1\ncolour: red\n', "2:1 unknown key 'colour'"],
    ['version: 1\nunclassified: mask\n', '2:1 unclassified is not built yet'],
    ['version: 1\ntables: { contacts: { columns: {} } }\n', "2:11 'contacts': a table is written like schema.table"],
    [column('{ protect: random }'), "5:7 the key 'category' is missing"],
    [column('{ category: user.name }'), "5:7 the key 'protect' is missing"],
    [column('{ category: user.nam, protect: random }'), '5:22 unknown category user.nam: use a fideslang key, or declare it under categories'],
    [column('{ category: user.name, protect: none }'), '5:42 protect: none is not built yet'],
    [column('{ category: user.name, protect: [equality, order] }'), '5:42 protect: order is not built yet'],
    [column('{ category: user.name, protect: rot13 }'), "5:42 'rot13' is no protection: use random or equality"],
    [column('{ category: user.name, protect: random, json: {} }'), '5:50 json is not built yet'],
    [column('{ category: user.name, protect: random, by: kind }'), '5:50 by is not built yet'],
    [column('{ category: user.name, protect: random, on_masked_write: keep }'), '5:50 on_masked_write is not built yet'],
    [column('{ category: user.name, protect: random, type: integer }'), '5:56 type integer is not built yet'],
    [column('{ category: user.name, protect: random, type: varchar(0) }'), "5:56 'varchar(0)' is no type: use text, varchar(n) or date"],
    [column('{ category: user.name, protect: random, max_bytes: 10 }'), '5:61 max_bytes goes with protect: equality only'],
    [column('{ category: user.name, protect: equality, max_bytes: 1801 }'), "5:63 '1801': Too big: expected number to be <=1800"],
    [column('{ category: user.name, protect: random, type: date, empty: sealed }'), "5:69 a date is never ''"],
    [column('{ category: user.name, protect: random, elsewhere: [public.t.a] }'), '5:62 public.t.a is a sealed column itself: give both the same field instead'],
    [column('{ category: user.name, protect: random, elsewhere: [t.a] }'), "5:62 't.a': a column is written like schema.table.column"],
    [read('user.name: redact'), '7:18 a mask is written { mask: redact }'],
    [read('user.name: show'), "7:18 'show' is no treatment: use reveal, null, sealed, deny or { mask: … }"],
    [read('user.name: { mask: foo }'), "7:26 'foo' is no mask: use one of redact, email, first, last, initials, year, year_month, postcode, bucket, pseudonym, constant"],
    [read('user.name: { mask: first }'), "7:7 the key 'keep' is missing"],
    [read('user.name: { mask: email, keep: 2 }'), "7:33 unknown key 'keep'"],
    [read('user..name: reveal'), "7:7 'user..name': a category pattern is written like user.contact.email, user.contact.* or *"],
    [read('user.name: { mask: year }'), '7:7 mask year needs type: date (public.t.a is text)'],
    [read('"*": { mask: email }'), '7:7 mask email cannot keep a date a date: use redact, year, year_month, bucket, pseudonym or a constant date (public.t.d is date)'],
    [read('user.demographic.*: { mask: constant, value: soon }'), '7:7 mask constant: the value for a date must be written YYYY-MM-DD (public.t.d is date)'],
    ['version: 1\nroles: { r: { match: {}, read: {} } }\n', '2:22 match needs at least one of db_user, member_of, address'],
    ['version: 1\nroles: { r: { match: { client_cert: [x] }, read: {} } }\n', '2:24 client_cert is not built yet'],
    ['version: 1\nroles: { r: { match: { proxy_auth: x }, read: {} } }\n', '2:24 proxy_auth is not built yet'],
    ['version: 1\nroles: { r: { match: { db_user: x }, read: {} } }\n', '2:33 expected a list, got a string'],
    ['version: 1\nroles: { r: { match: { address: [10.0.0.0/33] }, read: {} } }\n', "2:34 '10.0.0.0/33' is no address or CIDR network"],
    ['version: 1\nroles: { default: { match: { db_user: [x] }, read: {} } }\n', '2:10 the name default is taken by the role of logins that match no other'],
    ['version: 1\ndefault: { read: { "*": reveal } }\n', '2:20 default may not reveal: it is for logins that nobody named'],
    ['version: 1\ndefault: { read: {}, write: ["*"] }\n', "2:22 unknown key 'write'"],
    ['version: 1\n__proto__: {}\n', "2:1 the key '__proto__' is not allowed"],
    ['version: 1\nversion: 1\n', '2:1 Map keys must be unique'],
    ['version: 1\ntables: *missing\n', '2:9 the alias *missing has no anchor before it'],
  ]
  for (const [text, problem] of cases) t.ok(check(text).includes(problem), problem, { found: check(text) })
})

t.test('syntax errors have a place, whatever follows', async t => {
  const [first] = check('version: 1\ntables: [\n')
  t.match(first, /^\d+:\d+ /)
  t.match(check('version: 1\n---\nversion: 1\n')[0], /^2:1 a policy file holds one document/)
})

t.test('all problems of a file are reported, by line', async t => {
  const found = check('version: 2\ncolour: red\ntables: { x: { columns: {} } }\n')
  t.equal(found.length, 3)
  t.same(found.map(line => line.split(':')[0]), ['1', '2', '3'])
})

t.test('a role that reveals needs a factor which database administrators do not control', async t => {
  const role = (match: string, read: string, more = ''): string => `version: 1\n${more}roles:\n  r: { match: ${match}, read: { "*": ${read} } }\n`
  const refused = /3:8 role r reveals, but database administrators control/
  t.match(check(role('{ db_user: [a] }', 'reveal'))[0], refused)
  t.match(check(role('{ member_of: [a], db_user: [b] }', 'reveal'))[0], refused)
  t.same(check(role('{ db_user: [a], address: [10.1.2.3] }', 'reveal')), [])
  t.same(check(role('{ db_user: [a] }', 'sealed')), [], 'sealed values tell nothing')
  const trusted = checkPolicyFiles([{ path: 'p', text: role('{ db_user: [a] }', 'reveal', 'trust_database_logins: true\n') }])
  t.same(trusted.problems, [])
  t.match(trusted.warnings[0], { line: 4, reason: /^DBA-controlled login/ })
})

t.test('columns that share a field must agree', async t => {
  const shared = (other: string): readonly string[] =>
    check(`version: 1\ntables:\n  public.t:\n    columns:\n      a: { category: user.name, protect: equality, field: f }\n      b: { field: f, ${other} }\n`)
  t.same(shared('category: user.name, protect: equality'), [])
  t.match(shared('category: user.name.first, protect: equality')[0], /^6:32 field f: category differs from public.t.a \(p.yaml:5\)/)
  t.match(shared('category: user.name, protect: random')[0], /^6:52 field f: protect differs/)
  t.match(shared('category: user.name, protect: equality, type: date')[0], /^6:68 field f: type differs/)
  t.match(shared('category: user.name, protect: equality, empty: sealed')[0], /^6:69 field f: empty differs/)
})

t.test('several files become one policy', async t => {
  const tables = { path: 'a.yaml', text: column('{ category: x.y, protect: random }') }
  const roles = { path: 'b.yaml', text: 'version: 1\ncategories: [x.y]\nroles: { r: { match: { address: [::1] }, read: { x.y: reveal } } }\n' }
  const policy = parsePolicy([tables, roles])
  t.equal(policy.fields.size, 1)
  t.equal(policy.roles.length, 1)
  const again = checkPolicyFiles([tables, roles, { ...tables, path: 'c.yaml' }, { ...roles, path: 'd.yaml' }])
  t.same(again.problems.map(problem => `${problem.source}:${problem.line}:${problem.column} ${problem.reason}`), [
    'c.yaml:3:3 table public.t is defined twice; the first one is in a.yaml:3',
    'd.yaml:3:10 role r is defined twice; the first one is in b.yaml:3',
  ])
})

t.test('patterns that no column needs are warned of', async t => {
  const { warnings } = checkPolicyFiles([{ path: 'p', text: read('user.contact.email: reveal\n    search: [user.financial.*]') }])
  t.same(warnings.map(({ line, reason }) => `${line} ${reason}`), [
    '7 role r: no column has a category that user.contact.email covers',
    '8 role r: no column has a category that user.financial.* covers',
  ])
})

t.test('parsePolicy throws the first problem as an error', async t => {
  try {
    parsePolicy([{ path: 'p.yaml', text: 'version: 2\ncolour: red\n' }])
    t.fail('must throw')
  } catch (error) {
    t.ok(error instanceof ProxyError)
    t.match(error, { code: 'policy_invalid', facts: { source: 'p.yaml', line: 1, column: 10 }, message: /^p.yaml:1:10: '2' is not allowed: use 1 \(and 1 more/ })
  }
})

t.test('the hash follows the content, not its layout', async t => {
  const hash = (text: string): string => parsePolicy([{ path: 'p', text }]).hash
  const one = hash(column('{ category: user.name, protect: random }'))
  t.match(one, /^[0-9a-f]{16}$/)
  t.equal(one, hash(`# comment\n${column('{ protect: random, category: user.name, type: text }')}`))
  t.not(one, hash(column('{ category: user.name, protect: equality }')))
})

t.test('limits: a file at the limit and beyond', async t => {
  const padded = (bytes: number): string => 'version: 1\n#'.padEnd(bytes, 'x')
  t.same(check(padded(POLICY_FILE_BYTES_MAX)), [])
  t.same(check(padded(POLICY_FILE_BYTES_MAX + 1)), [`1:1 longer than ${POLICY_FILE_BYTES_MAX} bytes`])
})

t.test('a file that expands to far more than it says is refused', async t => {
  const levels = Array.from({ length: 12 }, (_, level) => `x${level}: &x${level} [${Array.from({ length: 9 }, () => (level === 0 ? '1' : `*x${level - 1}`)).join(', ')}]`)
  t.match(check(`version: 1\n${levels.join('\n')}\n`)[0], /too many aliases/)
})

t.test('property: no text makes the check throw, and every problem has a place in the file', async () => {
  const fragment = fc.constantFrom('version: 1\n', 'tables:\n', '  public.t: ', '{ columns: ', '{ a: ', '}', '[', ']', ': ', '- ', '&a ', '*a', '"', "'", '\n', '  ', '!!binary ', '? ', 'roles:\n', 'read: null', '\t', '😀', '__proto__: ')
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 30 }), fragments => {
      const text = fragments.join('')
      const { policy, problems } = checkPolicyFiles([{ path: 'p', text }])
      const lines = text.split('\n').length
      return (policy === undefined) === problems.length > 0 && problems.every(({ line, column: at }) => line >= 1 && line <= lines + 1 && at >= 1)
    }),
    { numRuns: 300 },
  )
})
