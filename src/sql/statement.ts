/** Plans one statement. */
import type { Node } from 'libpg-query'
import type { Analysis, QueryColumn, QueryResult } from './analysis.js'
import { outputContent } from './consume.js'
import { hasSources, quotingOf } from './content.js'
import type { ParsedStatement } from './parser.js'
import type { CopyPlan, Output, PlanContext, StatementPlan } from './types.js'
import { bodyOf, tagOf } from './tree.js'
import { refuseShadow } from './utility/touched.js'
import { planUtility } from './utility/utility.js'

export interface StatementResult {
  readonly kind: string
  readonly outputs: readonly Output[] | undefined
  readonly copy?: CopyPlan | undefined
}

export const planStatement = (analysis: Analysis, { node, start, end }: ParsedStatement, context: PlanContext): StatementPlan => {
  const { kind, outputs, copy } = analyseStatement(analysis, node, context)
  return {
    kind,
    start,
    end,
    uses: analysis.uses.list(),
    params: new Map(),
    outputs,
    copy,
    effects: analysis.effects.length === 0 ? NO_EFFECTS : analysis.effects,
    unguarded: [...analysis.unguarded],
  }
}

const NO_EFFECTS: StatementPlan['effects'] = [{ kind: 'none' }]

const KINDS: Readonly<Record<string, string>> = { InsertStmt: 'INSERT', UpdateStmt: 'UPDATE', DeleteStmt: 'DELETE', MergeStmt: 'MERGE' }

/** A statement on top, or inside EXPLAIN, PREPARE, DECLARE and the like. */
export const analyseStatement = (analysis: Analysis, node: Node, context: PlanContext): StatementResult => {
  const select = bodyOf(node, 'SelectStmt')
  if (select?.intoClause !== undefined) {
    refuseShadow(analysis, select.intoClause.rel)
    analysis.effects.push({ kind: 'ddl', names: [select.intoClause.rel?.relname ?? ''], touchesProtected: false })
  }
  if (select !== undefined) return { kind: 'SELECT', outputs: showResult(analysis, analysis.select(analysis, select, undefined)) }
  const kind = KINDS[tagOf(node) ?? '']
  if (kind !== undefined) {
    const result = analysis.modify(analysis, node, undefined)
    return { kind, outputs: hasReturning(node) ? showResult(analysis, result) : undefined }
  }
  return planUtility(analysis, node, context, analyseStatement)
}

const hasReturning = (node: Node): boolean => {
  const body = bodyOf(node, 'InsertStmt') ?? bodyOf(node, 'UpdateStmt') ?? bodyOf(node, 'DeleteStmt') ?? bodyOf(node, 'MergeStmt')
  return body?.returningClause !== undefined
}

/** The columns go to the client. */
export const showResult = (analysis: Analysis, result: QueryResult): readonly Output[] | undefined => {
  for (const { content } of result.columns) outputContent(analysis, content)
  return result.isOpen ? undefined : result.columns.map(outputOf)
}

export const outputOf = ({ name, content }: QueryColumn): Output => ({
  name,
  origin: content.kind === 'value' ? content.origin : undefined,
  quoting: hasSources(content) ? quotingOf(content) : undefined,
})
