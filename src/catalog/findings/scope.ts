/** What the checks share: the relations at hand, and how a finding is worded. */
import type { Field, Policy } from '../../policy/types.js'
import type { Query } from '../rows.js'
import type { Parents } from '../relations.js'
import type { Column, Finding, Relation, RoutineInfo } from '../types.js'

/** What the checks may look at. */
export interface FindingScope {
  /** Inside the snapshot of the load. */
  readonly query: Query
  readonly policy: Policy
  readonly prefixOf: (fieldName: string) => string | undefined
  readonly relations: readonly Relation[]
  readonly byOid: ReadonlyMap<number, Relation>
  readonly parents: Parents
  readonly routines: readonly RoutineInfo[]
  /** OIDs of tables with protected columns. */
  readonly homes: readonly number[]
  /** `homes`, and the views and materialized views over them. */
  readonly readers: readonly number[]
}

/** One check: everything of one kind that it finds. */
export type Check = (scope: FindingScope) => Promise<readonly Finding[]> | readonly Finding[]

/** A home column: its field is known. */
export interface HomeColumn extends Column {
  readonly field: Field
}

export const isHomeColumn = (column: Column): column is HomeColumn => column.field !== undefined

/** Protected columns of a relation, in order. */
export const homesOf = (relation: Relation): readonly HomeColumn[] => relation.columns.filter(isHomeColumn)

/** The protected column of that attnum. */
export const homeAt = (relation: Relation | undefined, attnum: number): HomeColumn | undefined => {
  const column = relation?.columns.find(candidate => candidate.attnum === attnum)
  return column !== undefined && isHomeColumn(column) ? column : undefined
}

/** `schema.table`, as the policy writes it. */
export const nameOf = (relation: Relation): string => `${relation.schema}.${relation.name}`

/** `schema.table.column`. */
export const columnName = (relation: Relation, column: Column): string => `${nameOf(relation)}.${column.name}`

export interface CodeObject {
  readonly kind: string
  /** For people: `public.contacts policy contacts_board`. */
  readonly object: string
  /** Names that declare it in allow_database_code; the first is the one to recommend. */
  readonly names: readonly [string, ...string[]]
  readonly column: string | undefined
  readonly reason: string
}

/** Code in the database that works on sealed values: it blocks unless the operator declares it. */
export const codeFinding = (scope: FindingScope, code: CodeObject): Finding => {
  const { kind, object, column, reason } = code
  const [name] = code.names
  const isDeclared = code.names.some(candidate => scope.policy.allowedDatabaseCode.has(candidate))
  const remedy = isDeclared
    ? `Declared by allow_database_code: ${name}.`
    : `Drop it, or make it work on sealed values and add ${name} to allow_database_code in the policy.`
  return { severity: isDeclared ? 'declared' : 'blocks', kind, object, column, reason, remedy }
}
