/** The table that INSERT, UPDATE, DELETE, MERGE or COPY FROM changes. */
import type { RangeVar } from 'libpg-query'
import type { Relation } from '../../catalog/types.js'
import type { Analysis } from '../analysis.js'
import type { Target } from '../consume.js'
import { OTHER, sourcesOf } from '../content.js'
import { unsupported } from '../refusal.js'
import { findRelation, relationColumns, sourceOf } from '../relations.js'
import type { ScopeItem } from '../scope.js'

export interface ModifiedTable {
  /** Undefined when the catalogue lacks it: nothing in it is protected. */
  readonly relation: Relation | undefined
  readonly item: ScopeItem
}

const SETTINGS_VIEW = 'pg_settings'

export const modifiedTable = (analysis: Analysis, name: RangeVar): ModifiedTable => {
  const relation = findRelation(analysis, name)
  // An UPDATE of pg_settings is a SET, through a view over it as well. Unnoticed, it would have the server read the next
  // literal with other rules than ours, and so other statements.
  if (name.relname === SETTINGS_VIEW || relation?.definition?.includes(SETTINGS_VIEW) === true) analysis.effects.push({ kind: 'set', setting: 'unknown' })
  const itemName = name.alias?.aliasname ?? name.relname
  const columns = relation === undefined ? [] : relationColumns(analysis, relation, analysis.nextRange())
  const schema = name.alias === undefined ? relation?.schema : undefined
  return { relation, item: { name: itemName, schema, columns, isOpen: relation === undefined, isScalar: false } }
}

/** The column that an assignment to `name` changes; views are resolved to the base table. */
export const targetColumn = (analysis: Analysis, table: ModifiedTable, name: string, kind: Target['kind'], isExplicit: boolean): Target => {
  const { relation } = table
  const unknown: Target = { schema: relation?.schema ?? '', table: relation?.name ?? '', column: name, source: undefined, kind }
  const column = relation?.columns.find(candidate => candidate.name === name)
  if (relation === undefined || column === undefined) return unknown
  if (relation.definition === undefined) return { ...unknown, source: sourceOf(relation, column, isExplicit) }
  return viewTarget(analysis, table, unknown, isExplicit)
}

const viewTarget = (analysis: Analysis, { item }: ModifiedTable, unknown: Target, isExplicit: boolean): Target => {
  const content = item.columns.find(candidate => candidate.name === unknown.column)?.content ?? OTHER
  const origin = content.kind === 'value' ? content.origin : undefined
  const base = origin === undefined ? undefined : analysis.catalog.relationByOid(origin.relationOid)
  const column = base?.columns.find(candidate => candidate.attnum === origin?.attnum)
  if (base !== undefined && column !== undefined) {
    return { schema: base.schema, table: base.name, column: column.name, source: sourceOf(base, column, isExplicit), kind: unknown.kind }
  }
  // A computed column: the server rejects the assignment, unless a trigger or rule takes it, which we can't see into.
  const [source] = sourcesOf(content)
  if (source !== undefined) throw unsupported('writing through a computed view column', source, 'Write the table itself.')
  return unknown
}
