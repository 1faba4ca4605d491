/** Statements that change rows. Their result is what RETURNING shows. */
import type { Node } from 'libpg-query'
import type { Analysis, QueryResult } from '../analysis.js'
import { statementUnsupported } from '../refusal.js'
import type { Scope } from '../scope.js'
import { bodyOf } from '../tree.js'
import { analyseDelete } from './delete.js'
import { analyseInsert } from './insert.js'
import { analyseMerge } from './merge.js'
import { analyseUpdate } from './update.js'

export const modify = (analysis: Analysis, node: Node, parent: Scope | undefined): QueryResult => {
  const insert = bodyOf(node, 'InsertStmt')
  if (insert !== undefined) return analyseInsert(analysis, insert, parent)
  const update = bodyOf(node, 'UpdateStmt')
  if (update !== undefined) return analyseUpdate(analysis, update, parent)
  const remove = bodyOf(node, 'DeleteStmt')
  if (remove !== undefined) return analyseDelete(analysis, remove, parent)
  const merge = bodyOf(node, 'MergeStmt')
  if (merge !== undefined) return analyseMerge(analysis, merge, parent)
  throw statementUnsupported('a statement of an unknown kind', 'Write it in another way.')
}
