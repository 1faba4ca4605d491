/** Subqueries in expressions. */
import type { SubLink, SubLinkType } from 'libpg-query'
import type { Analysis, QueryResult } from '../analysis.js'
import { compareContents, leavePlain, requirePlain } from '../consume.js'
import { OTHER, withoutOrigin } from '../content.js'
import type { Content } from '../content.js'
import { statementUnsupported } from '../refusal.js'
import type { Scope } from '../scope.js'
import { bodyOf, builtinName, stringsOf } from '../tree.js'

type Rule = (analysis: Analysis, node: SubLink, result: QueryResult, scope: Scope) => Content

const resultContent = (result: QueryResult): Content => {
  const [first] = result.columns
  return result.columns.length === 1 && first !== undefined ? withoutOrigin(first.content) : { kind: 'row', columns: result.columns }
}

/** Only whether there are rows. */
const exists: Rule = (analysis, _node, result) => {
  for (const { content } of result.columns) leavePlain(analysis, content)
  return OTHER
}

/** `x IN (SELECT …)`, `x = ANY (SELECT …)`, `x <> ALL (SELECT …)`. */
const membership: Rule = (analysis, node, result, scope) => {
  const tested = node.testexpr === undefined ? OTHER : analysis.evaluate(analysis, node.testexpr, scope)
  const operator = node.operName === undefined ? '=' : builtinName(stringsOf(node.operName))
  if (operator === '=' || operator === '<>') compareContents(analysis, tested, resultContent(result), 'comparison with a subquery')
  else {
    requirePlain(analysis, tested, 'comparison with a subquery')
    requirePlain(analysis, resultContent(result), 'comparison with a subquery')
  }
  return OTHER
}

const unknown: Rule = () => {
  throw statementUnsupported('a subquery of an unknown kind', 'Write the query in another way.')
}

const RULES: { readonly [K in SubLinkType]: Rule } = {
  EXISTS_SUBLINK: exists,
  ALL_SUBLINK: membership,
  ANY_SUBLINK: membership,
  ROWCOMPARE_SUBLINK: membership,
  EXPR_SUBLINK: (_analysis, _node, result) => resultContent(result),
  MULTIEXPR_SUBLINK: (_analysis, _node, result) => resultContent(result),
  ARRAY_SUBLINK: (_analysis, _node, result) => ({ kind: 'array', element: resultContent(result) }),
  CTE_SUBLINK: unknown,
}

export const sublink = (analysis: Analysis, node: SubLink, scope: Scope): Content => {
  const select = bodyOf(node.subselect, 'SelectStmt')
  if (select === undefined) throw statementUnsupported('a subquery of an unknown kind', 'Write the query in another way.')
  return RULES[node.subLinkType ?? 'EXPR_SUBLINK'](analysis, node, analysis.select(analysis, select, scope), scope)
}
