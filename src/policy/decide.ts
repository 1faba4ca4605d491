/** What a role may do with a field. Pure, and cheap enough to be asked for each column of each statement. */
import { covers, specificityOf } from './pattern.js'
import type { Decision, Field, ReadRule, Role } from './types.js'

export { leakageLine } from './leakage.js'
export { matchRole } from './match-role.js'
export { overlaps } from './overlaps.js'

/** A yes or no and the policy line it comes from. */
export interface Right {
  readonly allowed: boolean
  readonly rule: string
}

/** Name of the role that a login gets which matches no other. No role of a policy may have it. */
export const FALLBACK_ROLE_NAME = 'default'

const lineOf = (role: Role, key: string): string => (role.name === FALLBACK_ROLE_NAME ? `default.${key}` : `roles.${role.name}.${key}`)

/** The rule whose pattern fits `category` closest. */
export const closestRule = (rules: readonly ReadRule[], category: string): ReadRule | undefined => {
  let closest: ReadRule | undefined
  let best = -1
  for (const rule of rules) {
    const specificity = specificityOf(rule.pattern, category)
    if (specificity === undefined || specificity <= best) continue
    closest = rule
    best = specificity
  }
  return closest
}

/** How `role` reads `field`: the closest pattern decides; without one it is redacted. */
export const decideRead = (role: Role, field: Field): Decision => {
  const rule = closestRule(role.read, field.category)
  // Not knowing means no: a category that nobody thought of is masked, never shown.
  if (rule === undefined) return { treatment: { action: 'mask', mask: { kind: 'redact' } }, rule: `${lineOf(role, 'read')}: no pattern fits, redact` }
  return { treatment: rule.treatment, rule: lineOf(role, `read["${rule.pattern}"]`) }
}

const denial = (role: Role, field: Field): Right | undefined => {
  const { treatment, rule } = decideRead(role, field)
  return treatment.action === 'deny' ? { allowed: false, rule } : undefined
}

const listed = (role: Role, field: Field, key: 'search' | 'write' | 'overwrite'): Right => {
  const pattern = role[key].find(entry => covers(entry, field.category))
  return pattern === undefined ? { allowed: false, rule: lineOf(role, key) } : { allowed: true, rule: lineOf(role, `${key}["${pattern}"]`) }
}

/** Whether `role` may compare `field` with values (WHERE, JOIN, GROUP BY). `deny` on reading rules it out. */
export const maySearch = (role: Role, field: Field): Right => denial(role, field) ?? listed(role, field, 'search')

/**
 * Whether `role` may write plain values into `field`, which are then sealed. `deny` on reading rules it out. Sealed
 * values are another right: `role.writesSealed`.
 */
export const mayWrite = (role: Role, field: Field): Right => denial(role, field) ?? listed(role, field, 'write')

/**
 * Whether `role` may replace what stands in `field` (UPDATE, upsert, COPY over it). Who reads a mask would save the mask
 * back over the truth, so it takes a reading of `reveal` or `sealed`, or an `overwrite` that covers the field.
 */
export const mayOverwrite = (role: Role, field: Field): Right => {
  const write = mayWrite(role, field)
  const { treatment, rule } = decideRead(role, field)
  if (treatment.action === 'sealed' && role.writesSealed) return { allowed: true, rule: lineOf(role, 'write["sealed"]') }
  if (!write.allowed) return write
  if (treatment.action === 'reveal' || treatment.action === 'sealed') return write
  const overwrite = listed(role, field, 'overwrite')
  return overwrite.allowed ? overwrite : { allowed: false, rule }
}
