/** CHECK constraints that look at a sealed value: `length(email) > 5` passes for anything once it is sealed. */
import { usesValue } from '../expression.js'
import { canonicalGuard, guardedPrefix, quoteIdentifier } from '../guard.js'
import { numberOf, numbersOf, textOf, type Row } from '../rows.js'
import type { Finding, Relation } from '../types.js'
import { codeFinding, columnName, homeAt, homesOf, nameOf, type Check, type FindingScope, type HomeColumn } from './scope.js'

const CHECKS = `
SELECT k.conrelid AS relation, k.conname::text AS name, k.conkey AS columns, pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k
WHERE k.contype = 'c' AND k.conrelid = ANY ($1::oid[]) AND k.conislocal AND k.conparentid = 0
ORDER BY k.conrelid, k.conname`

// A guard that is not validated, not enforced or made for another key is one as well: that it does not count is told
// by the column, with the remedy that fits.
const isGuard = (column: HomeColumn, definition: string): boolean => {
  const prefix = guardedPrefix(definition)
  if (prefix === undefined) return false
  const bare = definition.replace(/(?: NO INHERIT)?(?: NOT ENFORCED| NOT VALID)?$/, '')
  const names = [column.name, quoteIdentifier(column.name)]
  return names.some(name => [true, false].some(sealsEmpty => canonicalGuard(name, prefix, sealsEmpty) === bare))
}

// conkey holds 0 for a whole-row reference, which is a use of every column.
const columnsIn = (relation: Relation, attnums: readonly number[]): readonly HomeColumn[] =>
  attnums.includes(0) ? homesOf(relation) : attnums.flatMap(attnum => homeAt(relation, attnum) ?? [])

const inCheck = (scope: FindingScope, row: Row): readonly Finding[] => {
  const relation = scope.byOid.get(numberOf(row, 'relation'))
  if (relation === undefined) return []
  const name = textOf(row, 'name')
  const definition = textOf(row, 'definition')
  const offender = columnsIn(relation, numbersOf(row, 'columns')).find(column => !isGuard(column, definition) && usesValue(definition, column.name, column.field))
  if (offender === undefined) return []
  return [
    codeFinding(scope, {
      kind: 'check',
      object: `${nameOf(relation)} constraint ${name}`,
      names: [`${relation.schema}.${name}`],
      column: columnName(relation, offender),
      reason: 'the CHECK tests the sealed value, not the plain one',
    }),
  ]
}

export const checkChecks: Check = async scope => (await scope.query(CHECKS, [scope.homes])).flatMap(row => inCheck(scope, row))
