/** Row security: `USING (dept <> 'board')` lets everyone see the board once dept is sealed. */
import { hasWholeRow, usesValue } from '../expression.js'
import { numberOf, textOf, textOrNothing, type Row } from '../rows.js'
import type { Finding, Relation } from '../types.js'
import { codeFinding, columnName, homesOf, nameOf, type Check, type FindingScope, type HomeColumn } from './scope.js'

// One row for each protected relation that a policy depends on: its own table, or one in a subselect.
const POLICIES = `
SELECT p.oid, p.polname::text AS name, p.polrelid AS relation, d.refobjid AS source,
       pg_get_expr(p.polqual, p.polrelid) AS using_expression, pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression,
       array_agg(d.refobjsubid::int4) AS columns
FROM pg_policy p
JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
WHERE d.refobjid = ANY ($1::oid[])
GROUP BY p.oid, p.polname, p.polrelid, p.polqual, p.polwithcheck, d.refobjid
ORDER BY p.polrelid, p.polname, d.refobjid`

const offenderIn = (source: Relation, row: Row, expressions: readonly string[]): HomeColumn | undefined => {
  const used: unknown = row['columns']
  const attnums = new Set<unknown>(Array.isArray(used) ? used : [])
  const columns = expressions.some(hasWholeRow) ? homesOf(source) : homesOf(source).filter(column => attnums.has(column.attnum))
  return columns.find(column => expressions.some(text => usesValue(text, column.name, column.field)))
}

const inPolicy = (scope: FindingScope, row: Row): readonly Finding[] => {
  const table = scope.byOid.get(numberOf(row, 'relation'))
  const source = scope.byOid.get(numberOf(row, 'source'))
  if (table === undefined || source === undefined) return []
  const expressions = [textOrNothing(row, 'using_expression'), textOrNothing(row, 'check_expression')].filter(text => text !== undefined)
  // A view over protected columns: which of its columns are derived from them is not known here.
  const offender = source.isProtected ? offenderIn(source, row, expressions) : undefined
  if (source.isProtected && offender === undefined) return []
  const name = textOf(row, 'name')
  return [
    codeFinding(scope, {
      kind: 'rls_policy',
      object: `${nameOf(table)} policy ${name}`,
      names: [`${table.schema}.${name}`],
      column: offender === undefined ? undefined : columnName(source, offender),
      reason: 'row security compares the sealed value, so that it shows or hides the wrong rows',
    }),
  ]
}

export const checkRowSecurity: Check = async scope => (await scope.query(POLICIES, [scope.readers])).flatMap(row => inPolicy(scope, row))
