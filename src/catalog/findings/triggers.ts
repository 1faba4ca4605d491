/** Triggers of protected tables and of views over them see sealed values; what they do with them only the operator can know. */
import { numberOf, textOf, type Row } from '../rows.js'
import type { Finding } from '../types.js'
import { codeFinding, nameOf, type Check, type FindingScope } from './scope.js'

// Internal ones carry foreign keys and deferred uniqueness. A disabled one does nothing. Clones on partitions have a parent.
const TRIGGERS = `
SELECT t.tgrelid AS relation, t.tgname::text AS name, n.nspname || '.' || p.proname AS routine
FROM pg_trigger t
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE t.tgrelid = ANY ($1::oid[]) AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgparentid = 0
ORDER BY t.tgrelid, t.tgname`

/** Compares whole rows byte by byte: at worst it finds two forms of one value different. */
const HARMLESS: ReadonlySet<string> = new Set(['pg_catalog.suppress_redundant_updates_trigger'])

const inTrigger = (scope: FindingScope, row: Row): readonly Finding[] => {
  const relation = scope.byOid.get(numberOf(row, 'relation'))
  const routine = textOf(row, 'routine')
  if (relation === undefined || HARMLESS.has(routine)) return []
  const name = textOf(row, 'name')
  return [
    codeFinding(scope, {
      kind: 'trigger',
      object: `${nameOf(relation)} trigger ${name}`,
      names: [routine, `${relation.schema}.${name}`],
      column: undefined,
      reason: `the trigger function ${routine} is given sealed values`,
    }),
  ]
}

export const checkTriggers: Check = async scope => (await scope.query(TRIGGERS, [scope.readers])).flatMap(row => inTrigger(scope, row))
