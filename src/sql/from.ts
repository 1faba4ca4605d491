/** FROM clauses: relations, subqueries, functions and joins. */
import type { Alias, JoinExpr, Node, RangeFunction, RangeSubselect, RangeTableSample, RangeVar } from 'libpg-query'
import type { Analysis, QueryColumn } from './analysis.js'
import { compareContents, requirePlain } from './consume.js'
import { hasSources, mergeContents, OTHER, withinRange } from './content.js'
import type { Content } from './content.js'
import { tableFunction } from './expression/table-functions.js'
import { statementUnsupported } from './refusal.js'
import { findRelation, relationColumns } from './relations.js'
import { cteNamed, itemResult, joinResults, NO_FROM, scopeOf } from './scope.js'
import type { FromResult, Scope, ScopeItem } from './scope.js'
import { bodyOf, eachNode, stringsOf, tagOf } from './tree.js'

/** The items of a FROM list. `outer` holds the CTEs; each item also sees the ones before it, which is what LATERAL may use. */
export const analyseFrom = (analysis: Analysis, nodes: readonly Node[], outer: Scope): FromResult => {
  let result: FromResult = NO_FROM
  for (const node of nodes) result = joinResults(result, analyseItem(analysis, node, scopeOf(result, outer)))
  return result
}

const analyseItem = (analysis: Analysis, node: Node, scope: Scope): FromResult => {
  const relation = bodyOf(node, 'RangeVar')
  if (relation !== undefined) return itemResult(relationItem(analysis, relation, scope))
  const join = bodyOf(node, 'JoinExpr')
  if (join !== undefined) return joinItem(analysis, join, scope)
  const subquery = bodyOf(node, 'RangeSubselect')
  if (subquery !== undefined) return itemResult(subqueryItem(analysis, subquery, scope))
  const call = bodyOf(node, 'RangeFunction')
  if (call !== undefined) return itemResult(functionItem(analysis, call, scope))
  const sample = bodyOf(node, 'RangeTableSample')
  if (sample !== undefined) return sampleItem(analysis, sample, scope)
  if (bodyOf(node, 'RangeTableFunc') !== undefined || bodyOf(node, 'JsonTable') !== undefined) return itemResult(documentTable(analysis, node, scope))
  throw statementUnsupported('a FROM item of an unknown kind', 'Write the query in another way.')
}

const sampleItem = (analysis: Analysis, sample: RangeTableSample, scope: Scope): FromResult => {
  for (const arg of sample.args ?? []) plainNode(analysis, arg, scope)
  if (sample.repeatable !== undefined) plainNode(analysis, sample.repeatable, scope)
  return sample.relation === undefined ? NO_FROM : analyseItem(analysis, sample.relation, scope)
}

const plainNode = (analysis: Analysis, node: Node, scope: Scope): void =>
  requirePlain(analysis, analysis.evaluate(analysis, node, scope), 'a computation')

const renamed = (columns: readonly QueryColumn[], alias: Alias | undefined): readonly QueryColumn[] => {
  const names = stringsOf(alias?.colnames)
  return names.length === 0 ? columns : columns.map((column, index) => ({ name: names[index] ?? column.name, content: column.content }))
}

const importColumns = (analysis: Analysis, columns: readonly QueryColumn[], alias: Alias | undefined): readonly QueryColumn[] => {
  const range = analysis.nextRange()
  return renamed(columns, alias).map(({ name, content }) => ({ name, content: withinRange(content, range) }))
}

/** A relation, view or CTE. */
export const relationItem = (analysis: Analysis, name: RangeVar, scope: Scope): ScopeItem => {
  const { alias, relname = '' } = name
  const cte = name.schemaname === undefined ? cteNamed(scope, relname) : undefined
  const itemName = alias?.aliasname ?? relname
  if (cte !== undefined) {
    return { name: itemName, schema: undefined, columns: importColumns(analysis, cte.columns, alias), isOpen: cte.isOpen, isScalar: false }
  }
  const relation = findRelation(analysis, name)
  if (relation === undefined) return openItem(itemName, alias)
  const columns = renamed(relationColumns(analysis, relation, analysis.nextRange()), alias)
  return { name: itemName, schema: alias === undefined ? relation.schema : undefined, columns, isOpen: false, isScalar: false }
}

const openItem = (name: string | undefined, alias: Alias | undefined): ScopeItem => ({
  name,
  schema: undefined,
  columns: stringsOf(alias?.colnames).map(column => ({ name: column, content: OTHER })),
  isOpen: true,
  isScalar: false,
})

const subqueryItem = (analysis: Analysis, { subquery, alias, lateral }: RangeSubselect, scope: Scope): ScopeItem => {
  const select = bodyOf(subquery, 'SelectStmt')
  if (select === undefined) throw statementUnsupported('a subquery of an unknown kind', 'Write the query in another way.')
  const parent = lateral === true ? scope : scope.parent
  const { columns, isOpen } = analysis.select(analysis, select, parent)
  return { name: alias?.aliasname, schema: undefined, columns: importColumns(analysis, columns, alias), isOpen, isScalar: false }
}

