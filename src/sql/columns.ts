/** Column references. */
import type { ColumnRef } from 'libpg-query'
import type { Analysis, QueryColumn } from './analysis.js'
import { hasSources, mergeContents, OTHER, sourcesOf, withExplicit } from './content.js'
import type { Content } from './content.js'
import { callOnRow } from './expression/functions.js'
import { statementUnsupported } from './refusal.js'
import { itemNamed, rowOf } from './scope.js'
import type { Scope, ScopeItem } from './scope.js'
import { stringOf, tagOf } from './tree.js'

/** What a reference means; the columns it reads by name are explicit from here on. */
export const evaluateColumn = (analysis: Analysis, ref: ColumnRef, scope: Scope): Content => {
  const fields = ref.fields ?? []
  const last = fields.at(-1)
  if (last !== undefined && tagOf(last) === 'A_Star') return starRow(ref, scope)
  const names = fields.map(stringOf)
  const [first = '', second = '', third = '', fourth = ''] = names
  if (names.length === 1) return unqualified(analysis, first, scope)
  if (names.length === 2) return qualified(analysis, itemNamed(scope, first), second)
  if (names.length === 3) return qualified(analysis, itemNamed(scope, second, first), third)
  return qualified(analysis, itemNamed(scope, third, second), fourth)
}

/** `c.*` as one value: count(c.*), row_to_json(c.*). */
const starRow = (ref: ColumnRef, scope: Scope): Content => {
  const { columns } = starColumns(ref, scope)
  return { kind: 'row', columns }
}

const named = (columns: readonly QueryColumn[], name: string): Content | undefined => columns.find(column => column.name === name)?.content

const unqualified = (analysis: Analysis, name: string, scope: Scope): Content => {
  // An item whose columns we don't know may own the name, but so may a query around it: then it is either.
  let isMaybeOther = false
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const content = named(at.from.columns, name)
    if (content !== undefined) return mentioned(analysis, asNamed(content, isMaybeOther))
    isMaybeOther ||= at.from.isOpen
  }
  // Columns of all queries around come before whole rows (transformColumnRef in parse_expr.c).
  const item = itemNamed(scope, name)
  if (item !== undefined) return asNamed(rowContent(item), isMaybeOther, false)
  return isMaybeOther ? OTHER : unknownColumn(analysis, name, scope)
}

const mentioned = (analysis: Analysis, content: Content): Content => {
  for (const source of sourcesOf(content)) analysis.uses.mention(source)
  return content
}

const asNamed = (content: Content, isMaybeOther: boolean, isExplicit = true): Content => {
  const explicit = isExplicit ? withExplicit(content, true) : content
  if (!isMaybeOther || !hasSources(explicit)) return explicit
  return mergeContents(explicit, OTHER) ?? explicit
}

/** The whole row, by the item's name. An open item's unknown columns hold no sealed value. */
const rowContent = (item: ScopeItem): Content => (item.isOpen && item.columns.length === 0 ? OTHER : rowOf(item))

const qualified = (analysis: Analysis, item: ScopeItem | undefined, name: string): Content => {
  // The server says that there is no such item.
  if (item === undefined) return OTHER
  const content = named(item.columns, name)
  if (content !== undefined) return mentioned(analysis, withExplicit(content, true))
  if (item.isOpen || SYSTEM_COLUMNS.has(name)) return OTHER
  const row = rowContent(item)
  if (!hasSources(row)) return OTHER
  reportMissing(analysis, name)
  // `c.row_to_json` is PostgreSQL's other way to write row_to_json(c).
  return callOnRow(analysis, name, row)
}

const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'])

/** No column of that name: the server rejects it, unless the catalogue is behind. */
const unknownColumn = (analysis: Analysis, name: string, scope: Scope): Content => {
  if (SYSTEM_COLUMNS.has(name)) return OTHER
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.from.columns.some(column => hasSources(column.content))) reportMissing(analysis, name)
  }
  return OTHER
}

const reportMissing = (analysis: Analysis, name: string): void => {
  if (analysis.missingPolicy === 'report') analysis.missing.add(name)
}

/** The columns that `*`, `c.*` or `s.c.*` stands for. */
export const starColumns = (ref: ColumnRef, scope: Scope): { readonly columns: readonly QueryColumn[]; readonly isOpen: boolean } => {
  const names = (ref.fields ?? []).slice(0, -1).map(stringOf)
  if (names.length === 0) return { columns: scope.from.columns, isOpen: scope.from.isOpen }
  const item = itemNamed(scope, names.at(-1) ?? '', names.at(-2))
  if (item === undefined) return { columns: [], isOpen: true }
  return { columns: item.columns, isOpen: item.isOpen }
}

/** `(c).*` over a row of known columns. */
export const expandRow = (content: Content): readonly QueryColumn[] | undefined => {
  if (content.kind === 'row') return content.columns
  if (hasSources(content)) throw statementUnsupported('the columns of a composite value are not known', 'Name the columns.')
  return undefined
}
