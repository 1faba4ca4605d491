import t from 'tap'
import { addressMatches, matchRole, parseCidr } from '../../src/policy/match-role.js'
import { overlaps } from '../../src/policy/overlaps.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Login, Policy } from '../../src/policy/types.js'

const policyOf = (...matches: readonly string[]): Policy =>
  parsePolicy([{ path: 'p', text: `version: 1\nroles:\n${matches.map((match, index) => `  r${index}: { match: ${match}, read: {} }\n`).join('')}` }])

const login = (more: Partial<Login> = {}): Login => ({ dbUser: 'anna', memberOf: new Set(), address: '10.0.0.7', ...more })

t.test('the first role in file order whose keys all hold', async t => {
  const policy = policyOf('{ db_user: [max, anna], address: [192.168.0.0/16] }', '{ member_of: [support, sales] }', '{ db_user: [anna] }')
  const name = (more?: Partial<Login>): string => matchRole(policy, login(more)).name
  t.equal(name(), 'r2')
  t.equal(name({ address: '192.168.3.4' }), 'r0')
  t.equal(name({ memberOf: new Set(['sales']) }), 'r1')
  t.equal(name({ dbUser: 'dba' }), 'default')
  t.equal(name({ dbUser: 'Anna' }), 'default', 'names are exact')
  t.equal(name({ dbUser: 'x', address: 'garbage' }), 'default')
})

t.test('a match without keys takes nobody, even if one gets past the parser', async t => {
  const policy = policyOf('{ db_user: [x] }')
  const open = policy.roles.map(role => ({ ...role, match: { dbUser: undefined, memberOf: undefined, address: undefined } }))
  t.equal(matchRole({ ...policy, roles: open }, login()).name, 'default')
})

t.test('addresses', async t => {
  t.equal(addressMatches(['10.0.0.0/8'], '10.255.0.1'), true)
  t.equal(addressMatches(['10.0.0.0/8'], '11.0.0.1'), false)
  t.equal(addressMatches(['10.0.0.0/8'], '::ffff:10.1.1.1'), true, 'a dual-stack socket')
  t.equal(addressMatches(['10.0.0.7'], '10.0.0.8'), false)
  t.equal(addressMatches(['0.0.0.0/0'], '::1'), false)
  t.equal(addressMatches(['2001:db8::/32'], '2001:db8:1::5'), true)
  t.equal(addressMatches(['fe80::/10'], 'fe80::1%eth0'), true)
  for (const bad of ['', '10.0.0', '10.0.0.0/', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/-1', 'host', 'fe80::1%eth0']) t.equal(parseCidr(bad), undefined, bad)
})

t.test('overlaps', async t => {
  const reasons = (...matches: readonly string[]): readonly string[] => overlaps(policyOf(...matches)).map(({ role, reason }) => `${role}: ${reason}`)
  t.same(reasons('{ db_user: [a] }', '{ db_user: [b] }'), [])
  t.match(reasons('{ db_user: [a] }', '{ db_user: [a] }'), [/^r1: role r1 can never match/])
  t.match(reasons('{ db_user: [a, b] }', '{ db_user: [b, c] }'), [/^r1: roles r0 and r1 overlap: .* gets r0/])
  t.match(reasons('{ member_of: [a] }', '{ member_of: [b] }'), [/overlap/])
  t.same(reasons('{ db_user: [a] }', '{ member_of: [b] }'), [], 'a named login before a group is meant as an exception')
  t.match(reasons('{ member_of: [b] }', '{ db_user: [a] }'), [/overlap/])
  t.same(reasons('{ member_of: [a], address: [10.0.0.0/9] }', '{ member_of: [b], address: [10.128.0.0/9] }'), [])
  t.match(reasons('{ member_of: [a], address: [10.0.0.0/8] }', '{ member_of: [b], address: [10.128.0.0/9] }'), [/overlap/])
})
