/** RETURNING, with the old and new rows of PostgreSQL 18. */
import type { ReturningClause } from 'libpg-query'
import type { Analysis, QueryResult } from '../analysis.js'
import type { FromResult, Scope, ScopeItem } from '../scope.js'
import { scopeOf } from '../scope.js'
import { targetColumns } from '../select.js'
import { bodyOf } from '../tree.js'

export const NO_ROWS: QueryResult = { columns: [], isOpen: false }

export const analyseReturning = (analysis: Analysis, clause: ReturningClause | undefined, target: ScopeItem, from: FromResult, outer: Scope): QueryResult => {
  if (clause === undefined) return NO_ROWS
  const names = new Map([
    ['old', 'old'],
    ['new', 'new'],
  ])
  for (const node of clause.options ?? []) {
    const { option, value } = bodyOf(node, 'ReturningOption') ?? {}
    if (value !== undefined) names.set(option === 'RETURNING_OPTION_NEW' ? 'new' : 'old', value)
  }
  // Only by their names: they add nothing to `*`.
  const rows = [...names.values()].map((name): ScopeItem => ({ ...target, name, schema: undefined }))
  const scope = scopeOf({ ...from, items: [...from.items, ...rows] }, outer)
  return targetColumns(analysis, clause.exprs ?? [], scope)
}
