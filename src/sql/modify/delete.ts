/** DELETE. */
import type { DeleteStmt } from 'libpg-query'
import type { Analysis, QueryResult } from '../analysis.js'
import { analyseFrom } from '../from.js'
import { itemResult, joinResults, scopeOf } from '../scope.js'
import type { Scope } from '../scope.js'
import { condition } from '../select.js'
import { withScope } from '../with.js'
import { analyseReturning } from './returning.js'
import { modifiedTable } from './target.js'

export const analyseDelete = (analysis: Analysis, statement: DeleteStmt, parent: Scope | undefined): QueryResult => {
  const outer = withScope(analysis, statement.withClause, parent)
  const { item } = modifiedTable(analysis, statement.relation ?? {})
  const from = joinResults(itemResult(item), analyseFrom(analysis, statement.usingClause ?? [], outer))
  condition(analysis, statement.whereClause, scopeOf(from, outer))
  return analyseReturning(analysis, statement.returningClause, item, from, outer)
}
