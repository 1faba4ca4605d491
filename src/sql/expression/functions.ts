/** Function calls: the list of functions that sealed values pass through. Any other refuses them. */
import type { FuncCall, Node } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { compareContents, groupContents, leavePlain, requirePlain, testPresence } from '../consume.js'
import { commonQuoting, documentContent, hasSources, jsonQuotingOf, mergeContents, OTHER, sourcesOf, unionSources, withoutOrigin } from '../content.js'
import type { Content } from '../content.js'
import { unsupported } from '../refusal.js'
import type { Scope } from '../scope.js'
import { builtinName, bodyOf, stringsOf } from '../tree.js'
import { joinTexts } from './operators.js'
import { formatText } from './format.js'
import { noteRoutine } from './routines.js'
import { isNamedFunction } from './function-names.js'

export interface Call {
  readonly analysis: Analysis
  /** Lower-case name, as a refusal may say it. */
  readonly name: string
  readonly args: readonly Content[]
  readonly nodes: readonly Node[]
}

type Behaviour = (call: Call) => Content

/** A value of some row, not of the one that stands beside it. */
const passFirst: Behaviour = ({ analysis, args, name }) => {
  const [first = OTHER, ...rest] = args
  for (const content of rest) requirePlain(analysis, content, named(name))
  return withoutOrigin(first)
}

/** lag(value, offset, default) */
const passWithDefault: Behaviour = ({ analysis, args, name }) => {
  const [first = OTHER, offset = OTHER, fallback] = args
  requirePlain(analysis, offset, named(name))
  return fallback === undefined ? withoutOrigin(first) : merged(analysis, first, fallback, name)
}

const merged = (analysis: Analysis, left: Content, right: Content, name: string): Content => {
  const content = mergeContents(left, right)
  if (content !== undefined) return content
  requirePlain(analysis, left, named(name))
  requirePlain(analysis, right, named(name))
  return OTHER
}

const presence: Behaviour = ({ analysis, args }) => {
  for (const content of args) testPresence(analysis, content)
  for (const content of args) leavePlain(analysis, content)
  return OTHER
}

const toJson = (call: Call, contents: readonly Content[]): Content => {
  for (const content of contents) leavePlain(call.analysis, content)
  return documentContent('json', contents.map(sourcesOf).reduce(unionSources, []), commonQuoting(contents, jsonQuotingOf))
}

const json: Behaviour = call => {
  const [first = OTHER, ...rest] = call.args
  for (const content of rest) requirePlain(call.analysis, content, named(call.name))
  return toJson(call, [first])
}

/** key, value, key, value … : keys are compared and sorted by jsonb, and no proxy looks for values in them. */
const jsonPairs: Behaviour = call => {
  const values: Content[] = []
  for (const [index, content] of call.args.entries()) {
    if (index % 2 === 0) requirePlain(call.analysis, content, 'use as a JSON key')
    else values.push(content)
  }
  return toJson(call, values)
}

const array: Behaviour = ({ args: [element = OTHER] }) => ({ kind: 'array', element })

const arrayWith =
  (elementIndex: 0 | 1): Behaviour =>
  ({ analysis, args, name }) => {
    const [first = OTHER, second = OTHER] = args
    const container = elementIndex === 0 ? second : first
    const element = elementIndex === 0 ? first : second
    if (container.kind !== 'array') return merged(analysis, { kind: 'array', element: OTHER }, { kind: 'array', element }, name)
    return merged(analysis, container, { kind: 'array', element }, name)
  }

const arrayPair: Behaviour = ({ analysis, args: [first = OTHER, second = OTHER], name }) => merged(analysis, first, second, name)

const arrayRemove: Behaviour = ({ analysis, args: [first = OTHER, second = OTHER] }) => {
  if (first.kind === 'array') compareContents(analysis, first.element, second, 'array_remove')
  else requirePlain(analysis, first, 'array_remove')
  return first
}

const arrayText: Behaviour = ({ analysis, args: [first = OTHER, ...rest] }) => {
  for (const content of rest) requirePlain(analysis, content, 'a delimiter')
  return joinTexts(analysis, [first.kind === 'array' ? first.element : first])
}

/** unnest as a scalar: one element after the other. */
const elements: Behaviour = ({ analysis, args, name }) => {
  const [first = OTHER, ...rest] = args
  for (const content of rest) requirePlain(analysis, content, named(name))
  return elementOf(analysis, first)
}

/** What one element of an array holds. */
export const elementOf = (analysis: Analysis, content: Content): Content => {
  if (content.kind === 'array') return content.element
  if (content.kind === 'value' && content.sources.length === 0) {
    return { ...content, places: content.places.map(place => ({ ...place, form: 'element' as const })) }
  }
  requirePlain(analysis, content, 'unnest')
  return OTHER
}

const texts: Behaviour = ({ analysis, args }) => joinTexts(analysis, args)

/** There is no string_agg of dates, only of texts. */
const textAggregate: Behaviour = call => {
  const [first = OTHER] = call.args
  const [source] = first.kind === 'value' && first.isDate ? first.sources : []
  if (source !== undefined) throw unsupported('the function string_agg of a date', source, 'Cast the column to text.')
  return joinTexts(call.analysis, call.args)
}

const xmlAggregate: Behaviour = ({ args: [first = OTHER] }) => first

