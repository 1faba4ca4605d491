/** Foreign keys match sealed values only within one equality field. */
import { numberOf, numbersOf, textOf, type Row } from '../rows.js'
import type { Finding, Relation } from '../types.js'
import { columnName, homeAt, nameOf, type Check, type FindingScope, type HomeColumn } from './scope.js'

const FOREIGN_KEYS = `
SELECT k.conname::text AS name, k.conrelid AS source, k.confrelid AS target, k.conkey AS source_columns, k.confkey AS target_columns
FROM pg_constraint k
WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = ANY ($1::oid[]) OR k.confrelid = ANY ($1::oid[]))
ORDER BY k.conrelid, k.conname`

const problemOf = (from: HomeColumn | undefined, to: HomeColumn | undefined): string | undefined => {
  if (from === undefined && to === undefined) return undefined
  if (from === undefined || to === undefined) return 'one side of the foreign key is sealed and the other is not'
  if (from.field.name !== to.field.name) return `its sides have the fields ${from.field.name} and ${to.field.name}, whose sealed values never match`
  return from.field.protect === 'equality' ? undefined : 'the same value is sealed differently each time, so that nothing matches'
}

const inPair = (name: string, source: Relation, target: Relation, from: HomeColumn | undefined, to: HomeColumn | undefined): Finding | undefined => {
  const reason = problemOf(from, to)
  if (reason === undefined) return undefined
  const column = from === undefined ? (to === undefined ? undefined : columnName(target, to)) : columnName(source, from)
  const remedy = 'Give both columns the same "field:" with "protect: equality", or drop the foreign key.'
  return { severity: 'blocks', kind: 'foreign_key', object: `${nameOf(source)} constraint ${name}`, column, reason, remedy }
}

const inForeignKey = (scope: FindingScope, row: Row): readonly Finding[] => {
  const source = scope.byOid.get(numberOf(row, 'source'))
  const target = scope.byOid.get(numberOf(row, 'target'))
  if (source === undefined || target === undefined) return []
  const targets = numbersOf(row, 'target_columns')
  return numbersOf(row, 'source_columns').flatMap(
    (attnum, index) => inPair(textOf(row, 'name'), source, target, homeAt(source, attnum), homeAt(target, targets[index] ?? 0)) ?? [],
  )
}

export const checkForeignKeys: Check = async scope => (await scope.query(FOREIGN_KEYS, [scope.homes])).flatMap(row => inForeignKey(scope, row))
