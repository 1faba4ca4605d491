/** What an expression's value may hold. Every tag of an expression has a rule; a tag without one is refused. */
import type { Node } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { evaluateColumn } from '../columns.js'
import { compareContents, requirePlain, testPresence } from '../consume.js'
import { hasSources, mergeMany, NOTHING, OTHER, withExplicit } from '../content.js'
import type { Content, RowColumn } from '../content.js'
import { statementUnsupported } from '../refusal.js'
import type { Scope } from '../scope.js'
import { bodyOf, isStarred, stringOf, tagOf } from '../tree.js'
import type { NodeOf, Tag } from '../tree.js'
import { cast, constant, parameter } from './constants.js'
import * as documents from './documents.js'
import { callOnRow, elementOf, functionCall } from './functions.js'
import { operator } from './operators.js'
import { sublink } from './subqueries.js'

/** Tags that the grammar produces where an expression stands. */
type ExpressionTag =
  | 'A_Const' | 'ParamRef' | 'ColumnRef' | 'A_Expr' | 'BoolExpr' | 'TypeCast' | 'CollateClause' | 'FuncCall' | 'A_Indirection' | 'A_ArrayExpr'
  | 'SubLink' | 'CaseExpr' | 'RowExpr' | 'CoalesceExpr' | 'MinMaxExpr' | 'SQLValueFunction' | 'NullTest' | 'BooleanTest' | 'SetToDefault'
  | 'CurrentOfExpr' | 'GroupingFunc' | 'GroupingSet' | 'NamedArgExpr' | 'MergeSupportFunc' | 'List' | 'XmlExpr' | 'XmlSerialize' | 'JsonObjectConstructor'
  | 'JsonArrayConstructor' | 'JsonArrayQueryConstructor' | 'JsonObjectAgg' | 'JsonArrayAgg' | 'JsonIsPredicate' | 'JsonParseExpr' | 'JsonScalarExpr'
  | 'JsonSerializeExpr' | 'JsonFuncExpr' | 'JsonValueExpr'

/** A method's type, so that the table of rules for single tags is one for any tag: the tag finds the rule for its own node. */
type Rule<K extends Tag> = { rule(analysis: Analysis, node: NodeOf<K>, scope: Scope): Content }['rule']

const evaluated = (analysis: Analysis, node: Node | undefined, scope: Scope): Content => (node === undefined ? NOTHING : evaluate(analysis, node, scope))

const plain = (analysis: Analysis, nodes: readonly (Node | undefined)[], scope: Scope, operation: string): Content => {
  for (const node of nodes) requirePlain(analysis, evaluated(analysis, node, scope), operation)
  return OTHER
}

/** One of several results. */
const choice = (analysis: Analysis, contents: readonly Content[], operation: string): Content => {
  const result = mergeMany(contents)
  if (result === undefined) {
    for (const each of contents) requirePlain(analysis, each, operation)
    return OTHER
  }
  return result.kind === 'value' && result.origin !== undefined ? { ...result, origin: undefined, range: undefined } : result
}

const caseExpression: Rule<'CaseExpr'> = (analysis, { arg, args, defresult }, scope) => {
  const tested = arg === undefined ? undefined : evaluate(analysis, arg, scope)
  const results: Content[] = []
  for (const entry of args ?? []) {
    const when = bodyOf(entry, 'CaseWhen')
    const condition = evaluated(analysis, when?.expr, scope)
    if (tested === undefined) requirePlain(analysis, condition, 'a condition')
    else compareContents(analysis, tested, condition, 'CASE')
    results.push(evaluated(analysis, when?.result, scope))
  }
  results.push(evaluated(analysis, defresult, scope))
  return choice(analysis, results, 'CASE with values of several kinds')
}

const row: Rule<'RowExpr'> = (analysis, { args }, scope) => ({
  kind: 'row',
  columns: (args ?? []).flatMap((arg, index): readonly RowColumn[] => {
    const content = evaluate(analysis, arg, scope)
    // ROW(c.*) and ROW((c).*) take the columns apart.
    return isStarred(arg) && content.kind === 'row' ? content.columns : [{ name: `f${String(index + 1)}`, content }]
  }),
})

const array: Rule<'A_ArrayExpr'> = (analysis, { elements }, scope) => {
  const contents = (elements ?? []).map(element => evaluate(analysis, element, scope))
  // ARRAY[[a],[b]] and ARRAY[array_agg(x)] have more dimensions; the elements are what they hold.
  const flat = contents.map(content => (content.kind === 'array' ? content.element : content))
  return { kind: 'array', element: choice(analysis, flat, 'ARRAY with values of several kinds') }
}

const indirection: Rule<'A_Indirection'> = (analysis, { arg, indirection: steps }, scope) => {
  let content = evaluated(analysis, arg, scope)
  for (const step of steps ?? []) content = stepInto(analysis, content, step, scope)
  return content
}

