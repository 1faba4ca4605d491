/** Partition keys: rows would be routed by their sealed value. */
import { usesValue } from '../expression.js'
import { numberOf, numbersOf, textOf, textOrNothing, type Row } from '../rows.js'
import type { Finding, Relation } from '../types.js'
import { columnName, homesOf, nameOf, type Check, type HomeColumn } from './scope.js'

const PARTITION_KEYS = `
SELECT p.partrelid AS relation, p.partstrat::text AS strategy, string_to_array(p.partattrs::text, ' ')::int2[] AS columns,
       pg_get_expr(p.partexprs, p.partrelid) AS expressions
FROM pg_partitioned_table p
WHERE p.partrelid = ANY ($1::oid[])
ORDER BY 1`

// Equal values of an equality field hash alike, so that HASH partitions work as before.
const isFine = (column: HomeColumn, row: Row): boolean => {
  const expressions = textOrNothing(row, 'expressions')
  if (expressions !== undefined && usesValue(expressions, column.name, column.field)) return false
  if (!numbersOf(row, 'columns').includes(column.attnum)) return true
  return textOf(row, 'strategy') === 'h' && column.field.protect === 'equality'
}

const inTable = (relation: Relation, row: Row): readonly Finding[] =>
  homesOf(relation)
    .filter(column => !isFine(column, row))
    .map(column => ({
      severity: 'blocks',
      kind: 'partition_key',
      object: `${nameOf(relation)} partition key`,
      column: columnName(relation, column),
      reason: 'rows would be routed to partitions by their sealed value',
      remedy: 'Partition by another column, or by HASH with "protect: equality".',
    }))

export const checkPartitionKeys: Check = async scope =>
  (await scope.query(PARTITION_KEYS, [scope.homes])).flatMap(row => {
    const relation = scope.byOid.get(numberOf(row, 'relation'))
    return relation === undefined ? [] : inTable(relation, row)
  })
