/** From `roles` and `default` to roles. */
import { FALLBACK_ROLE_NAME } from './decide.js'
import { parseCidr } from './match-role.js'
import { problemAt } from './merged.js'
import type { Entry, Merged } from './merged.js'
import type { Problem } from './problem.js'
import type { MaskForm, RoleForm, TreatmentForm } from './schema.js'
import type { MaskSpec, ReadRule, Role, RoleMatch, Treatment } from './types.js'

/** Stands in `write` for the right to write sealed values; no category has this name. */
const SEALED_WRITE = 'sealed'

const maskOf = (form: MaskForm): MaskSpec => {
  if ('keep' in form) return { kind: form.mask, keep: form.keep }
  if ('size' in form) return { kind: form.mask, size: form.size }
  return 'value' in form ? { kind: form.mask, value: form.value } : { kind: form.mask }
}

const treatmentOf = (form: TreatmentForm): Treatment => {
  if (form === null) return { action: 'null' }
  return typeof form === 'string' ? { action: form } : { action: 'mask', mask: maskOf(form) }
}

const readRulesOf = (read: Readonly<Record<string, TreatmentForm>>): readonly ReadRule[] =>
  Object.entries(read).map(([pattern, form]) => ({ pattern, treatment: treatmentOf(form) }))

const matchOf = ({ db_user, member_of, address }: RoleForm['match']): RoleMatch => ({ dbUser: db_user, memberOf: member_of, address })

const roleOf = ({ name, form }: Entry<RoleForm>): Role => {
  const write = (form.write ?? []).filter(pattern => pattern !== SEALED_WRITE)
  return {
    name,
    match: matchOf(form.match),
    read: readRulesOf(form.read),
    search: form.search ?? [],
    write,
    overwrite: form.overwrite === true ? write : (form.overwrite ?? []),
    writesSealed: form.write?.includes(SEALED_WRITE) ?? false,
  }
}

/** Whether `role` shows some category plain. */
export const reveals = (role: Role): boolean => role.read.some(rule => rule.treatment.action === 'reveal')

/**
 * Whether whoever administers the database can become `role`: by resetting a password or granting a membership. Only a
 * factor from outside the database prevents that.
 */
export const isDatabaseControlled = (role: Role): boolean => role.match.address === undefined

const checkMatch = ({ document, path, form }: Entry<RoleForm>, problems: Problem[]): void => {
  const at = [...path, 'match']
  if (Object.keys(form.match).length === 0) problems.push(problemAt(document, at, 'match needs at least one of db_user, member_of, address'))
  for (const [index, text] of (form.match.address ?? []).entries()) {
    if (parseCidr(text) === undefined) problems.push(problemAt(document, [...at, 'address', index], `'${text.slice(0, 60)}' is no address or CIDR network`))
  }
}

const checkTrust = (entry: Entry<RoleForm>, role: Role, trusted: boolean, problems: Problem[]): void => {
  if (trusted || !reveals(role) || !isDatabaseControlled(role)) return
  const reason =
    `role ${role.name} reveals, but database administrators control all that its match asks for: ` +
    'add address, or set trust_database_logins: true'
  problems.push(problemAt(entry.document, [...entry.path, 'match'], reason, 'key'))
}

const NOBODY: RoleMatch = { dbUser: undefined, memberOf: undefined, address: undefined }

const fallbackOf = (merged: Merged, problems: Problem[]): Role => {
  const entry = merged.fallback
  const read: readonly ReadRule[] = entry === undefined ? [{ pattern: '*', treatment: { action: 'mask', mask: { kind: 'redact' } } }] : readRulesOf(entry.form.read)
  for (const rule of read) {
    if (rule.treatment.action !== 'reveal' || entry === undefined) continue
    problems.push(problemAt(entry.document, ['default', 'read', rule.pattern], 'default may not reveal: it is for logins that nobody named', 'key'))
  }
  return { name: FALLBACK_ROLE_NAME, match: NOBODY, read, search: [], write: [], overwrite: [], writesSealed: false }
}

/** Builds the roles in file order, and the fallback; what is wrong with them goes into `problems`. */
export const buildRoles = (merged: Merged, problems: Problem[]): { readonly roles: readonly Role[]; readonly fallback: Role } => {
  const roles = merged.roles.map(entry => {
    const role = roleOf(entry)
    if (role.name === FALLBACK_ROLE_NAME) problems.push(problemAt(entry.document, entry.path, 'the name default is taken by the role of logins that match no other', 'key'))
    checkMatch(entry, problems)
    checkTrust(entry, role, merged.trustsDatabaseLogins, problems)
    return role
  })
  return { roles, fallback: fallbackOf(merged, problems) }
}
