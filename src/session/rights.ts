/**
 * What a session may do. Membership and policy may change under an open session: they narrow it from its next statement on
 * and widen it only at the next login, so a right is held only if the role at login and the role of now both give it.
 */
import { assertNever } from '../errors.js'
import { decideRead, matchRole } from '../policy/decide.js'
import type { Decision, Field, Login, Policy, Role, Treatment } from '../policy/types.js'

/** How much a treatment shows. */
const breadth = (treatment: Treatment): number => {
  switch (treatment.action) {
    case 'reveal':
      return 3
    case 'mask':
      return 2
    case 'null':
    case 'sealed':
      return 1
    case 'deny':
      return 0
    default:
      return assertNever(treatment)
  }
}

const isSame = (left: Treatment, right: Treatment): boolean => JSON.stringify(left) === JSON.stringify(right)

const narrower = (left: Decision, right: Decision): Decision => {
  if (isSame(left.treatment, right.treatment)) return left
  const difference = breadth(left.treatment) - breadth(right.treatment)
  if (difference !== 0) return difference < 0 ? left : right
  // Two masks, or null against sealed: neither shows less than the other, so the least that a mask shows is taken.
  return { treatment: { action: 'mask', mask: { kind: 'redact' } }, rule: left.rule }
}

export class Rights {
  /** The role at login and, if it differs by now, the present one. */
  readonly roles: readonly Role[]
  readonly #decisions: Map<string, Decision> = new Map()

  constructor(roles: readonly Role[]) {
    this.roles = roles
  }

  get name(): string {
    return this.roles[0]?.name ?? 'default'
  }

  get writesSealed(): boolean {
    return this.roles.every(role => role.writesSealed)
  }

  decideRead(field: Field): Decision {
    const known = this.#decisions.get(field.name)
    if (known !== undefined) return known
    const decision = this.roles.map(role => decideRead(role, field)).reduce(narrower)
    this.#decisions.set(field.name, decision)
    return decision
  }
}

export const rightsAtLogin = (policy: Policy, login: Login): Rights => new Rights([matchRole(policy, login)])

/** The rights under a newer policy or membership; undefined when the role of this session is gone. */
export const rightsNow = (atLogin: Role, policy: Policy, login: Login): Rights | undefined => {
  const isKnown = atLogin.name === policy.fallback.name || policy.roles.some(role => role.name === atLogin.name)
  if (!isKnown) return undefined
  const now = matchRole(policy, login)
  const sameNameNow = policy.roles.find(role => role.name === atLogin.name) ?? policy.fallback
  return new Rights([...new Set([atLogin, sameNameNow, now])])
}
