/** What the proxy knows of the live database: an immutable snapshot, replaced as a whole by each refresh. */
import type { Field } from '../policy/types.js'

export type RelationKind = 'table' | 'partitioned' | 'view' | 'matview' | 'foreign' | 'composite' | 'sequence'

export interface Column {
  /** pg_attribute.attnum, from 1. */
  readonly attnum: number
  readonly name: string
  readonly typeOid: number
  readonly typmod: number
  readonly isNotNull: boolean
  readonly hasDefault: boolean
  readonly isGenerated: boolean
  /** Set where this base-table column is a home of a protected field (partitions and inheritance children too). */
  readonly field: Field | undefined
  /** False for a home column without type `text` and a validated guard (design.md 3.4, 6). */
  readonly isGuarded: boolean
}

export interface Relation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  /** Live columns in attnum order. */
  readonly columns: readonly Column[]
  /** Names of the primary key's columns; empty without one. */
  readonly primaryKey: readonly string[]
  /** pg_get_viewdef of a view or materialized view, with schema names in it; undefined for the system's own views. */
  readonly definition: string | undefined
  /** Whether some column has a field. */
  readonly isProtected: boolean
  /** Whether it is protected, or a view or materialized view that reads a protected relation, directly or through views. Absent means: assume so. */
  readonly readsProtected?: boolean
  /** Row type's OID in pg_type (pg_class.reltype), 0 if none. */
  readonly rowTypeOid: number
}

/** pg_type facts that matter for quoting and for binary formats. */
export type TypeShape =
  | { readonly kind: 'base'; readonly oid: number; readonly name: string }
  | { readonly kind: 'array'; readonly oid: number; readonly elementOid: number; readonly delimiter: string }
  | { readonly kind: 'record'; readonly oid: number; readonly columnTypeOids: readonly number[] | undefined }
  | { readonly kind: 'domain'; readonly oid: number; readonly baseOid: number }
  | { readonly kind: 'enum'; readonly oid: number }
  | { readonly kind: 'range'; readonly oid: number }

export interface RoutineInfo {
  readonly schema: string
  readonly name: string
  /** Whether its body (prosrc) contains the name of a protected relation, or of a view over one. */
  readonly namesProtected: boolean
  /** Whether `allow_database_code` has it. */
  readonly isDeclared: boolean
}

/** Something in the database that would work on sealed values as if they were plain (design.md 5.4). */
export interface Finding {
  readonly severity: 'blocks' | 'unguarded' | 'declared' | 'warning'
  /** `rls_policy`, `trigger`, `check`, … */
  readonly kind: string
  /** The object's name, like `public.contacts policy contacts_board`. */
  readonly object: string
  /** The protected column concerned, `schema.table.column`, or undefined when it can't be told. */
  readonly column: string | undefined
  readonly reason: string
  readonly remedy: string
}

export interface Catalog {
  /** Rises with each snapshot that differs. */
  readonly version: number
  readonly serverVersion: number
  relationByOid(oid: number): Relation | undefined
  relation(schema: string, name: string): Relation | undefined
  /** All relations of that name, in any schema. */
  relationsNamed(name: string): readonly Relation[]
  /** Schemas with a protected relation. Absent means: any may have one. */
  readonly protectedSchemas?: ReadonlySet<string>
  /** Routines of that name, in any schema; built-in ones (pg_catalog) are left out. */
  routinesNamed(name: string): readonly RoutineInfo[]
  /** Undefined for an unknown type, which is then treated as text that needs scanning. */
  type(oid: number): TypeShape | undefined
  /** Roles that `user` is a member of, inherited ones included; empty for an unknown user. Superuser counts for nothing. */
  membershipsOf(user: string): ReadonlySet<string>
  readonly findings: readonly Finding[]
}
