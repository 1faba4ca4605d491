import t from 'tap'
import type { Login, Policy, Role, Treatment } from '../../src/policy/types.js'
import { Rights, rightsAtLogin, rightsNow } from '../../src/session/rights.js'
import { fieldOf, policyOf, POLICY_YAML } from './session-harness.js'

const policy = policyOf(POLICY_YAML)
const field = fieldOf(policy, 'public.customers.email')
const login = (dbUser: string): Login => ({ dbUser, memberOf: new Set(), address: '127.0.0.1' })
const reading = (name: string, treatment: Treatment): Role => ({ ...policy.fallback, name, read: [{ pattern: '*', treatment }] })
const withRoles = (roles: readonly Role[]): Policy => ({ ...policy, roles, hash: 'new' })

t.test('the role at login is the first that matches', t => {
  t.equal(rightsAtLogin(policy, login('masked')).name, 'masked')
  t.equal(rightsAtLogin(policy, login('nobody')).name, policy.fallback.name)
  t.end()
})

t.test('a policy that gives less holds at once, one that gives more at the next login', t => {
  const [, masked = policy.fallback] = policy.roles
  const wider = withRoles([{ ...masked, read: [{ pattern: '*', treatment: { action: 'reveal' } }] }])
  t.match(rightsNow(masked, wider, login('masked'))?.decideRead(field), { treatment: { action: 'mask' } })
  t.match(rightsAtLogin(wider, login('masked')).decideRead(field), { treatment: { action: 'reveal' } })
  const narrower = withRoles([{ ...masked, read: [{ pattern: '*', treatment: { action: 'deny' } }] }])
  t.match(rightsNow(masked, narrower, login('masked'))?.decideRead(field), { treatment: { action: 'deny' } })
  t.end()
})

t.test('a session whose role is gone has no rights', t => {
  const [, masked = policy.fallback] = policy.roles
  t.equal(rightsNow(masked, withRoles([]), login('masked')), undefined)
  t.not(rightsNow(policy.fallback, withRoles([]), login('nobody')), undefined)
  t.end()
})

t.test('of two treatments the one that shows less is taken; where none does, as little as a mask can', t => {
  const mask: Treatment = { action: 'mask', mask: { kind: 'email' } }
  const other: Treatment = { action: 'mask', mask: { kind: 'initials' } }
  const both = (left: Treatment, right: Treatment): Treatment => new Rights([reading('a', left), reading('b', right)]).decideRead(field).treatment
  t.same(both({ action: 'reveal' }, mask), mask)
  t.same(both(mask, { action: 'reveal' }), mask)
  t.same(both(mask, { action: 'null' }), { action: 'null' })
  t.same(both({ action: 'sealed' }, { action: 'deny' }), { action: 'deny' })
  t.same(both(mask, mask), mask)
  t.same(both(mask, other), { action: 'mask', mask: { kind: 'redact' } })
  t.same(both({ action: 'null' }, { action: 'sealed' }), { action: 'mask', mask: { kind: 'redact' } })
  t.end()
})

t.test('sealed values may be written only if every role of the session may', t => {
  const yes = { ...policy.fallback, writesSealed: true }
  t.equal(new Rights([yes]).writesSealed, true)
  t.equal(new Rights([yes, policy.fallback]).writesSealed, false)
  t.end()
})
