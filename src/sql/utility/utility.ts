/** Statements other than queries and changes of rows. */
import type { Node } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import type { StatementResult } from '../statement.js'
import type { PlanContext } from '../types.js'
import { findRelation } from '../relations.js'
import { statementUnsupported } from '../refusal.js'
import { eachNode, tagOf } from '../tree.js'

export const planUtility = (analysis: Analysis, node: Node, _context: PlanContext): StatementResult => {
  const tag = tagOf(node) ?? ''
  if (PASS.has(tag)) return { kind: PASS.get(tag) ?? 'UTILITY', outputs: undefined }
  eachNode(node, (inner, body) => {
    if (inner !== 'RangeVar') return
    const relation = findRelation(analysis, body)
    if (relation?.isProtected === true || relation?.definition !== undefined) throw statementUnsupported('this statement on a protected table', 'Use a direct connection.')
  })
  return { kind: 'UTILITY', outputs: undefined }
}

const PASS: ReadonlyMap<string, string> = new Map([['VariableShowStmt', 'SHOW']])
