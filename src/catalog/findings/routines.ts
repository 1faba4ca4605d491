/** Functions that name a protected relation. They do not block the start: a call to an undeclared one is refused instead. */
import type { Check } from './scope.js'

export const checkRoutines: Check = scope =>
  scope.routines
    .filter(routine => routine.namesProtected)
    .map(({ schema, name, isDeclared }) => ({
      severity: isDeclared ? 'declared' : 'warning',
      kind: 'function',
      object: `function ${schema}.${name}`,
      column: undefined,
      reason: 'its body names a protected relation, and so works on sealed values',
      remedy: isDeclared ? `Declared by allow_database_code: ${schema}.${name}.` : `Calls are refused. If it works on sealed values, add ${schema}.${name} to allow_database_code in the policy.`,
    }))