const BEHAVIOURS: ReadonlyMap<string, Behaviour> = new Map<string, Behaviour>([
  ['count', presence],
  ['num_nulls', presence],
  ['num_nonnulls', presence],
  ['array_length', presence],
  ['cardinality', presence],
  ['any_value', passFirst],
  ['first_value', passFirst],
  ['last_value', passFirst],
  ['nth_value', passFirst],
  ['lag', passWithDefault],
  ['lead', passWithDefault],
  ['array_agg', array],
  ['array_append', arrayWith(1)],
  ['array_prepend', arrayWith(0)],
  ['array_cat', arrayPair],
  ['array_remove', arrayRemove],
  ['array_to_string', arrayText],
  ['unnest', elements],
  ['string_agg', textAggregate],
  ['concat', texts],
  ['concat_ws', texts],
  ['format', formatText],
  ['to_json', json],
  ['to_jsonb', json],
  ['row_to_json', json],
  ['array_to_json', json],
  ['json_agg', json],
  ['jsonb_agg', json],
  ['json_agg_strict', json],
  ['jsonb_agg_strict', json],
  ['json_build_array', call => toJson(call, call.args)],
  ['jsonb_build_array', call => toJson(call, call.args)],
  ['json_build_object', jsonPairs],
  ['jsonb_build_object', jsonPairs],
  ['json_object_agg', jsonPairs],
  ['jsonb_object_agg', jsonPairs],
  ['json_object_agg_strict', jsonPairs],
  ['jsonb_object_agg_strict', jsonPairs],
  ['json_object_agg_unique', jsonPairs],
  ['jsonb_object_agg_unique', jsonPairs],
  ['xmlagg', xmlAggregate],
])

/** Whether PostgreSQL itself has a function of this name, as far as we list them. */
export const isBuiltInFunction = (name: string): boolean => BEHAVIOURS.has(name) || isNamedFunction(name)

const named = (name: string): string => (isBuiltInFunction(name) ? `the function ${name}` : 'this function')

/** A call, with its aggregate and window clauses. */
export const functionCall = (analysis: Analysis, node: FuncCall, scope: Scope): Content => {
  const nodes = node.args ?? []
  const args = nodes.map(arg => analysis.evaluate(analysis, arg, scope))
  aggregateClauses(analysis, node, args, scope)
  const names = stringsOf(node.funcname)
  const isOwn = noteRoutine(analysis, names, nodes)
  const name = isOwn ? undefined : builtinName(names)
  return apply({ analysis, name: name ?? '', args, nodes }, node)
}

const apply = (call: Call, node: FuncCall): Content => {
  const behaviour = BEHAVIOURS.get(call.name)
  if (!call.args.some(hasSources) && call.name !== 'unnest' && call.name !== 'array_agg') {
    for (const content of call.args) if (call.name !== 'count') leavePlain(call.analysis, content)
    return OTHER
  }
  const usesSpread = node.func_variadic === true && call.name !== 'unnest'
  if (behaviour === undefined || usesSpread) {
    for (const content of call.args) requirePlain(call.analysis, content, named(call.name))
    return OTHER
  }
  return behaviour(call)
}

/** `c.name` where c is a row and no column has the name: a call. */
export const callOnRow = (analysis: Analysis, name: string, row: Content): Content => {
  const isOwn = noteRoutine(analysis, [name], [])
  return apply({ analysis, name: isOwn ? '' : name, args: [row], nodes: [] }, {})
}

const aggregateClauses = (analysis: Analysis, node: FuncCall, args: readonly Content[], scope: Scope): void => {
  if (node.agg_filter !== undefined) requirePlain(analysis, analysis.evaluate(analysis, node.agg_filter, scope), 'a condition')
  for (const sort of node.agg_order ?? []) {
    const key = bodyOf(sort, 'SortBy')?.node
    if (key !== undefined) requirePlain(analysis, analysis.evaluate(analysis, key, scope), 'ORDER BY in an aggregate')
  }
  if (node.agg_distinct === true) distinctArguments(analysis, node, args)
  if (node.over !== undefined) windowClauses(analysis, node.over, scope)
}

const distinctArguments = (analysis: Analysis, node: FuncCall, args: readonly Content[]): void => {
  const [source] = args.flatMap(sourcesOf)
  if (source === undefined) return
  // DISTINCT sorts; only a count doesn't show the order.
  if (builtinName(stringsOf(node.funcname)) !== 'count') throw unsupported('DISTINCT in an aggregate', source)
  groupContents(analysis, args, 'count(DISTINCT)')
}

/** PARTITION BY groups, ORDER BY sorts. */
export const windowClauses = (
  analysis: Analysis,
  window: { readonly partitionClause?: Node[]; readonly orderClause?: Node[]; readonly startOffset?: Node; readonly endOffset?: Node },
  scope: Scope,
): void => {
  const partitions = (window.partitionClause ?? []).map(node => analysis.evaluate(analysis, node, scope))
  groupContents(analysis, partitions, 'PARTITION BY')
  for (const sort of window.orderClause ?? []) {
    const key = bodyOf(sort, 'SortBy')?.node
    if (key !== undefined) requirePlain(analysis, analysis.evaluate(analysis, key, scope), 'ORDER BY in a window')
  }
  for (const node of [window.startOffset, window.endOffset]) {
    if (node !== undefined) requirePlain(analysis, analysis.evaluate(analysis, node, scope), 'a window frame')
  }
}



