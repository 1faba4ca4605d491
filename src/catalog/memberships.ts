/** Who is a member of which roles, along grants that hand their rights on. */
import { textOf, type Row } from './rows.js'

const NOBODY: ReadonlySet<string> = new Set()

const directGrants = (rows: readonly Row[]): ReadonlyMap<string, readonly string[]> => {
  const grants = new Map<string, string[]>()
  for (const row of rows) {
    const granted = grants.get(textOf(row, 'member'))
    if (granted === undefined) grants.set(textOf(row, 'member'), [textOf(row, 'granted')])
    else granted.push(textOf(row, 'granted'))
  }
  return grants
}

const closure = (member: string, grants: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> => {
  const seen = new Set<string>()
  const open = [member]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const granted of grants.get(next) ?? []) {
      if (seen.has(granted)) continue
      seen.add(granted)
      open.push(granted)
    }
  }
  return seen
}

/**
 * The lookup for `Catalog.membershipsOf`. A superuser is a member of what he was granted, no more: the server would say
 * yes to everything (pg_has_role does), which would make each superuser match each role of the policy.
 */
export const readMemberships = (rows: readonly Row[]): ((user: string) => ReadonlySet<string>) => {
  const grants = directGrants(rows)
  const known = new Map([...grants.keys()].map(member => [member, closure(member, grants)] as const))
  return user => known.get(user) ?? NOBODY
}
