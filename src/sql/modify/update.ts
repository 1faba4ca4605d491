/** UPDATE. */
import type { UpdateStmt } from 'libpg-query'
import type { Analysis, QueryResult } from '../analysis.js'
import { analyseFrom } from '../from.js'
import { itemResult, joinResults, scopeOf } from '../scope.js'
import type { Scope } from '../scope.js'
import { condition } from '../select.js'
import { withScope } from '../with.js'
import { analyseAssignments } from './assignments.js'
import { analyseReturning } from './returning.js'
import { modifiedTable } from './target.js'

export const analyseUpdate = (analysis: Analysis, statement: UpdateStmt, parent: Scope | undefined): QueryResult => {
  const outer = withScope(analysis, statement.withClause, parent)
  const table = modifiedTable(analysis, statement.relation ?? {})
  const from = joinResults(itemResult(table.item), analyseFrom(analysis, statement.fromClause ?? [], outer))
  const scope = scopeOf(from, outer)
  analyseAssignments(analysis, statement.targetList ?? [], table, scope)
  condition(analysis, statement.whereClause, scope)
  return analyseReturning(analysis, statement.returningClause, table.item, from, outer)
}
