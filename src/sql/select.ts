/** SELECT, VALUES and set operations. */
import type { Node, SelectStmt } from 'libpg-query'
import type { Analysis, QueryColumn, QueryResult } from './analysis.js'
import { expandRow, starColumns } from './columns.js'
import { columnLabel } from './column-label.js'
import { groupContents, leavePlain, requirePlain } from './consume.js'
import { hasSources, mergeContents, mergeMany, OTHER, sourcesOf, withoutOrigin } from './content.js'
import type { Content } from './content.js'
import { windowClauses } from './expression/functions.js'
import { analyseFrom } from './from.js'
import { statementUnsupported, unsupported } from './refusal.js'
import { scopeOf } from './scope.js'
import type { Scope } from './scope.js'
import { bodyOf, isStarred, itemsOf, stringOf, tagOf } from './tree.js'
import { withScope } from './with.js'

/** The columns of a query. The caller decides what becomes of their contents. */
export const analyseSelect = (analysis: Analysis, select: SelectStmt, parent: Scope | undefined): QueryResult => {
  const outer = withScope(analysis, select.withClause, parent)
  if (select.op !== undefined && select.op !== 'SETOP_NONE') return setOperation(analysis, select, outer)
  if (select.valuesLists !== undefined) return valuesLists(analysis, select, outer)
  return plainSelect(analysis, select, outer)
}

const plainSelect = (analysis: Analysis, select: SelectStmt, outer: Scope): QueryResult => {
  const from = analyseFrom(analysis, select.fromClause ?? [], outer)
  const scope = scopeOf(from, outer)
  condition(analysis, select.whereClause, scope)
  const result = targetColumns(analysis, select.targetList ?? [], scope)
  groupClause(analysis, select, result, scope)
  condition(analysis, select.havingClause, scope)
  for (const window of select.windowClause ?? []) windowClauses(analysis, bodyOf(window, 'WindowDef') ?? {}, scope)
  distinctClause(analysis, select, result, scope)
  sortClause(analysis, select, result, scope)
  if (select.intoClause !== undefined) refuseInto(result)
  return result
}

const refuseInto = ({ columns }: QueryResult): void => {
  const [source] = columns.flatMap(column => sourcesOf(column.content))
  if (source !== undefined) throw unsupported('copying to a new table', source, 'Create the table, add it to the policy, then INSERT.')
}

export const condition = (analysis: Analysis, node: Node | undefined, scope: Scope): void => {
  if (node !== undefined) requirePlain(analysis, analysis.evaluate(analysis, node, scope), 'a condition')
}

/** The columns of a target list or RETURNING clause, stars expanded. */
export const targetColumns = (analysis: Analysis, targets: readonly Node[], scope: Scope): QueryResult => {
  const columns: QueryColumn[] = []
  let isOpen = false
  for (const node of targets) {
    const { val, name } = bodyOf(node, 'ResTarget') ?? {}
    if (val === undefined) continue
    const expanded = expandStar(analysis, val, scope)
    if (expanded === undefined) columns.push({ name: name ?? columnLabel(val), content: analysis.evaluate(analysis, val, scope) })
    else {
      columns.push(...expanded.columns)
      isOpen ||= expanded.isOpen
    }
  }
  return { columns, isOpen }
}

const expandStar = (analysis: Analysis, val: Node, scope: Scope): QueryResult | undefined => {
  if (!isStarred(val)) return undefined
  const ref = bodyOf(val, 'ColumnRef')
  if (ref !== undefined) return starColumns(ref, scope)
  const columns = expandRow(analysis.evaluate(analysis, val, scope))
  return columns === undefined ? { columns: [], isOpen: true } : { columns, isOpen: false }
}

/** ORDER BY and DISTINCT ON see output names first; a bare number is a position. */
const sortKey = (analysis: Analysis, node: Node, result: QueryResult, scope: Scope): Content => {
  const position = bodyOf(node, 'A_Const')?.ival
  if (position !== undefined) return positioned(result, position.ival ?? 0)
  const name = simpleName(node)
  const output = name === undefined ? undefined : result.columns.find(column => column.name === name)
  return output?.content ?? analysis.evaluate(analysis, node, scope)
}

const positioned = (result: QueryResult, position: number): Content => {
  if (result.isOpen && result.columns.some(column => hasSources(column.content))) {
    throw statementUnsupported('a position among columns that are not known', 'Name the column.')
  }
  return result.columns[position - 1]?.content ?? OTHER
}

const simpleName = (node: Node): string | undefined => {
  const fields = bodyOf(node, 'ColumnRef')?.fields
  return fields?.length === 1 ? stringOf(fields[0]) : undefined
}

/** GROUP BY sees columns first, then output names. */
const groupKeys = (analysis: Analysis, node: Node, result: QueryResult, scope: Scope): readonly Content[] => {
  const set = bodyOf(node, 'GroupingSet')
  if (set !== undefined) return (set.content ?? []).flatMap(inner => groupKeys(analysis, inner, result, scope))
  const position = bodyOf(node, 'A_Const')?.ival
  if (position !== undefined) return [positioned(result, position.ival ?? 0)]
  const name = simpleName(node)
  if (name !== undefined && !scope.from.columns.some(column => column.name === name)) {
    const output = result.columns.find(column => column.name === name)
    if (output !== undefined) return [output.content]
  }
  return [analysis.evaluate(analysis, node, scope)]
}

