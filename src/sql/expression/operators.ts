/** Operators, IN, BETWEEN, LIKE and the tests of SQL. */
import type { A_Expr, A_Expr_Kind, Node } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { compareContents, compareWithArray, leavePlain, requirePlain } from '../consume.js'
import { documentContent, hasSources, mergeContents, OTHER, quotingOf, sourcesOf, unionSources } from '../content.js'
import type { Content } from '../content.js'
import type { Scope } from '../scope.js'
import { builtinName, bodyOf, stringsOf } from '../tree.js'

/** Names that a refusal may repeat; any other operator is called just that. */
const KNOWN_OPERATORS: ReadonlySet<string> = new Set(
  '< > <= >= + - * / % ^ ~ ~* !~ !~* ~~ !~~ ~~* !~~* -> ->> #> #>> @> <@ ? ?| ?& @? @@ ^@ && || = <> # & | << >>'.split(' '),
)

const operatorName = (node: A_Expr): string => builtinName(stringsOf(node.name)) ?? ''
const spoken = (operator: string): string => (KNOWN_OPERATORS.has(operator) ? `the operator ${operator}` : 'this operator')
const spokenEquality = (operator: string): string => `comparison by ${operator}`
const isEquality = (operator: string): boolean => operator === '=' || operator === '<>'

type Handler = (analysis: Analysis, node: A_Expr, scope: Scope) => Content

const side = (analysis: Analysis, node: Node | undefined, scope: Scope): Content => (node === undefined ? OTHER : analysis.evaluate(analysis, node, scope))

const plainSides =
  (operation: (operator: string) => string): Handler =>
  (analysis, node, scope) => {
    const name = operation(operatorName(node))
    for (const content of [side(analysis, node.lexpr, scope), ...listed(analysis, node.rexpr, scope)]) requirePlain(analysis, content, name)
    return OTHER
  }

/** BETWEEN and IN carry a bare list on their right. */
const listed = (analysis: Analysis, node: Node | undefined, scope: Scope): readonly Content[] => {
  const list = bodyOf(node, 'List')
  return list === undefined ? [side(analysis, node, scope)] : (list.items ?? []).map(item => side(analysis, item, scope))
}

const binary: Handler = (analysis, node, scope) => {
  const operator = operatorName(node)
  const left = side(analysis, node.lexpr, scope)
  const right = side(analysis, node.rexpr, scope)
  if (isEquality(operator) && node.lexpr !== undefined) {
    compareContents(analysis, left, right, spokenEquality(operator))
    return OTHER
  }
  if (operator === '||') return concatenate(analysis, [left, right])
  requirePlain(analysis, left, spoken(operator))
  requirePlain(analysis, right, spoken(operator))
  return OTHER
}

/** `a || b` of texts, or of arrays and elements. */
const concatenate = (analysis: Analysis, sides: readonly Content[]): Content => {
  if (!sides.some(hasSources)) {
    for (const content of sides) leavePlain(analysis, content)
    return OTHER
  }
  if (sides.some(content => content.kind === 'array')) return concatenateArrays(analysis, sides)
  for (const content of sides) {
    // jsonb || jsonb merges documents; which of two values of one key stays can't be told from sealed ones.
    if (content.kind === 'document' && content.type !== 'text') requirePlain(analysis, content, 'the operator || of documents')
  }
  return joinTexts(analysis, sides)
}

/** One text out of several. Its quoting is known if at most one part is more than plain text. */
export const joinTexts = (analysis: Analysis, parts: readonly Content[]): Content => {
  for (const part of parts) leavePlain(analysis, part)
  const sealed = parts.filter(hasSources)
  const quotings = sealed.map(quotingOf)
  const [first] = quotings
  const isPlain = quotings.every(quoting => quoting?.length === 0)
  const quoting = isPlain ? [] : quotings.length === 1 ? first : undefined
  return documentContent('text', sealed.map(sourcesOf).reduce(unionSources, []), quoting)
}

const concatenateArrays = (analysis: Analysis, sides: readonly Content[]): Content => {
  const elements = sides.map(content => (content.kind === 'array' ? content.element : content))
  const [first = OTHER, second = OTHER] = elements
  const element = mergeContents(first, second)
  if (element !== undefined) return { kind: 'array', element }
  for (const content of sides) requirePlain(analysis, content, 'the operator || of arrays')
  return OTHER
}

const withArray: Handler = (analysis, node, scope) => {
  const operator = operatorName(node)
  const left = side(analysis, node.lexpr, scope)
  const right = side(analysis, node.rexpr, scope)
  if (isEquality(operator)) {
    compareWithArray(analysis, left, right, spokenEquality(operator))
    return OTHER
  }
  requirePlain(analysis, left, spoken(operator))
  requirePlain(analysis, right, spoken(operator))
  return OTHER
}

const membership: Handler = (analysis, node, scope) => {
  const left = side(analysis, node.lexpr, scope)
  for (const right of listed(analysis, node.rexpr, scope)) compareContents(analysis, left, right, 'comparison by IN')
  return OTHER
}

const distinctness: Handler = (analysis, node, scope) => {
  compareContents(analysis, side(analysis, node.lexpr, scope), side(analysis, node.rexpr, scope), 'IS DISTINCT FROM')
  return OTHER
}

const nullIf: Handler = (analysis, node, scope) => {
  const left = side(analysis, node.lexpr, scope)
  compareContents(analysis, left, side(analysis, node.rexpr, scope), 'NULLIF')
  return left.kind === 'value' ? { ...left, origin: undefined } : left
}

/** Every kind of A_Expr has a handler; a new one does not compile without. */
const HANDLERS: { readonly [K in A_Expr_Kind]: Handler } = {
  AEXPR_OP: binary,
  AEXPR_OP_ANY: withArray,
  AEXPR_OP_ALL: withArray,
  AEXPR_DISTINCT: distinctness,
  AEXPR_NOT_DISTINCT: distinctness,
  AEXPR_NULLIF: nullIf,
  AEXPR_IN: membership,
  AEXPR_LIKE: plainSides(() => 'LIKE'),
  AEXPR_ILIKE: plainSides(() => 'ILIKE'),
  AEXPR_SIMILAR: plainSides(() => 'SIMILAR TO'),
  AEXPR_BETWEEN: plainSides(() => 'BETWEEN'),
  AEXPR_NOT_BETWEEN: plainSides(() => 'BETWEEN'),
  AEXPR_BETWEEN_SYM: plainSides(() => 'BETWEEN'),
  AEXPR_NOT_BETWEEN_SYM: plainSides(() => 'BETWEEN'),
}

export const operator = (analysis: Analysis, node: A_Expr, scope: Scope): Content => HANDLERS[node.kind ?? 'AEXPR_OP'](analysis, node, scope)
