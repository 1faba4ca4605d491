/** Plans a whole text. */
import { asProxyError, ProxyError } from '../errors.js'
import type { Analysis } from './analysis.js'
import { newAnalysis } from './new-analysis.js'
import { parseText } from './parser.js'
import type { ParsedStatement } from './parser.js'
import { planStatement } from './statement.js'
import type { PlanContext, StatementPlan, TextPlan, Use } from './types.js'
import { UseSet } from './uses.js'

/**
 * What to seal, rewrite and refuse in the text of one Query or Parse message. Never throws. If one statement is
 * refused, the whole text is: the server would run the ones before it.
 */
export const planText = (text: string, context: PlanContext): TextPlan => {
  try {
    const parsed = parseText(text)
    return parsed.outcome === 'syntax_error' ? parsed : planStatements(text, parsed.statements, context)
  } catch (error) {
    return { outcome: 'refused', error: refusalOf(error), uses: [] }
  }
}

/** Trees that exhaust the stack are refused; any other foreign error is a fault of ours, and refused, too. */
const refusalOf = (error: unknown): ProxyError =>
  error instanceof RangeError ? new ProxyError('statement_too_complex', { reason: 'it is nested too deeply' }, { cause: error }) : asProxyError(error)

/** Relations which the statements behind this one, in the same text, no longer find as the catalogue has them. */
const changedBy = (plan: StatementPlan): readonly string[] => plan.effects.flatMap(effect => (effect.kind === 'ddl' && effect.touchesProtected ? effect.names : []))

const planStatements = (text: string, statements: readonly ParsedStatement[], context: PlanContext): TextPlan => {
  // Constants of all statements share one ledger, since a parameter may occur in several.
  const changed = new Set(context.changed)
  const shared = newAnalysis({ ...context, changed })
  const plans: StatementPlan[] = []
  const uses: Use[] = []
  try {
    for (const statement of statements) {
      const analysis: Analysis = { ...shared, views: changed.size === 0 ? shared.views : new Map(), uses: new UseSet(), unguarded: new Set(), effects: [] }
      try {
        const plan = planStatement(analysis, statement, context)
        plans.push(plan)
        for (const name of changedBy(plan)) changed.add(name)
      } finally {
        uses.push(...analysis.uses.list())
      }
    }
    if (shared.missing.size > 0) return { outcome: 'stale', names: [...shared.missing] }
    const params = shared.ledger.params()
    let bytes: Uint8Array | undefined
    const splices = shared.ledger.splices(() => (bytes ??= Buffer.from(text)))
    return { outcome: 'planned', statements: params.size === 0 ? plans : plans.map(plan => ({ ...plan, params })), splices }
  } catch (error) {
    if (shared.missing.size > 0) return { outcome: 'stale', names: [...shared.missing] }
    return { outcome: 'refused', error: refusalOf(error), uses }
  }
}
