/** Whether a role may do what a plan's uses say. */
import { ProxyError } from '../errors.js'
import type { Facts } from '../errors.js'
import { decideRead, mayOverwrite, maySearch, mayWrite } from '../policy/decide.js'
import type { Role } from '../policy/types.js'
import { columnName } from './refusal.js'
import type { StatementPlan, Use, UseKind } from './types.js'

type Check = (role: Role, use: Use) => ProxyError | undefined

const facts = (role: Role, use: Use, operation: string): Facts => ({ role: role.name, column: columnName(use), category: use.field.category, operation })

/** `deny` refuses a column that the statement names; one that came by `*` is redacted instead. */
const read: Check = (role, use) =>
  use.isExplicit && decideRead(role, use.field).treatment.action === 'deny' ? new ProxyError('read_denied', facts(role, use, 'read')) : undefined

const search =
  (operation: string): Check =>
  (role, use) =>
    maySearch(role, use.field).allowed ? undefined : new ProxyError('search_denied', facts(role, use, operation))

const insert: Check = (role, use) => (mayWrite(role, use.field).allowed || role.writesSealed ? undefined : new ProxyError('write_denied', facts(role, use, 'write')))

const overwrite: Check = (role, use) => {
  if (mayOverwrite(role, use.field).allowed) return undefined
  return insert(role, use) ?? new ProxyError('overwrite_denied', facts(role, use, 'overwrite'))
}

const CHECKS: { readonly [K in UseKind]: Check } = {
  output: read,
  null_test: read,
  copy: read,
  compare: search('compare'),
  join: search('join on'),
  group: search('group by'),
  insert,
  overwrite,
}

/** The first use that `role` has no right to; undefined if it may do all of it. */
export const authorize = (statements: readonly StatementPlan[], role: Role): ProxyError | undefined => {
  for (const { uses } of statements) {
    for (const use of uses) {
      const error = CHECKS[use.kind](role, use)
      if (error !== undefined) return error
    }
  }
  return undefined
}