const groupClause = (analysis: Analysis, select: SelectStmt, result: QueryResult, scope: Scope): void => {
  const nodes = select.groupClause ?? []
  // In a grouping set the primary key may be missing from some of the groups.
  const isSets = nodes.some(node => bodyOf(node, 'GroupingSet') !== undefined)
  const keys = nodes.map(node => groupKeys(analysis, node, result, scope))
  if (isSets) for (const contents of keys.flat()) groupContents(analysis, [contents], 'GROUP BY')
  else groupContents(analysis, keys.flat(), 'GROUP BY')
}

const distinctClause = (analysis: Analysis, select: SelectStmt, result: QueryResult, scope: Scope): void => {
  const nodes = select.distinctClause
  if (nodes === undefined) return
  // SELECT DISTINCT is a list with one empty node.
  const isOn = nodes.some(node => tagOf(node) !== undefined)
  const contents = isOn ? nodes.map(node => sortKey(analysis, node, result, scope)) : result.columns.map(column => column.content)
  groupContents(analysis, contents, isOn ? 'DISTINCT ON' : 'DISTINCT')
}

const sortClause = (analysis: Analysis, select: SelectStmt, result: QueryResult, scope: Scope): void => {
  for (const node of select.sortClause ?? []) {
    const key = bodyOf(node, 'SortBy')?.node
    if (key !== undefined) requireUnsorted(analysis, sortKey(analysis, key, result, scope))
  }
  for (const node of [select.limitOffset, select.limitCount]) {
    if (node !== undefined) requirePlain(analysis, analysis.evaluate(analysis, node, scope), 'LIMIT')
  }
}

const requireUnsorted = (analysis: Analysis, content: Content): void => {
  const [source] = sourcesOf(content)
  if (source !== undefined) throw unsupported('ORDER BY', source, 'Sort in the client, or by another column.')
  leavePlain(analysis, content)
}

const valuesLists = (analysis: Analysis, select: SelectStmt, outer: Scope): QueryResult => {
  const columns: Content[][] = []
  let isOpen = false
  for (const list of select.valuesLists ?? []) {
    const row = rowOfValues(analysis, itemsOf(list), outer)
    if (row.isOpen && row.contents.some(hasSources)) throw unknownValues()
    isOpen ||= row.isOpen
    for (const [index, content] of row.contents.entries()) (columns[index] ??= []).push(content)
  }
  const merged = columns.map(contents => mergeMany(contents) ?? refuseMixed(analysis, ...contents))
  const result = { columns: merged.map((content, index) => ({ name: `column${String(index + 1)}`, content: withoutOrigin(content) })), isOpen }
  sortClause(analysis, select, result, outer)
  return result
}

/** One row of VALUES, in which `c.*` stands for several columns. */
export const rowOfValues = (analysis: Analysis, nodes: readonly Node[], scope: Scope): { readonly contents: readonly Content[]; readonly isOpen: boolean } => {
  if (!nodes.some(isStarred)) return { contents: nodes.map(node => analysis.evaluate(analysis, node, scope)), isOpen: false }
  const { columns, isOpen } = targetColumns(analysis, nodes.map(val => ({ ResTarget: { val } })), scope)
  return { contents: columns.map(column => column.content), isOpen }
}

export const unknownValues = (): Error => statementUnsupported('VALUES with columns that are not known', 'Name the columns.')

const refuseMixed = (analysis: Analysis, ...contents: readonly (Content | undefined)[]): Content => {
  for (const content of contents) if (content !== undefined) requirePlain(analysis, content, 'mixing values of several kinds')
  return OTHER
}

const setOperation = (analysis: Analysis, select: SelectStmt, outer: Scope): QueryResult => {
  if (select.larg === undefined || select.rarg === undefined) throw statementUnsupported('a set operation without sides', 'Write the query in another way.')
  const left = analyseSelect(analysis, select.larg, outer)
  const right = analyseSelect(analysis, select.rarg, outer)
  const result = combine(analysis, left, right, select.op === 'SETOP_UNION' && select.all === true)
  sortClause(analysis, select, result, scopeOf({ items: [], columns: result.columns, isOpen: result.isOpen }, outer))
  return result
}

/** Columns that may come from either side. */
export const combine = (analysis: Analysis, left: QueryResult, right: QueryResult, isAll: boolean): QueryResult => {
  const isOpen = left.isOpen || right.isOpen
  if (isOpen && [...left.columns, ...right.columns].some(column => hasSources(column.content))) {
    throw statementUnsupported('a set operation on columns that are not known', 'Name the columns.')
  }
  const columns = left.columns.map(({ name, content }, index): QueryColumn => {
    const other = right.columns[index]?.content ?? OTHER
    return { name, content: withoutOrigin(mergeContents(content, other) ?? refuseMixed(analysis, content, other)) }
  })
  if (!isAll) groupContents(analysis, columns.map(column => column.content), 'a set operation other than UNION ALL')
  return { columns, isOpen }
}