const stepInto = (analysis: Analysis, content: Content, step: Node, scope: Scope): Content => {
  const indices = bodyOf(step, 'A_Indices')
  if (indices !== undefined) {
    plain(analysis, [indices.lidx, indices.uidx], scope, 'a subscript')
    if (content.kind === 'array') return indices.is_slice === true ? content : content.element
    if (!hasSources(content) && content.kind === 'value' && !content.hasOther) return indices.is_slice === true ? content : elementOf(analysis, content)
    requirePlain(analysis, content, 'a subscript')
    return OTHER
  }
  if (tagOf(step) === 'A_Star') return content
  const name = stringOf(step)
  if (content.kind !== 'row') {
    requirePlain(analysis, content, 'the selection of a field')
    return OTHER
  }
  const column = content.columns.find(candidate => candidate.name === name)
  return column === undefined ? callOnRow(analysis, name, content) : withExplicit(column.content, true)
}

const booleanSides: Rule<'BoolExpr'> = (analysis, { args }, scope) => plain(analysis, args ?? [], scope, 'a condition')

const nullTest: Rule<'NullTest'> = (analysis, { arg }, scope) => {
  const content = evaluated(analysis, arg, scope)
  // A whole row IS NULL asks for every column.
  testPresence(analysis, content)
  return OTHER
}

const rows: Rule<'List'> = (analysis, node, scope) => plain(analysis, node.items ?? [], scope, 'a list')

/** Collations in which equal texts have equal bytes. */
const BYTEWISE: ReadonlySet<string> = new Set(['C', 'POSIX', 'default', 'ucs_basic'])

const RULES: { readonly [K in ExpressionTag]: Rule<K> } = {
  A_Const: (analysis, node) => constant(analysis, node),
  ParamRef: (analysis, node) => parameter(analysis, node),
  ColumnRef: evaluateColumn,
  A_Expr: operator,
  BoolExpr: booleanSides,
  TypeCast: (analysis, node, scope) => cast(analysis, node, evaluated(analysis, node.arg, scope)),
  CollateClause: (analysis, node, scope) => {
    const content = evaluated(analysis, node.arg, scope)
    if (content.kind !== 'value') return content
    // Another collation may hold different texts for equal, which sealed values can't follow: good for output only.
    return { ...content, origin: undefined, hasOther: content.hasOther || !BYTEWISE.has(stringOf(node.collname?.at(-1))) }
  },
  FuncCall: functionCall,
  A_Indirection: indirection,
  A_ArrayExpr: array,
  SubLink: sublink,
  CaseExpr: caseExpression,
  RowExpr: row,
  CoalesceExpr: (analysis, node, scope) => choice(analysis, (node.args ?? []).map(arg => evaluate(analysis, arg, scope)), 'COALESCE with values of several kinds'),
  MinMaxExpr: (analysis, node, scope) => plain(analysis, node.args ?? [], scope, node.op === 'IS_LEAST' ? 'LEAST' : 'GREATEST'),
  SQLValueFunction: () => OTHER,
  NullTest: nullTest,
  BooleanTest: (analysis, node, scope) => plain(analysis, [node.arg], scope, 'a condition'),
  SetToDefault: () => NOTHING,
  CurrentOfExpr: () => OTHER,
  GroupingFunc: () => OTHER,
  GroupingSet: () => OTHER,
  NamedArgExpr: (analysis, node, scope) => evaluated(analysis, node.arg, scope),
  MergeSupportFunc: () => OTHER,
  List: rows,
  XmlExpr: documents.xmlExpression,
  XmlSerialize: (analysis, node, scope) => plain(analysis, [node.expr], scope, 'XMLSERIALIZE'),
  JsonObjectConstructor: documents.jsonObject,
  JsonArrayConstructor: documents.jsonArray,
  JsonArrayQueryConstructor: documents.jsonArrayQuery,
  JsonObjectAgg: (analysis, node, scope) => documents.jsonObjectAggregate(analysis, node.constructor, node.arg === undefined ? undefined : { JsonKeyValue: node.arg }, scope),
  JsonArrayAgg: (analysis, node, scope) => documents.jsonArrayAggregate(analysis, node.constructor, node.arg === undefined ? undefined : { JsonValueExpr: node.arg }, scope),
  JsonIsPredicate: documents.jsonInspection,
  JsonParseExpr: documents.jsonInspection,
  JsonScalarExpr: documents.jsonInspection,
  JsonSerializeExpr: documents.jsonInspection,
  JsonFuncExpr: documents.jsonInspection,
  JsonValueExpr: (analysis, node, scope) => documents.jsonValue(analysis, { JsonValueExpr: node }, scope),
}

const RULE_OF: ReadonlyMap<string, Rule<Tag>> = new Map(Object.entries(RULES))

/** Evaluates one expression. Throws the refusal of whatever in it sealed values don't support. */
export const evaluate = (analysis: Analysis, node: Node, scope: Scope): Content => {
  const tag = tagOf(node)
  // An empty node is a null in a list.
  if (tag === undefined) return NOTHING
  const rule = RULE_OF.get(tag)
  if (rule === undefined) throw statementUnsupported('an expression of an unknown kind', 'Write the query in another way.')
  return rule(analysis, bodyOf(node, tag), scope)
}
