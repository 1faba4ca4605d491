/** Relations of the catalogue as FROM items. */
import type { RangeVar } from 'libpg-query'
import { resolveRelation } from '../catalog/search-path.js'
import type { Column, Relation } from '../catalog/types.js'
import { ProxyError } from '../errors.js'
import type { Analysis, QueryColumn } from './analysis.js'
import { columnContent, OTHER, withinRange } from './content.js'
import type { Source } from './content.js'
import { columnName } from './refusal.js'
import { viewColumns } from './views.js'

/** Schemas whose relations hold no column of a policy and which the catalogue leaves out. */
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'pg_toast'])

/** The relation that a name means; undefined if the catalogue lacks it. Throws `ambiguous_relation`. */
export const findRelation = (analysis: Analysis, name: RangeVar): Relation | undefined => {
  const { schemaname: schema, relname = '' } = name
  const found = resolveRelation(analysis.catalog, analysis.searchPath, schema, relname)
  if (found.kind === 'found') return found.relation
  if (found.kind === 'ambiguous') throw new ProxyError('ambiguous_relation', { name: relname })
  if (schema === undefined ? relname.startsWith('pg_') : SYSTEM_SCHEMAS.has(schema)) return undefined
  if (analysis.missingPolicy === 'report') analysis.missing.add(schema === undefined ? relname : `${schema}.${relname}`)
  else if (isMaybeProtected(analysis, schema, relname)) throw new ProxyError('ambiguous_relation', { name: relname })
  return undefined
}

/** A name which the search_path does not find, but which a protected relation has: the search_path may have changed unseen. */
const isMaybeProtected = (analysis: Analysis, schema: string | undefined, name: string): boolean =>
  schema === undefined && analysis.catalog.relationsNamed(name).some(relation => relation.isProtected || relation.definition !== undefined)

/** The protected column as a source. */
export const sourceOf = (relation: Relation, column: Column, isExplicit: boolean): Source | undefined =>
  column.field === undefined
    ? undefined
    : {
        field: column.field,
        relationOid: relation.oid,
        attnum: column.attnum,
        schema: relation.schema,
        table: relation.name,
        column: column.name,
        isExplicit,
      }

/** Notes that the statement touches columns which are not sealed yet. */
export const noteUnguarded = (analysis: Analysis, relation: Relation): void => {
  if (!relation.isProtected) return
  for (const column of relation.columns) {
    if (column.field !== undefined && !column.isGuarded) {
      analysis.unguarded.add(columnName({ schema: relation.schema, table: relation.name, column: column.name }))
    }
  }
}

const unprotectedColumns = new WeakMap<Relation, readonly QueryColumn[]>()

/** The columns of a relation or view, as a FROM item of this range sees them. */
export const relationColumns = (analysis: Analysis, relation: Relation, range: string): readonly QueryColumn[] => {
  noteUnguarded(analysis, relation)
  if (relation.definition !== undefined) {
    const columns = viewColumns(analysis, relation)
    return relation.columns.map((column, index) => {
      const content = columns[index]?.content ?? OTHER
      return { name: column.name, content: withinRange(content, range) }
    })
  }
  if (relation.isProtected) return tableColumns(relation, range)
  const known = unprotectedColumns.get(relation)
  if (known !== undefined) return known
  const columns = tableColumns(relation, undefined)
  unprotectedColumns.set(relation, columns)
  return columns
}

const tableColumns = (relation: Relation, range: string | undefined): readonly QueryColumn[] =>
  relation.columns.map(column => ({
    name: column.name,
    content: columnContent({ relationOid: relation.oid, attnum: column.attnum }, sourceOf(relation, column, false), range),
  }))
