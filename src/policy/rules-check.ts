/** Checks rules against fields: masks that can't keep a type, and patterns that nothing needs. */
import { fieldTypeText } from './field-type.js'
import { columnPath } from './fields.js'
import { problemAt } from './merged.js'
import type { Merged } from './merged.js'
import type { Path, PolicyDocument } from './document.js'
import { isDatabaseControlled, reveals } from './roles.js'
import { closestRule } from './decide.js'
import { overlaps } from './overlaps.js'
import { covers } from './pattern.js'
import type { Problem } from './problem.js'
import type { Field, FieldType, MaskSpec, Policy, Role } from './types.js'

const DATE_ONLY: ReadonlySet<MaskSpec['kind']> = new Set(['year', 'year_month', 'bucket'])
const TEXT_ONLY: ReadonlySet<MaskSpec['kind']> = new Set(['email', 'first', 'last', 'initials', 'postcode'])
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/

const isIsoDate = (text: string): boolean => {
  const match = ISO_DATE.exec(text)
  if (match === null || match[1] === '0000') return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** Why `mask` can't stand for a value of `type`, or undefined if it can. A masked date has to be a date still. */
export const maskObjection = (mask: MaskSpec, type: FieldType): string | undefined => {
  if (type.kind === 'date' && TEXT_ONLY.has(mask.kind)) return `mask ${mask.kind} cannot keep a date a date: use redact, year, year_month, bucket, pseudonym or a constant date`
  if (type.kind !== 'date' && DATE_ONLY.has(mask.kind)) return `mask ${mask.kind} needs type: date`
  if (mask.kind !== 'constant') return undefined
  if (type.kind === 'date' && !isIsoDate(mask.value)) return `mask constant: the value for a date must be written YYYY-MM-DD`
  if (type.kind === 'varchar' && Array.from(mask.value).length > type.charactersMax) return `mask constant: the value is longer than ${fieldTypeText(type)}`
  return undefined
}

interface Placed {
  readonly role: Role
  readonly document: PolicyDocument
  readonly path: Path
}

const placedRoles = (merged: Merged, policy: Policy): readonly Placed[] => {
  const roles = merged.roles.flatMap(({ name, document, path }) => policy.roles.filter(role => role.name === name).map(role => ({ role, document, path })))
  const { fallback } = merged
  return fallback === undefined ? roles : [...roles, { role: policy.fallback, document: fallback.document, path: fallback.path }]
}

const firstColumn = (field: Field): string => field.columns.map(columnPath)[0] ?? field.name

/** A mask is checked where it takes effect: a closer rule for the field makes a wider one harmless. */
export const checkMasks = (merged: Merged, policy: Policy, problems: Problem[]): void => {
  for (const { role, document, path } of placedRoles(merged, policy)) {
    for (const field of policy.fields.values()) {
      const rule = closestRule(role.read, field.category)
      if (rule?.treatment.action !== 'mask') continue
      const objection = maskObjection(rule.treatment.mask, field.type)
      if (objection !== undefined) problems.push(problemAt(document, [...path, 'read', rule.pattern], `${objection} (${firstColumn(field)} is ${fieldTypeText(field.type)})`, 'key'))
    }
  }
}

const unusedPatterns = ({ role, document, path }: Placed, categories: readonly string[]): readonly Problem[] => {
  const isUnused = (pattern: string): boolean => pattern !== '*' && !categories.some(category => covers(pattern, category))
  const reason = (pattern: string): string => `role ${role.name}: no column has a category that ${pattern} covers`
  const read = role.read.filter(rule => isUnused(rule.pattern)).map(rule => problemAt(document, [...path, 'read', rule.pattern], reason(rule.pattern), 'key'))
  const lists = (['search', 'write', 'overwrite'] as const).flatMap(key =>
    // `overwrite: true` has no entries of its own to point at.
    [...new Set(role[key])].filter(isUnused).map(pattern => problemAt(document, [...path, key], reason(pattern))),
  )
  return [...read, ...lists]
}

const loginWarnings = ({ role, document, path }: Placed, policy: Policy): readonly Problem[] => {
  const at = (reason: string): Problem => problemAt(document, path, reason, 'key')
  const warnings = overlaps(policy).filter(overlap => overlap.role === role.name).map(overlap => at(overlap.reason))
  const isControlled = role !== policy.fallback && reveals(role) && isDatabaseControlled(role)
  return isControlled ? [at(`DBA-controlled login: whoever administers the database can become role ${role.name}`), ...warnings] : warnings
}

/** What is allowed but doubtful, in file order of the roles. */
export const warningsOf = (merged: Merged, policy: Policy): readonly Problem[] => {
  const categories = [...policy.fields.values()].map(field => field.category)
  return placedRoles(merged, policy).flatMap(placed => [...loginWarnings(placed, policy), ...unusedPatterns(placed, categories)])
}
