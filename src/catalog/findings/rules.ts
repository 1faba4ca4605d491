/** Rules (other than the one that makes a view a view) rewrite statements after the proxy has planned them. */
import { numberOf, textOf, type Row } from '../rows.js'
import type { Finding } from '../types.js'
import { codeFinding, nameOf, type Check, type FindingScope } from './scope.js'

const RULES = `
SELECT r.ev_class AS relation, r.rulename::text AS name
FROM pg_rewrite r
WHERE r.rulename <> '_RETURN' AND r.ev_enabled <> 'D' AND r.ev_class >= 16384
  AND (r.ev_class = ANY ($1::oid[]) OR EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($1::oid[])))
ORDER BY 1, 2`

const inRule = (scope: FindingScope, row: Row): readonly Finding[] => {
  const relation = scope.byOid.get(numberOf(row, 'relation'))
  if (relation === undefined) return []
  const name = textOf(row, 'name')
  return [
    codeFinding(scope, {
      kind: 'rule',
      object: `${nameOf(relation)} rule ${name}`,
      names: [`${relation.schema}.${name}`],
      column: undefined,
      reason: 'the rule turns a statement into others, which pgveil does not see',
    }),
  ]
}

export const checkRules: Check = async scope => (await scope.query(RULES, [scope.readers])).flatMap(row => inRule(scope, row))
