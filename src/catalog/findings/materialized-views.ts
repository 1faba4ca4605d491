/** Materialized views over protected columns: the server fills them, out of the proxy's sight. */
import { hasWholeRow } from '../expression.js'
import { numberOf, numbersOf, type Row } from '../rows.js'
import type { Finding, Relation } from '../types.js'
import { codeFinding, columnName, homeAt, homesOf, nameOf, type Check, type FindingScope } from './scope.js'

const SOURCES = `
SELECT r.ev_class AS view, d.refobjid AS source, array_agg(d.refobjsubid::int4) AS columns
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class AND c.relkind = 'm'
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
WHERE d.refobjid = ANY ($1::oid[]) AND d.refobjid <> r.ev_class
GROUP BY r.ev_class, d.refobjid
ORDER BY 1, 2`

const usedColumn = (view: Relation, source: Relation, row: Row): string | undefined => {
  const used = numbersOf(row, 'columns').flatMap(attnum => homeAt(source, attnum) ?? [])
  const [column] = hasWholeRow(view.definition ?? '') ? homesOf(source) : used
  return column === undefined ? undefined : columnName(source, column)
}

const inView = (scope: FindingScope, row: Row): readonly Finding[] => {
  const view = scope.byOid.get(numberOf(row, 'view'))
  const source = scope.byOid.get(numberOf(row, 'source'))
  if (view === undefined || source === undefined) return []
  const column = usedColumn(view, source, row)
  // Over another view it is not known here which columns are derived from protected ones: then any use counts.
  if (source.isProtected && column === undefined) return []
  return [
    codeFinding(scope, {
      kind: 'materialized_view',
      object: `materialized view ${nameOf(view)}`,
      names: [nameOf(view)],
      column,
      reason: 'it is computed from sealed values when it is refreshed',
    }),
  ]
}

export const checkMaterializedViews: Check = async scope => {
  const findings = (await scope.query(SOURCES, [scope.readers])).flatMap(row => inView(scope, row))
  // A view that joins two protected tables is one finding.
  return findings.filter((finding, index) => findings.findIndex(other => other.object === finding.object) === index)
}
