/** Relations of the catalogue as FROM items. */
import type { RangeVar } from 'libpg-query'
import { resolveRelation } from '../catalog/search-path.js'
import type { Column, Relation } from '../catalog/types.js'
import { ProxyError } from '../errors.js'
import type { Analysis, QueryColumn } from './analysis.js'
import { columnContent, OTHER, withinRange } from './content.js'
import type { Source } from './content.js'
import { columnName, statementUnsupported } from './refusal.js'
import { viewColumns } from './views.js'

/** Schemas whose relations hold no column of a policy and which the catalogue leaves out. */
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'pg_toast'])

/** The relation that a name means; undefined if the catalogue lacks it. Throws `ambiguous_relation`. */
export const findRelation = (analysis: Analysis, name: RangeVar): Relation | undefined => {
  const { schemaname: schema, relname = '' } = name
  if (analysis.changed.has(relname)) throw statementUnsupported('it uses a relation that was changed in a transaction which is still open', 'Commit the change first.')
  const found = resolveRelation(analysis.catalog, analysis.searchPath, schema, relname)
  if (found.kind === 'found') {
    // Whoever may make tables and set search_path could otherwise divert what is meant for a protected table into one of his own.
    if (schema === undefined && isDiverted(analysis, found.relation)) throw new ProxyError('ambiguous_relation', { name: relname })
    return found.relation
  }
  if (found.kind === 'ambiguous') throw new ProxyError('ambiguous_relation', { name: relname })
  if (schema === undefined ? relname.startsWith('pg_') : SYSTEM_SCHEMAS.has(schema)) return undefined
  if (analysis.missingPolicy === 'report') analysis.missing.add(schema === undefined ? relname : `${schema}.${relname}`)
  else if (isMaybeProtected(analysis, schema, relname)) throw new ProxyError('ambiguous_relation', { name: relname })
  return undefined
}

/** Whether a name without a schema leads past a protected relation of that name. */
const isDiverted = (analysis: Analysis, found: Relation): boolean =>
  !found.isProtected && found.definition === undefined && !SYSTEM_SCHEMAS.has(found.schema) && analysis.catalog.relationsNamed(found.name).some(each => each.isProtected)

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
