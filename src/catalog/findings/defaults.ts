/** DEFAULTs of protected columns, which store plaintext, and generated columns, which compute on sealed values. */
import { usesValue } from '../expression.js'
import { flagOf, numberOf, numbersOf, textOf, type Row } from '../rows.js'
import type { Finding, Relation } from '../types.js'
import { codeFinding, columnName, homeAt, type Check, type FindingScope } from './scope.js'

const DEFAULTS = `
SELECT d.adrelid AS relation, d.adnum AS attnum, a.attgenerated <> '' AS is_generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
       ARRAY(SELECT DISTINCT s.refobjsubid FROM pg_depend s
             WHERE s.refclassid = 'pg_class'::regclass AND s.refobjid = d.adrelid AND s.refobjsubid > 0
               AND (s.classid, s.objid) = ('pg_attrdef'::regclass, d.oid) ORDER BY 1) AS sources
FROM pg_attrdef d
JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE d.adrelid = ANY ($1::oid[])
ORDER BY 1, 2`

const isHarmlessDefault = (expression: string, sealsEmpty: boolean): boolean => /^NULL(?:::.+)?$/.test(expression) || (!sealsEmpty && /^''::[a-z .]+$/.test(expression))

const inDefault = (relation: Relation, row: Row): readonly Finding[] => {
  const column = homeAt(relation, numberOf(row, 'attnum'))
  if (column === undefined || isHarmlessDefault(textOf(row, 'expression'), column.field.sealsEmpty)) return []
  return [
    {
      severity: 'blocks',
      kind: 'default',
      object: `${columnName(relation, column)} default`,
      column: columnName(relation, column),
      reason: 'the DEFAULT is a plain value, which the guard refuses or, without one, is stored unsealed',
      remedy: 'Drop the DEFAULT and let the application send the value.',
    },
  ]
}

const inGenerated = (scope: FindingScope, relation: Relation, row: Row): readonly Finding[] => {
  const expression = textOf(row, 'expression')
  const generated = relation.columns.find(column => column.attnum === numberOf(row, 'attnum'))
  const sources = numbersOf(row, 'sources').flatMap(attnum => homeAt(relation, attnum) ?? [])
  const source = sources.find(column => usesValue(expression, column.name, column.field))
  if (generated === undefined || source === undefined) return []
  return [
    codeFinding(scope, {
      kind: 'generated_column',
      object: `${columnName(relation, generated)} generated column`,
      names: [columnName(relation, generated), `${relation.schema}.${generated.name}`],
      column: columnName(relation, source),
      reason: 'the generated column is computed from the sealed value',
    }),
  ]
}

export const checkDefaults: Check = async scope =>
  (await scope.query(DEFAULTS, [scope.homes])).flatMap(row => {
    const relation = scope.byOid.get(numberOf(row, 'relation'))
    if (relation === undefined) return []
    return flagOf(row, 'is_generated') ? inGenerated(scope, relation, row) : inDefault(relation, row)
  })
