/** Relations of the live database, joined with the policy: which columns are homes of a protected field. */
import { ProxyError } from '../errors.js'
import type { Field, Policy } from '../policy/types.js'
import { canonicalGuard } from './guard.js'
import { numberOf, numbersOf, textOf, textOrNothing, type Row } from './rows.js'
import type { Column, Relation, RelationKind } from './types.js'

/** pg_type.oid of text. */
export const TEXT_OID = 25

const KINDS: Readonly<Record<string, RelationKind>> = { r: 'table', p: 'partitioned', v: 'view', m: 'matview', f: 'foreign', c: 'composite', S: 'sequence' }

const isHomeKind = (kind: RelationKind): boolean => kind === 'table' || kind === 'partitioned' || kind === 'foreign'

const columnOf = (value: unknown): Column => {
  if (!Array.isArray(value)) throw new ProxyError('catalog_unreachable', { reason: 'the catalogue query returned an unexpected column' })
  const [attnum, name, typeOid, typmod, isNotNull, hasDefault, isGenerated]: readonly unknown[] = value
  return {
    attnum: Number(attnum),
    name: String(name),
    typeOid: Number(typeOid),
    typmod: Number(typmod),
    isNotNull: isNotNull === true,
    hasDefault: hasDefault === true,
    isGenerated: isGenerated === true,
    field: undefined,
    isGuarded: false,
  }
}

const columnsOf = (row: Row): readonly Column[] => {
  const value = row['columns']
  if (!Array.isArray(value)) throw new ProxyError('catalog_unreachable', { reason: 'the catalogue query returned unexpected columns' })
  return value.map(columnOf)
}

/** One relation as the database has it; fields and guards are joined later. */
export const readRelation = (row: Row): Relation => {
  const columns = columnsOf(row)
  const key = numbersOf(row, 'primary_key')
  return {
    oid: numberOf(row, 'oid'),
    schema: textOf(row, 'schema'),
    name: textOf(row, 'name'),
    kind: KINDS[textOf(row, 'kind')] ?? 'table',
    columns,
    primaryKey: key.flatMap(attnum => columns.find(column => column.attnum === attnum)?.name ?? []),
    definition: textOrNothing(row, 'definition'),
    isProtected: false,
    readsProtected: false,
    rowTypeOid: numberOf(row, 'row_type'),
  }
}

/** Direct parents by child's OID. */
export type Parents = ReadonlyMap<number, readonly number[]>

/** Groups pairs of OIDs by the first one. */
export const groupPairs = (rows: readonly Row[], from: string, to: string): Parents => {
  const groups = new Map<number, number[]>()
  for (const row of rows) {
    const group = groups.get(numberOf(row, from))
    if (group === undefined) groups.set(numberOf(row, from), [numberOf(row, to)])
    else group.push(numberOf(row, to))
  }
  return groups
}

/** All that `start` reaches along `edges`, without `start` itself. */
export const reachable = (start: number, edges: Parents): ReadonlySet<number> => {
  const seen = new Set<number>()
  const open = [start]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const target of edges.get(next) ?? []) {
      if (seen.has(target)) continue
      seen.add(target)
      open.push(target)
    }
  }
  return seen
}

/** The fields that the policy gives a relation's columns: its own first, then those of the tables it inherits from. */
export const fieldsOf = (relation: Relation, parents: Parents, byOid: ReadonlyMap<number, Relation>, policy: Policy): ReadonlyMap<string, Field> => {
  const fields = new Map<string, Field>()
  if (!isHomeKind(relation.kind)) return fields
  for (const oid of [relation.oid, ...reachable(relation.oid, parents)]) {
    const home = byOid.get(oid)
    if (home === undefined) continue
    for (const [name, field] of policy.tables.get(`${home.schema}.${home.name}`)?.columns ?? []) {
      if (!fields.has(name)) fields.set(name, field)
    }
  }
  return fields
}

/** A validated, enforced CHECK on one column. */
export interface ColumnCheck {
  readonly relation: number
  readonly attnum: number
  /** The column's name by quote_ident. */
  readonly quoted: string
  readonly definition: string
}

export const readCheck = (row: Row): ColumnCheck => ({
  relation: numberOf(row, 'relation'),
  attnum: numberOf(row, 'attnum'),
  quoted: textOf(row, 'quoted'),
  definition: textOf(row, 'definition'),
})

const isGuarded = (relation: Relation, column: Column, field: Field, prefix: string | undefined, checks: readonly ColumnCheck[]): boolean => {
  // PostgreSQL does not enforce the CHECK of a foreign table: it only plans by it.
  if (relation.kind === 'foreign' || column.typeOid !== TEXT_OID || prefix === undefined) return false
  return checks.some(
    check => check.relation === relation.oid && check.attnum === column.attnum && check.definition === canonicalGuard(check.quoted, prefix, field.sealsEmpty),
  )
}

/** `relation` with its homes marked. */
export const withFields = (
  relation: Relation,
  fields: ReadonlyMap<string, Field>,
  checks: readonly ColumnCheck[],
  prefixOf: (fieldName: string) => string | undefined,
): Relation => {
  if (fields.size === 0) return relation
  const columns = relation.columns.map(column => {
    const field = fields.get(column.name)
    return field === undefined ? column : { ...column, field, isGuarded: isGuarded(relation, column, field, prefixOf(field.name), checks) }
  })
  const isProtected = columns.some(column => column.field !== undefined)
  return { ...relation, columns, isProtected, readsProtected: isProtected }
}
