/** The statements that make a policy's columns sealed ones: type change and guard. */
import { createHash } from 'node:crypto'
import type { Field, Policy, TablePolicy } from '../policy/types.js'
import { guardDefinition, quoteIdentifier } from './guard.js'
import { TEXT_OID } from './relations.js'
import type { Catalog, Column, Relation } from './types.js'

/** NAMEDATALEN - 1: a longer name would be cut, perhaps to one that exists. */
const NAME_BYTES_MAX = 63
const SUFFIX = '_sealed'
const DIGEST_DIGITS = 8

const fits = (name: string): boolean => Buffer.byteLength(name) <= NAME_BYTES_MAX

/**
 * The guard's name: `<table>_<column>_sealed`. A long one is cut and told apart by a digest: two columns of a table
 * that got one name would take turns at dropping each other's guard.
 */
export const guardName = (table: string, column: string): string => {
  const full = `${table}_${column}`
  if (fits(full + SUFFIX)) return full + SUFFIX
  const suffix = `_${createHash('sha256').update(full).digest('hex').slice(0, DIGEST_DIGITS)}${SUFFIX}`
  const characters = Array.from(full)
  while (!fits(characters.join('') + suffix)) characters.pop()
  return characters.join('') + suffix
}

interface HomeColumn {
  readonly table: TablePolicy
  readonly name: string
  readonly field: Field
  readonly prefix: string
  /** What the database has now; undefined without a database to look at. */
  readonly live: LiveColumn | undefined
}

interface LiveColumn {
  readonly relation: Relation
  readonly column: Column
  readonly isCollationLoose: boolean
}

const target = (home: HomeColumn): string => `${quoteIdentifier(home.table.schema)}.${quoteIdentifier(home.table.table)}`

// Without COLLATE the new type brings text's own collation, which is deterministic.
const typeChange = (home: HomeColumn): readonly string[] => {
  if (home.live?.column.typeOid === TEXT_OID && !home.live.isCollationLoose) return []
  const column = quoteIdentifier(home.name)
  return [`ALTER TABLE ${target(home)} ALTER COLUMN ${column} TYPE text USING ${column}::text;`]
}

// DROP IF EXISTS replaces a guard that is not validated or belongs to another key; ALTER TABLE then checks every row.
const guard = (home: HomeColumn): readonly string[] => {
  if (home.live?.column.isGuarded === true) return []
  const name = quoteIdentifier(guardName(home.table.table, home.name))
  const definition = guardDefinition(quoteIdentifier(home.name), home.prefix, home.field.sealsEmpty)
  return [`ALTER TABLE ${target(home)} DROP CONSTRAINT IF EXISTS ${name}, ADD CONSTRAINT ${name} CHECK (${definition});`]
}

const statementsFor = (home: HomeColumn): readonly string[] => {
  const label = comment(`${home.table.schema}.${home.table.table}.${home.name}`)
  if (home.live?.relation.kind === 'foreign') return [`-- ${label}: a foreign table can't be guarded; protect it on its own server.`]
  const statements = [...typeChange(home), ...guard(home)]
  return statements.length === 0 ? [] : [`-- ${label} (field ${comment(home.field.name)})`, ...statements]
}

// A name may hold a line break; past it, the rest of a comment would be run as SQL.
const comment = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, '?')

const HEADER: readonly string[] = [
  '-- Type change and guard for the columns which the policy seals. Apply as the owner of the tables.',
  '-- A column that holds plaintext cannot get a validated guard: ADD CONSTRAINT then fails and the transaction is undone.',
  '-- Use NOT VALID only with migration (not built yet); until the guard is validated the column counts as unguarded.',
]

type PrefixOf = (fieldName: string) => string | undefined

const liveColumn = (catalog: Catalog, table: TablePolicy, name: string): LiveColumn | undefined => {
  const relation = catalog.relation(table.schema, table.table)
  const column = relation?.columns.find(candidate => candidate.name === name)
  if (relation === undefined || column === undefined) return undefined
  const label = `${table.schema}.${table.table}.${name}`
  return { relation, column, isCollationLoose: catalog.findings.some(finding => finding.kind === 'collation' && finding.column === label) }
}

// A comment where nothing can be done about a column.
const homeOf = (table: TablePolicy, name: string, field: Field, catalog: Catalog | undefined, prefixOf: PrefixOf): HomeColumn | string => {
  const label = comment(`${table.schema}.${table.table}.${name}`)
  const prefix = prefixOf(field.name)
  if (prefix === undefined) return `-- ${label}: the keyring has no key for the field ${comment(field.name)}; run: pgveil keys sync`
  const live = catalog === undefined ? undefined : liveColumn(catalog, table, name)
  if (catalog !== undefined && live === undefined) return `-- ${label}: not in the database`
  return { table, name, field, prefix, live }
}

const homesIn = (policy: Policy, catalog: Catalog | undefined, prefixOf: PrefixOf): readonly (HomeColumn | string)[] =>
  [...policy.tables.values()].flatMap(table => [...table.columns].map(([name, field]) => homeOf(table, name, field, catalog, prefixOf)))

/**
 * SQL that brings the database to the policy; what is there already is skipped, so applying it twice does nothing.
 * Without a catalogue it is for all columns. Names are quoted; what can't be done is said in a comment.
 */
export const ddlFor = (policy: Policy, catalog: Catalog | undefined, prefixOf: PrefixOf): string => {
  const lines = homesIn(policy, catalog, prefixOf).flatMap(home => (typeof home === 'string' ? [home] : statementsFor(home)))
  if (lines.every(line => line.startsWith('--'))) return [...lines, '-- Nothing to do.', ''].join('\n')
  return [...HEADER, 'BEGIN;', 'SET LOCAL search_path = pg_catalog, pg_temp;', ...lines, 'COMMIT;', ''].join('\n')
}
