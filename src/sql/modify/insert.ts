/** INSERT, with VALUES, a query, ON CONFLICT and RETURNING. */
import type { InsertStmt, Node, OnConflictClause, SelectStmt } from 'libpg-query'
import type { Analysis, QueryResult } from '../analysis.js'
import { requirePlain, storeContent } from '../consume.js'
import type { Target } from '../consume.js'
import { hasSources, placesOf } from '../content.js'
import { statementUnsupported, unsupported } from '../refusal.js'
import { itemResult, NO_FROM, scopeOf } from '../scope.js'
import type { Scope, ScopeItem } from '../scope.js'
import { condition, rowOfValues, unknownValues } from '../select.js'
import { bodyOf } from '../tree.js'
import { withScope } from '../with.js'
import { analyseAssignments, refuseParts } from './assignments.js'
import { analyseReturning } from './returning.js'
import { modifiedTable, targetColumn } from './target.js'
import type { ModifiedTable } from './target.js'

export const analyseInsert = (analysis: Analysis, statement: InsertStmt, parent: Scope | undefined): QueryResult => {
  const outer = withScope(analysis, statement.withClause, parent)
  const table = modifiedTable(analysis, statement.relation ?? {})
  const targets = insertTargets(analysis, statement.cols, table)
  const select = bodyOf(statement.selectStmt, 'SelectStmt')
  if (select !== undefined) storeRows(analysis, select, table, targets, outer)
  if (statement.onConflictClause !== undefined) analyseConflict(analysis, statement.onConflictClause, table, outer)
  return analyseReturning(analysis, statement.returningClause, table.item, itemResult(table.item), outer)
}

/** The columns in the order of the values. Without a list they are the table's own. */
export const insertTargets = (analysis: Analysis, nodes: readonly Node[] | undefined, table: ModifiedTable): readonly Target[] => {
  if (nodes === undefined || nodes.length === 0) {
    return (table.relation?.columns ?? []).map(column => targetColumn(analysis, table, column.name, 'insert', false))
  }
  return nodes.map(node => {
    const { name = '', indirection } = bodyOf(node, 'ResTarget') ?? {}
    const target = targetColumn(analysis, table, name, 'insert', true)
    refuseParts(indirection, target)
    return target
  })
}

/** What a column past the known ones is: the server rejects it, or the catalogue lacks the table. */
const unknownTarget = ({ relation }: ModifiedTable): Target => ({ schema: relation?.schema ?? '', table: relation?.name ?? '', column: '', source: undefined, kind: 'insert' })

const isBareValues = (select: SelectStmt): boolean =>
  select.valuesLists !== undefined && select.withClause === undefined && select.sortClause === undefined && select.limitCount === undefined && select.limitOffset === undefined

const storeRows = (analysis: Analysis, select: SelectStmt, table: ModifiedTable, targets: readonly Target[], outer: Scope): void => {
  const scope = scopeOf(NO_FROM, outer)
  if (isBareValues(select)) {
    for (const list of select.valuesLists ?? []) storeRow(analysis, bodyOf(list, 'List')?.items ?? [], table, targets, scope)
    return
  }
  const { columns, isOpen } = analysis.select(analysis, select, outer)
  const isUncertain = isOpen && (targets.some(target => target.source !== undefined) || columns.some(column => hasSources(column.content)))
  if (isUncertain) throw statementUnsupported('the columns of the inserted query are not known', 'Name the columns in the query.')
  for (const [index, { content }] of columns.entries()) storeContent(analysis, content, targets[index] ?? unknownTarget(table))
}

const storeRow = (analysis: Analysis, nodes: readonly Node[], table: ModifiedTable, targets: readonly Target[], scope: Scope): void => {
  const { contents, isOpen } = rowOfValues(analysis, nodes, scope)
  if (isOpen && targets.some(({ source }) => source !== undefined)) throw unknownValues()
  for (const [index, content] of contents.entries()) {
    const target = targets[index] ?? unknownTarget(table)
    // Rows don't fit one column: the server says so for unprotected ones.
    if (target.source === undefined && !hasSources(content) && placesOf(content).length === 0) continue
    storeContent(analysis, content, target)
  }
}

const analyseConflict = (analysis: Analysis, clause: OnConflictClause, table: ModifiedTable, outer: Scope): void => {
  const target = itemResult(table.item)
  for (const node of clause.infer?.indexElems ?? []) inferColumn(analysis, node, table, scopeOf(target, outer))
  condition(analysis, clause.infer?.whereClause, scopeOf(target, outer))
  const excluded: ScopeItem = { ...table.item, name: 'excluded', schema: undefined }
  // Unqualified names are the target's; the new row is only reached as EXCLUDED.
  const scope = scopeOf({ ...target, items: [...target.items, excluded] }, outer)
  analyseAssignments(analysis, clause.targetList ?? [], table, scope)
  condition(analysis, clause.whereClause, scope)
}

/** A conflict is found by equality of what is stored. */
const inferColumn = (analysis: Analysis, node: Node, table: ModifiedTable, scope: Scope): void => {
  const { name, expr } = bodyOf(node, 'IndexElem') ?? {}
  if (expr !== undefined) requirePlain(analysis, analysis.evaluate(analysis, expr, scope), 'ON CONFLICT on an expression')
  if (name === undefined) return
  const { source } = targetColumn(analysis, table, name, 'insert', true)
  if (source !== undefined && source.field.protect !== 'equality') throw unsupported('ON CONFLICT', source, 'Say protect: equality for the column in the policy and migrate it.')
}
