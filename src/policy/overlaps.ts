import { addressMatches, parseCidr } from './match-role.js'
import type { Policy, Role, RoleMatch } from './types.js'

type List = readonly string[] | undefined

const areDisjoint = (left: List, right: List): boolean => left !== undefined && right !== undefined && !left.some(entry => right.includes(entry))

const anyInside = (entries: readonly string[], networks: readonly string[]): boolean =>
  entries.some(entry => addressMatches(networks, parseCidr(entry)?.address ?? ''))

// Two networks overlap exactly when one holds the other's base address.
const addressesAreDisjoint = (left: List, right: List): boolean =>
  left !== undefined && right !== undefined && !anyInside(left, right) && !anyInside(right, left)

const canBothHold = (left: RoleMatch, right: RoleMatch): boolean =>
  !areDisjoint(left.dbUser, right.dbUser) && !addressesAreDisjoint(left.address, right.address)

const asksLess = (earlier: List, later: List): boolean => earlier === undefined || (later !== undefined && later.every(entry => earlier.includes(entry)))

const shadows = (earlier: RoleMatch, later: RoleMatch): boolean =>
  asksLess(earlier.dbUser, later.dbUser) &&
  asksLess(earlier.memberOf, later.memberOf) &&
  asksLess(earlier.address, later.address)

/** An earlier role that names logins one by one is meant to win over a later one for groups: no warning for that. */
const isExceptionFirst = (earlier: RoleMatch, later: RoleMatch): boolean => earlier.dbUser !== undefined && later.dbUser === undefined

const warningOf = (earlier: Role, later: Role): string | undefined => {
  if (shadows(earlier.match, later.match)) return `role ${later.name} can never match: role ${earlier.name} comes first and takes all of its logins`
  if (isExceptionFirst(earlier.match, later.match) || !canBothHold(earlier.match, later.match)) return undefined
  return `roles ${earlier.name} and ${later.name} overlap: a login that fits both gets ${earlier.name}, the first in the file`
}

/** One warning for each pair of roles that one login may fit, in file order of the second. */
export const overlaps = (policy: Policy): readonly { readonly role: string; readonly reason: string }[] =>
  policy.roles.flatMap((later, index) =>
    policy.roles.slice(0, index).flatMap(earlier => {
      const reason = warningOf(earlier, later)
      return reason === undefined ? [] : [{ role: later.name, reason }]
    }),
  )
