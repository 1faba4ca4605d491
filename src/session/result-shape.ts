/**
 * What a result column is and how its values are treated. The row plan hangs on the statement's metadata and on the formats
 * of the Bind, never on "the last RowDescription": many clients describe once and never again.
 */
import type { Catalog, Column, Relation } from '../catalog/types.js'
import { assertNever } from '../errors.js'
import type { Field, FieldType, Policy } from '../policy/types.js'
import { viewColumnOrigin } from '../sql/view-origin.js'
import type { Container, Output, StatementPlan } from '../sql/types.js'
import type { ColumnDescription } from '../wire/backend/row-description.js'
import { OID } from '../wire/oids.js'
import type { Rights } from './rights.js'

/** Where tokens may be shown: a base-table column shows those of its own field only; an expression shows any. */
export type Home = { readonly kind: 'any' } | { readonly kind: 'column'; readonly fieldNames: ReadonlySet<string> }

export interface ColumnShape {
  readonly typeOid: number
  readonly format: 0 | 1
  /** False for types whose values can't hold a token. */
  readonly isScanned: boolean
  readonly home: Home
  /** The field of a home column. */
  readonly field: Field | undefined
  /** The declared type under which the client sees a home column, if that is not what the server sends. */
  readonly shownType: FieldType | undefined
  readonly quoting: readonly Container[] | undefined
  /** Set where the column is the key of its table's subject: its values say whose data the row is. */
  readonly subjectType: string | undefined
}

export interface RowShape {
  readonly columns: readonly ColumnShape[]
  /** False: rows pass unread. */
  readonly isScanned: boolean
}

/** Fixed types that can't hold text (all others are scanned: names, enums, domains, extension types and composites too). */
const UNSCANNED: ReadonlySet<number> = new Set<number>([
  OID.bool, OID.bytea, OID.int8, OID.int2, OID.int4, OID.oid, OID.float4, OID.float8, OID.date, OID.time, OID.timestamp,
  OID.timestamptz, OID.interval, OID.timetz, OID.numeric, OID.uuid
])

const ANY_HOME: Home = { kind: 'any' }
const NO_HOME: Home = { kind: 'column', fieldNames: new Set() }

const elsewhereOf = (policy: Policy, relation: Relation, column: Column): string[] =>
  [...policy.fields.values()]
    .filter(field => field.elsewhere.some(name => name.schema === relation.schema && name.table === relation.name && name.column === column.name))
    .map(field => field.name)

const homeOf = (policy: Policy, relation: Relation, column: Column): Home => {
  if (relation.schema.startsWith('pg_temp')) return ANY_HOME
  const own = column.field === undefined ? [] : [column.field.name]
  return { kind: 'column', fieldNames: new Set([...own, ...elsewhereOf(policy, relation, column)]) }
}

interface BaseColumn {
  readonly relation: Relation
  readonly column: Column
}

/** The base-table column that a RowDescription's origin names, views resolved. */
const baseColumn = (catalog: Catalog, tableOid: number, attnum: number): BaseColumn | 'expression' | 'unknown' => {
  const relation = catalog.relationByOid(tableOid)
  if (relation === undefined) return 'unknown'
  if (relation.kind === 'view') {
    const origin = viewColumnOrigin(catalog, tableOid, attnum)
    return origin === undefined ? 'expression' : baseColumn(catalog, origin.relationOid, origin.attnum)
  }
  const column = relation.columns.find(each => each.attnum === attnum)
  return column === undefined ? 'unknown' : { relation, column }
}

const shownTypeOf = (field: Field | undefined, rights: Rights): FieldType | undefined =>
  field === undefined || field.type.kind === 'text' || rights.decideRead(field).treatment.action === 'sealed' ? undefined : field.type

const subjectTypeOf = (policy: Policy, base: BaseColumn): string | undefined => {
  const subject = policy.tables.get(`${base.relation.schema}.${base.relation.name}`)?.subject
  return subject?.key === base.column.name ? subject.type : undefined
}

export interface ShapeContext {
  readonly catalog: Catalog
  readonly policy: Policy
  readonly rights: Rights
}

const columnShape = (described: ColumnDescription, format: 0 | 1, output: Output | undefined, context: ShapeContext): ColumnShape => {
  const isScanned = !UNSCANNED.has(described.typeOid)
  const common = { typeOid: described.typeOid, format, isScanned, quoting: output?.quoting }
  const nothing = { field: undefined, shownType: undefined, subjectType: undefined }
  // A whole row has its table as origin, but no column (attnum 0).
  if (described.tableOid === 0 || described.attnum <= 0) return { ...common, ...nothing, home: ANY_HOME }
  const base = baseColumn(context.catalog, described.tableOid, described.attnum)
  // A relation that the catalogue does not know yet is nobody's home: its tokens are redacted, not shown.
  if (base === 'unknown') return { ...common, ...nothing, home: NO_HOME }
  if (base === 'expression') return { ...common, ...nothing, home: ANY_HOME }
  const field = base.column.field
  const home = homeOf(context.policy, base.relation, base.column)
  // `::text` of a column that is text already leaves it its origin, though the client asked for text.
  const isCast = output !== undefined && output.origin === undefined
  return { ...common, home, field, shownType: isCast ? undefined : shownTypeOf(field, context.rights), subjectType: subjectTypeOf(context.policy, base) }
}

/** Bind's rule: no code means all text, one is for all, else one a column. */
export const formatOf = (formats: readonly number[], index: number): 0 | 1 => {
  const code = formats.length === 1 ? formats[0] : formats[index]
  return code === 1 ? 1 : 0
}

/** The shape of a result's rows. `formats` are those of the Bind, or undefined to take what the description says. */
export const rowShape = (
  described: readonly ColumnDescription[],
  formats: readonly number[] | undefined,
  plan: StatementPlan | undefined,
  context: ShapeContext
): RowShape => {
  // The plan's outputs are used only if they are as many as the server's: a difference means that we read the text differently.
  const outputs = plan?.outputs?.length === described.length ? plan.outputs : undefined
  const columns = described.map((column, index) => {
    const format = formats === undefined ? (column.format === 1 ? 1 : 0) : formatOf(formats, index)
    return columnShape(column, format, outputs?.[index], context)
  })
  return { columns, isScanned: columns.some(column => column.isScanned) }
}

interface WireType {
  readonly typeOid: number
  readonly typeLength: number
  readonly typmod: number
}

const VARHDRSZ = 4
const DATE_BYTES = 4

/** How a declared type looks in RowDescription. */
export const wireType = (type: FieldType): WireType => {
  switch (type.kind) {
    case 'text':
      return { typeOid: OID.text, typeLength: -1, typmod: -1 }
    case 'varchar':
      return { typeOid: OID.varchar, typeLength: -1, typmod: type.charactersMax + VARHDRSZ }
    case 'date':
      return { typeOid: OID.date, typeLength: DATE_BYTES, typmod: -1 }
    default:
      return assertNever(type)
  }
}

/** The columns as the client is to see them; the same array when nothing differs. */
export const shownColumns = (described: readonly ColumnDescription[], shape: RowShape): readonly ColumnDescription[] =>
  shape.columns.every(column => column.shownType === undefined)
    ? described
    : described.map((column, index) => {
        const shown = shape.columns[index]?.shownType
        return shown === undefined ? column : { ...column, ...wireType(shown) }
      })
