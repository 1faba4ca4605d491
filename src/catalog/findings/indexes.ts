/** Indexes: uniqueness needs `equality`; expressions and predicates would be computed on sealed values. */
import { hasWholeRow, usesValue } from '../expression.js'
import { flagOf, numberOf, numbersOf, textOf, textOrNothing, textsOf, type Row } from '../rows.js'
import type { Finding, Relation } from '../types.js'
import { codeFinding, columnName, homeAt, homesOf, nameOf, type Check, type FindingScope } from './scope.js'

// indkey is an int2vector, which counts from 0 and so prints with its bounds; as text it does not.
const INDEXES = `
SELECT i.indrelid AS relation, c.relname::text AS name, i.indisunique AS is_unique, i.indisprimary AS is_primary, i.indnkeyatts::int4 AS key_count,
       string_to_array(i.indkey::text, ' ')::int2[] AS columns,
       pg_get_expr(i.indexprs, i.indrelid) AS expressions, pg_get_expr(i.indpred, i.indrelid) AS predicate,
       ARRAY(SELECT d.refobjsubid FROM pg_depend d
             WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refclassid = 'pg_class'::regclass
               AND d.refobjid = i.indrelid AND d.refobjsubid > 0) AS sources,
       (SELECT array_agg(o.oprname::text ORDER BY e.position)
        FROM pg_constraint k, unnest(k.conexclop) WITH ORDINALITY AS e(operator, position)
        JOIN pg_operator o ON o.oid = e.operator
        WHERE k.conindid = i.indexrelid AND k.contype = 'x') AS exclusion
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY ($1::oid[]) AND NOT c.relispartition
ORDER BY i.indrelid, c.relname`

/** Operators of an EXCLUDE that mean the same on sealed values of an equality field. */
const COMPARABLE: ReadonlySet<string> = new Set(['=', '<>'])

const kindOf = (row: Row): string => {
  if (flagOf(row, 'is_primary')) return 'primary_key'
  return textsOf(row, 'exclusion').length > 0 ? 'exclusion' : 'unique_index'
}

const inKeys = (relation: Relation, row: Row): readonly Finding[] => {
  const exclusion = textsOf(row, 'exclusion')
  if (!flagOf(row, 'is_unique') && exclusion.length === 0) return []
  const keys = numbersOf(row, 'columns').slice(0, numberOf(row, 'key_count'))
  return keys.flatMap((attnum, position): readonly Finding[] => {
    const column = homeAt(relation, attnum)
    if (column === undefined) return []
    const isComparable = exclusion.length === 0 || COMPARABLE.has(exclusion[position] ?? '')
    if (isComparable && column.field.protect === 'equality') return []
    return [
      {
        severity: 'blocks',
        kind: kindOf(row),
        object: `${nameOf(relation)} index ${textOf(row, 'name')}`,
        column: columnName(relation, column),
        reason: isComparable ? 'the same value is sealed differently each time, so that duplicates would get in' : `EXCLUDE with ${exclusion[position] ?? ''} compares sealed values`,
        remedy: isComparable ? `Write "protect: equality" for ${columnName(relation, column)}, or drop the index.` : 'Drop the constraint.',
      },
    ]
  })
}

const inExpressions = (scope: FindingScope, relation: Relation, row: Row): readonly Finding[] => {
  const expressions = [textOrNothing(row, 'expressions'), textOrNothing(row, 'predicate')].filter(text => text !== undefined)
  const sources = new Set(numbersOf(row, 'sources'))
  const columns = expressions.some(hasWholeRow) ? homesOf(relation) : homesOf(relation).filter(column => sources.has(column.attnum))
  const offender = columns.find(column => expressions.some(text => usesValue(text, column.name, column.field)))
  if (offender === undefined) return []
  const name = textOf(row, 'name')
  return [
    codeFinding(scope, {
      kind: 'expression_index',
      object: `${nameOf(relation)} index ${name}`,
      names: [`${relation.schema}.${name}`],
      column: columnName(relation, offender),
      reason: 'the index computes on the sealed value: it finds nothing, and if unique lets duplicates in',
    }),
  ]
}

export const checkIndexes: Check = async scope =>
  (await scope.query(INDEXES, [scope.homes])).flatMap(row => {
    const relation = scope.byOid.get(numberOf(row, 'relation'))
    return relation === undefined ? [] : [...inKeys(relation, row), ...inExpressions(scope, relation, row)]
  })
