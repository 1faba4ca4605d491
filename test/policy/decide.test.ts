import t from 'tap'
import { decideRead, mayOverwrite, maySearch, mayWrite, leakageLine } from '../../src/policy/decide.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Field, Policy, Role } from '../../src/policy/types.js'

const policyOf = (role: string): Policy =>
  parsePolicy([{
    path: 'p',
    text: `version: 1
tables:
  public.t:
    columns:
      name: { category: user.name, protect: random }
      first: { category: user.name.first, protect: random }
      email: { category: user.contact.email, protect: equality, empty: sealed }
      born: { category: user.demographic.date_of_birth, protect: equality, type: date }
roles:
  r: { match: { address: [10.0.0.0/8] }, ${role} }
`,
  }])

const roleOf = (policy: Policy): Role => policy.roles[0] ?? policy.fallback
const fieldOf = (policy: Policy, column: string): Field => {
  const field = policy.fields.get(`public.t.${column}`)
  if (field === undefined) throw new RangeError(column)
  return field
}

t.test('the most specific category wins, in whatever order the rules stand', async t => {
  for (const rules of ['"*": sealed, "user.*": null, "user.name.*": reveal, user.name.first: deny', 'user.name.first: deny, "user.name.*": reveal, "user.*": null, "*": sealed']) {
    const policy = policyOf(`read: { ${rules} }`)
    const role = roleOf(policy)
    t.same(decideRead(role, fieldOf(policy, 'first')), { treatment: { action: 'deny' }, rule: 'roles.r.read["user.name.first"]' })
    t.same(decideRead(role, fieldOf(policy, 'name')), { treatment: { action: 'reveal' }, rule: 'roles.r.read["user.name.*"]' }, 'x.* covers x itself')
    t.same(decideRead(role, fieldOf(policy, 'email')).treatment, { action: 'null' })
  }
  const policy = policyOf('read: { user.name: reveal, "user.nam.*": reveal }')
  t.same(decideRead(roleOf(policy), fieldOf(policy, 'first')), { treatment: { action: 'mask', mask: { kind: 'redact' } }, rule: 'roles.r.read: no pattern fits, redact' })
})

t.test('the fallback masks all, and neither searches nor writes', async t => {
  const policy = policyOf('read: {}')
  const field = fieldOf(policy, 'email')
  t.same(decideRead(policy.fallback, field), { treatment: { action: 'mask', mask: { kind: 'redact' } }, rule: 'default.read["*"]' })
  for (const right of [maySearch, mayWrite, mayOverwrite]) t.equal(right(policy.fallback, field).allowed, false)
})

t.test('rights name the line that gives or withholds them', async t => {
  const policy = policyOf('read: { "*": reveal }, search: [user.contact.email], write: ["user.name.*"]')
  const role = roleOf(policy)
  t.same(maySearch(role, fieldOf(policy, 'email')), { allowed: true, rule: 'roles.r.search["user.contact.email"]' })
  t.same(maySearch(role, fieldOf(policy, 'first')), { allowed: false, rule: 'roles.r.search' })
  t.same(mayWrite(role, fieldOf(policy, 'first')), { allowed: true, rule: 'roles.r.write["user.name.*"]' })
  t.same(mayWrite(role, fieldOf(policy, 'email')), { allowed: false, rule: 'roles.r.write' })
})

t.test('deny implies no search and no write', async t => {
  const policy = policyOf('read: { "*": deny }, search: ["*"], write: ["*", sealed], overwrite: true')
  const field = fieldOf(policy, 'email')
  for (const right of [maySearch, mayWrite, mayOverwrite]) t.same(right(roleOf(policy), field), { allowed: false, rule: 'roles.r.read["*"]' })
})

t.test('who reads masked may not overwrite, unless the policy says so', async t => {
  const overwrite = (role: string): boolean => {
    const policy = policyOf(role)
    return mayOverwrite(roleOf(policy), fieldOf(policy, 'email')).allowed
  }
  t.equal(overwrite('read: { "*": reveal }, write: ["*"]'), true)
  t.equal(overwrite('read: { "*": reveal }'), false, 'it takes the right to write, too')
  t.equal(overwrite('read: { "*": { mask: redact } }, write: ["*"]'), false)
  t.equal(overwrite('read: { "*": null }, write: ["*"]'), false)
  t.equal(overwrite('read: { "*": { mask: redact } }, write: ["*"], overwrite: true'), true)
  t.equal(overwrite('read: { "*": { mask: redact } }, write: ["*"], overwrite: [user.contact.email]'), true)
  t.equal(overwrite('read: { "*": { mask: redact } }, write: ["*"], overwrite: [user.name]'), false)
  t.equal(overwrite('read: { "*": { mask: redact } }, overwrite: ["*"]'), false)
  t.equal(overwrite('read: { "*": sealed }, write: [sealed]'), true, 'a restore')
})

t.test('leakage lines name what stays visible', async t => {
  const policy = policyOf('read: {}')
  t.equal(leakageLine(fieldOf(policy, 'name')), "random: visible are presence (NULL, ''), size in steps of 16 bytes (64 from 256 on)")
  t.match(leakageLine(fieldOf(policy, 'email')), /presence \(NULL\), size.*equal values and their frequencies; who can both write/)
  t.notMatch(leakageLine(fieldOf(policy, 'born')), /size/, 'dates are padded to one size')
})