const functionItem = (analysis: Analysis, item: RangeFunction, scope: Scope): ScopeItem => {
  const columns: QueryColumn[] = []
  let isOpen = false
  for (const entry of item.functions ?? []) {
    const [call, definitions] = bodyOf(entry, 'List')?.items ?? []
    if (call === undefined) continue
    const defined = bodyOf(definitions, 'List')?.items ?? (item.functions?.length === 1 ? item.coldeflist : undefined)
    const result = tableFunction(analysis, call, scope)
    if (defined !== undefined && defined.length > 0) {
      if (result.columns.some(column => hasSources(column.content))) throw statementUnsupported('a function with a column list reads a sealed column', 'Name the columns in a query.')
      for (const definition of defined) columns.push({ name: bodyOf(definition, 'ColumnDef')?.colname ?? '', content: OTHER })
    } else {
      columns.push(...result.columns)
      isOpen ||= result.isOpen
    }
  }
  const isScalar = columns.length === 1 && !isOpen
  if (item.ordinality === true) columns.push({ name: 'ordinality', content: OTHER })
  const { alias } = item
  const [only] = columns
  // A scalar function's column takes the item's alias for its name.
  const own = isScalar && only !== undefined && alias?.aliasname !== undefined ? [{ ...only, name: alias.aliasname }, ...columns.slice(1)] : columns
  const finished = isOpen && own.length === 0 ? openItem(undefined, alias).columns : renamed(own, alias)
  return { name: alias?.aliasname ?? only?.name, schema: undefined, columns: finished, isOpen, isScalar }
}

const READS: ReadonlySet<string> = new Set(['ColumnRef', 'ParamRef', 'SubLink'])

/** XMLTABLE and JSON_TABLE: they take documents apart, which sealed values would not survive. */
const documentTable = (analysis: Analysis, node: Node, scope: Scope): ScopeItem => {
  const body = bodyOf(node, 'RangeTableFunc') ?? bodyOf(node, 'JsonTable') ?? {}
  eachNode(body, inner => {
    if (READS.has(tagOf(inner) ?? '')) plainNode(analysis, inner, scope)
  })
  const { alias } = body
  return openItem(alias?.aliasname, alias)
}

const joinItem = (analysis: Analysis, join: JoinExpr, scope: Scope): FromResult => {
  if (join.larg === undefined || join.rarg === undefined) throw statementUnsupported('a join without sides', 'Write the query in another way.')
  const left = analyseItem(analysis, join.larg, scope)
  const right = analyseItem(analysis, join.rarg, scopeOf(joinResults(scope.from, left), scope.parent))
  const joined = joinResults(left, right)
  const shared = sharedNames(join, left, right)
  const result = shared.length === 0 ? joined : { ...joined, columns: mergedColumns(analysis, join, left, right, shared) }
  if (join.quals !== undefined) {
    // Not the FROM items before the join: ON sees its two sides and the queries around.
    requirePlain(analysis, analysis.evaluate(analysis, join.quals, scopeOf(joined, scope.parent)), 'a condition')
  }
  return aliased(join, result, shared)
}

const sharedNames = (join: JoinExpr, left: FromResult, right: FromResult): readonly string[] => {
  if (join.isNatural !== true) return stringsOf(join.usingClause)
  const isUnknown = (left.isOpen || right.isOpen) && [...left.columns, ...right.columns].some(column => hasSources(column.content))
  if (isUnknown) throw statementUnsupported('a NATURAL JOIN whose columns are not known', 'Write the join with ON.')
  return left.columns.map(column => column.name).filter(name => right.columns.some(column => column.name === name))
}

const mergedColumns = (analysis: Analysis, join: JoinExpr, left: FromResult, right: FromResult, shared: readonly string[]): readonly QueryColumn[] => {
  const merged = shared.map(name => ({ name, content: mergedColumn(analysis, join, columnOf(left, name), columnOf(right, name)) }))
  const isRest = (column: QueryColumn): boolean => !shared.includes(column.name)
  return [...merged, ...left.columns.filter(isRest), ...right.columns.filter(isRest)]
}

const columnOf = (from: FromResult, name: string): Content => from.columns.find(column => column.name === name)?.content ?? OTHER

const mergedColumn = (analysis: Analysis, join: JoinExpr, left: Content, right: Content): Content => {
  compareContents(analysis, left, right, 'joining')
  if (join.jointype === 'JOIN_RIGHT') return right
  if (join.jointype !== 'JOIN_FULL') return left
  return mergeContents(left, right) ?? left
}

const aliased = (join: JoinExpr, result: FromResult, shared: readonly string[]): FromResult => {
  const { alias, join_using_alias: usingAlias } = join
  if (alias?.aliasname !== undefined) {
    // An alias over a join hides the names inside.
    return itemResult({ name: alias.aliasname, schema: undefined, columns: renamed(result.columns, alias), isOpen: result.isOpen, isScalar: false })
  }
  if (usingAlias?.aliasname === undefined) return result
  const columns = result.columns.filter(column => shared.includes(column.name))
  return { ...result, items: [...result.items, { name: usingAlias.aliasname, schema: undefined, columns, isOpen: false, isScalar: false }] }
}
