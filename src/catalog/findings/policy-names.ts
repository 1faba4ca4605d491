/** Tables and columns of the policy that the database lacks, or that can't be homes. */
import type { Finding } from '../types.js'
import type { TablePolicy } from '../../policy/types.js'
import type { Check, FindingScope } from './scope.js'

const HOME_KINDS: ReadonlySet<string> = new Set(['table', 'partitioned', 'foreign'])

const inTable = (scope: FindingScope, table: TablePolicy): readonly Finding[] => {
  const name = `${table.schema}.${table.table}`
  const relation = scope.relations.find(candidate => candidate.schema === table.schema && candidate.name === table.table)
  const blocks = (kind: string, column: string | undefined, reason: string, remedy: string): Finding => ({ severity: 'blocks', kind, object: name, column, reason, remedy })
  if (relation === undefined) {
    return [blocks('missing_table', undefined, `the policy names the table ${name}, which the database lacks`, 'Create the table, or correct its name in the policy.')]
  }
  if (!HOME_KINDS.has(relation.kind)) {
    return [blocks('not_a_table', undefined, `the policy names ${name}, which is a ${relation.kind}`, 'Name the table below it: what reads a protected table is protected by it.')]
  }
  return [...table.columns.keys()]
    .filter(column => !relation.columns.some(candidate => candidate.name === column))
    .map(column =>
      blocks('missing_column', `${name}.${column}`, `the policy names the column ${name}.${column}, which the database lacks`, 'Correct the name; a renamed column keeps its key by "field: <old name>".'),
    )
}

export const checkPolicyNames: Check = scope => [...scope.policy.tables.values()].flatMap(table => inTable(scope, table))
