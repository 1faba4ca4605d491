/** Partitions and inheritance children: parent and child must mean the same field, or one is a back door to the other. */
import { reachable } from '../relations.js'
import type { Finding, Relation } from '../types.js'
import { columnName, homesOf, nameOf, type Check, type HomeColumn } from './scope.js'

const conflict = (child: Relation, column: HomeColumn, parent: Relation): Finding | undefined => {
  const above = parent.columns.find(candidate => candidate.name === column.name)
  // The parent's own policy counts, not what it inherits: its own findings tell the rest.
  if (above === undefined || above.field?.name === column.field.name) return undefined
  const reason =
    above.field === undefined
      ? `rows written through the parent ${nameOf(parent)} reach this column unsealed`
      : `the parent ${nameOf(parent)} has the field ${above.field.name} here, the child ${column.field.name}`
  return {
    severity: 'blocks',
    kind: 'inheritance',
    object: nameOf(child),
    column: columnName(child, column),
    reason,
    remedy: `Name the parent ${nameOf(parent)} in the policy; its partitions and children follow it.`,
  }
}

export const checkInheritance: Check = scope =>
  scope.homes.flatMap(oid => {
    const child = scope.byOid.get(oid)
    if (child === undefined) return []
    const parents = [...reachable(oid, scope.parents)].flatMap(parent => scope.byOid.get(parent) ?? [])
    return homesOf(child).flatMap(column => parents.flatMap(parent => conflict(child, column, parent) ?? []))
  })
