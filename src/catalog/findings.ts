/** Everything in the database that would work on sealed values as if they were plain: one check per kind of object. */
import { checkChecks } from './findings/checks.js'
import { checkColumnTypes } from './findings/column-types.js'
import { checkDefaults } from './findings/defaults.js'
import { checkForeignKeys } from './findings/foreign-keys.js'
import { checkIndexes } from './findings/indexes.js'
import { checkInheritance } from './findings/inheritance.js'
import { checkMaterializedViews } from './findings/materialized-views.js'
import { checkPartitionKeys } from './findings/partition-keys.js'
import { checkPolicyNames } from './findings/policy-names.js'
import { checkRoutines } from './findings/routines.js'
import { checkRowSecurity } from './findings/row-security.js'
import { checkRules } from './findings/rules.js'
import type { Check, FindingScope } from './findings/scope.js'
import { checkTriggers } from './findings/triggers.js'
import type { Finding } from './types.js'

const CHECKS: readonly Check[] = [
  checkPolicyNames,
  checkInheritance,
  checkColumnTypes,
  checkChecks,
  checkDefaults,
  checkIndexes,
  checkForeignKeys,
  checkPartitionKeys,
  checkTriggers,
  checkRules,
  checkRowSecurity,
  checkMaterializedViews,
  checkRoutines,
]

const SEVERITIES: readonly Finding['severity'][] = ['blocks', 'unguarded', 'warning', 'declared']

const rank = (finding: Finding): number => SEVERITIES.indexOf(finding.severity)

/** Runs all checks inside the load's snapshot; what blocks comes first. */
export const collectFindings = async (facts: Omit<FindingScope, 'homes' | 'readers'>): Promise<readonly Finding[]> => {
  const homes = facts.relations.filter(relation => relation.isProtected).map(relation => relation.oid)
  const readers = facts.relations.filter(relation => relation.readsProtected).map(relation => relation.oid)
  const scope = { ...facts, homes, readers }
  const findings: Finding[] = []
  for (const check of CHECKS) findings.push(...(await check(scope)))
  return findings.toSorted((a, b) => rank(a) - rank(b))
}
