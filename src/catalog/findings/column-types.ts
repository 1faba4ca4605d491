/** Columns that are not sealed yet: not of type text, or without the guard. */
import { numberOf, textOf, flagOf, type Row } from '../rows.js'
import { TEXT_OID } from '../relations.js'
import type { Finding, Relation } from '../types.js'
import { columnName, homeAt, nameOf, type Check, type FindingScope, type HomeColumn } from './scope.js'

const COLUMNS = `
SELECT a.attrelid AS relation, a.attnum, format_type(a.atttypid, a.atttypmod) AS type, t.typtype = 'd' AS is_domain,
       coalesce(l.collisdeterministic, true) AS is_deterministic, coalesce(l.collname::text, '') AS collation
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, 2`

const DDL = 'Apply the output of: pgveil policy ddl'

const unguardedReason = (scope: FindingScope, relation: Relation, column: HomeColumn, row: Row): string => {
  const type = textOf(row, 'type')
  if (relation.kind === 'foreign') return 'PostgreSQL does not enforce the CHECK of a foreign table'
  if (column.typeOid !== TEXT_OID) {
    if (flagOf(row, 'is_domain')) return `the domain ${type} would work on sealed values; the column must have type text`
    return type.endsWith('citext') ? 'citext compares sealed values without regard to case; the column must have type text' : `the column has type ${type}, not text`
  }
  if (scope.prefixOf(column.field.name) === undefined) return `the keyring has no key for the field ${column.field.name}`
  return 'the column lacks a validated guard for its key'
}

// A child is named only if it differs from its parent, or a table of a thousand partitions would fill the report.
const isToldByParent = (scope: FindingScope, relation: Relation, column: HomeColumn): boolean =>
  (scope.parents.get(relation.oid) ?? []).some(oid =>
    scope.byOid.get(oid)?.columns.some(above => above.name === column.name && above.field !== undefined && !above.isGuarded && above.typeOid === column.typeOid),
  )

const inColumn = (scope: FindingScope, row: Row): readonly Finding[] => {
  const relation = scope.byOid.get(numberOf(row, 'relation'))
  const column = homeAt(relation, numberOf(row, 'attnum'))
  if (relation === undefined || column === undefined || isToldByParent(scope, relation, column)) return []
  const about = { object: nameOf(relation), column: columnName(relation, column) }
  const findings: Finding[] = []
  if (!column.isGuarded) {
    const kind = column.typeOid === TEXT_OID ? 'guard' : 'column_type'
    const remedy = relation.kind === 'foreign' ? 'Protect the table on its own server, through a pgveil there.' : DDL
    findings.push({ severity: 'unguarded', kind, ...about, reason: unguardedReason(scope, relation, column, row), remedy })
  }
  if (!flagOf(row, 'is_deterministic')) {
    const reason = `the nondeterministic collation ${textOf(row, 'collation')} takes different sealed values for equal`
    findings.push({ severity: 'blocks', kind: 'collation', ...about, reason, remedy: DDL })
  }
  return findings
}

export const checkColumnTypes: Check = async scope => (await scope.query(COLUMNS, [scope.homes])).flatMap(row => inColumn(scope, row))
