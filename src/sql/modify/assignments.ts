/** SET clauses. */
import type { MultiAssignRef, Node } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { storeContent } from '../consume.js'
import type { Target } from '../consume.js'
import { OTHER } from '../content.js'
import type { Content } from '../content.js'
import { unsupported } from '../refusal.js'
import type { Scope } from '../scope.js'
import { bodyOf } from '../tree.js'
import { targetColumn } from './target.js'
import type { ModifiedTable } from './target.js'

/** `SET a = x, (b, c) = (y, z)`: each value is stored in its column. */
export const analyseAssignments = (analysis: Analysis, targets: readonly Node[], table: ModifiedTable, scope: Scope): void => {
  // The tree repeats the source of a multi-column assignment for each column.
  let shared: Content = OTHER
  for (const node of targets) {
    const { name = '', val, indirection } = bodyOf(node, 'ResTarget') ?? {}
    if (val === undefined) continue
    const target = targetColumn(analysis, table, name, 'overwrite', true)
    refuseParts(indirection, target)
    const multiple = bodyOf(val, 'MultiAssignRef')
    if (multiple === undefined) {
      storeContent(analysis, analysis.evaluate(analysis, val, scope), target)
      continue
    }
    if (isRow(multiple)) {
      storeContent(analysis, rowEntry(analysis, multiple, scope), target)
      continue
    }
    if ((multiple.colno ?? 1) === 1) shared = multiple.source === undefined ? OTHER : analysis.evaluate(analysis, multiple.source, scope)
    storeContent(analysis, columnAt(shared, multiple.colno ?? 1), target)
  }
}

/** `SET notes['key'] = …` and `SET address.street = …` change part of a value. */
export const refuseParts = (indirection: readonly Node[] | undefined, target: Target): void => {
  if (target.source !== undefined && indirection !== undefined && indirection.length > 0) throw unsupported('an assignment to a part of the value', target.source)
}

const isRow = (multiple: MultiAssignRef): boolean => bodyOf(multiple.source, 'RowExpr') !== undefined

const rowEntry = (analysis: Analysis, { source, colno = 1 }: MultiAssignRef, scope: Scope): Content => {
  const node = bodyOf(source, 'RowExpr')?.args?.[colno - 1]
  return node === undefined ? OTHER : analysis.evaluate(analysis, node, scope)
}

const columnAt = (content: Content, position: number): Content => {
  if (content.kind === 'row') return content.columns[position - 1]?.content ?? OTHER
  return position === 1 ? content : OTHER
}
