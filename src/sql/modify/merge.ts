/** MERGE: reads are planned; assignments to protected columns are refused. */
import type { MergeStmt, MergeWhenClause } from 'libpg-query'
import type { Analysis, QueryResult } from '../analysis.js'
import { storeContent } from '../consume.js'
import type { Target } from '../consume.js'
import { analyseFrom } from '../from.js'
import { unsupported } from '../refusal.js'
import { itemResult, joinResults, scopeOf } from '../scope.js'
import type { Scope } from '../scope.js'
import { condition } from '../select.js'
import { bodyOf } from '../tree.js'
import { withScope } from '../with.js'
import { insertTargets } from './insert.js'
import { analyseReturning } from './returning.js'
import { modifiedTable, targetColumn } from './target.js'
import type { ModifiedTable } from './target.js'

export const analyseMerge = (analysis: Analysis, statement: MergeStmt, parent: Scope | undefined): QueryResult => {
  const outer = withScope(analysis, statement.withClause, parent)
  const table = modifiedTable(analysis, statement.relation ?? {})
  const source = analyseFrom(analysis, statement.sourceRelation === undefined ? [] : [statement.sourceRelation], outer)
  const from = joinResults(itemResult(table.item), source)
  const scope = scopeOf(from, outer)
  condition(analysis, statement.joinCondition, scope)
  for (const node of statement.mergeWhenClauses ?? []) whenClause(analysis, bodyOf(node, 'MergeWhenClause') ?? {}, table, scope)
  // `*` shows the source's columns before the target's.
  return analyseReturning(analysis, statement.returningClause, table.item, joinResults(source, itemResult(table.item)), outer)
}

const whenClause = (analysis: Analysis, clause: MergeWhenClause, table: ModifiedTable, scope: Scope): void => {
  condition(analysis, clause.condition, scope)
  if (clause.commandType === 'CMD_INSERT') {
    const targets = insertTargets(analysis, clause.targetList, table)
    for (const [index, node] of (clause.values ?? []).entries()) store(analysis, analysis.evaluate(analysis, node, scope), targets[index])
    for (const target of targets) refuseProtected(target)
    return
  }
  if (clause.commandType !== 'CMD_UPDATE') return
  for (const node of clause.targetList ?? []) {
    const { name = '', val } = bodyOf(node, 'ResTarget') ?? {}
    const target = targetColumn(analysis, table, name, 'overwrite', true)
    refuseProtected(target)
    const inner = bodyOf(val, 'MultiAssignRef')?.source ?? val
    if (inner !== undefined) store(analysis, analysis.evaluate(analysis, inner, scope), target)
  }
}

const store = (analysis: Analysis, content: Parameters<typeof storeContent>[1], target: Target | undefined): void => {
  if (target !== undefined && target.source === undefined) storeContent(analysis, content, target)
}

const refuseProtected = ({ source }: Target): void => {
  if (source !== undefined) throw unsupported('MERGE', source, 'Use INSERT … ON CONFLICT DO UPDATE.')
}
