/** SQL/JSON and SQL/XML expressions. */
import type { Node, XmlExpr, XmlExprOp } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { leavePlain, requirePlain } from '../consume.js'
import { commonQuoting, documentContent, hasSources, jsonQuotingOf, NOTHING, OTHER, quotingOf, sourcesOf, unionSources } from '../content.js'
import type { Content } from '../content.js'
import type { Container } from '../types.js'
import type { Scope } from '../scope.js'
import { bodyOf, eachNode, tagOf } from '../tree.js'

const evaluated = (analysis: Analysis, node: Node | undefined, scope: Scope): Content => (node === undefined ? NOTHING : analysis.evaluate(analysis, node, scope))

const jsonOf = (analysis: Analysis, contents: readonly Content[]): Content => {
  for (const content of contents) leavePlain(analysis, content)
  return documentContent('json', contents.map(sourcesOf).reduce(unionSources, []), commonQuoting(contents, jsonQuotingOf))
}

/** `value FORMAT JSON` takes text for a document, which a sealed value is not. */
export const jsonValue = (analysis: Analysis, node: Node | undefined, scope: Scope): Content => {
  const value = bodyOf(node, 'JsonValueExpr')
  if (value === undefined) return evaluated(analysis, node, scope)
  const content = evaluated(analysis, value.raw_expr, scope)
  const format = value.format?.format_type
  if (format !== undefined && format !== 'JS_FORMAT_DEFAULT') requirePlain(analysis, content, 'FORMAT JSON')
  return content
}

const pair = (analysis: Analysis, node: Node | undefined, scope: Scope): Content => {
  const entry = bodyOf(node, 'JsonKeyValue')
  if (entry === undefined) return OTHER
  requirePlain(analysis, evaluated(analysis, entry.key, scope), 'use as a JSON key')
  return jsonValue(analysis, entry.value === undefined ? undefined : { JsonValueExpr: entry.value }, scope)
}

/** RETURNING bytea and other types would convert the document. */
const withOutput = (analysis: Analysis, content: Content, output: { readonly typeName?: { readonly names?: Node[] } } | undefined): Content => {
  if (output?.typeName === undefined || !hasSources(content)) return content
  const name = bodyOf(output.typeName.names?.at(-1), 'String')?.sval
  if (name === 'json' || name === 'jsonb') return content
  if (name === 'text') return documentContent('text', sourcesOf(content), quotingOf(content))
  requirePlain(analysis, content, 'RETURNING another type')
  return OTHER
}

export const jsonObject = (analysis: Analysis, node: { exprs?: Node[]; output?: { typeName?: { names?: Node[] } }; unique?: boolean }, scope: Scope): Content =>
  withOutput(analysis, jsonOf(analysis, (node.exprs ?? []).map(entry => pair(analysis, entry, scope))), node.output)

export const jsonArray = (analysis: Analysis, node: { exprs?: Node[]; output?: { typeName?: { names?: Node[] } } }, scope: Scope): Content =>
  withOutput(analysis, jsonOf(analysis, (node.exprs ?? []).map(entry => jsonValue(analysis, entry, scope))), node.output)

/** `JSON_ARRAY(SELECT …)`. */
export const jsonArrayQuery = (analysis: Analysis, node: { query?: Node; output?: { typeName?: { names?: Node[] } } }, scope: Scope): Content => {
  const select = bodyOf(node.query, 'SelectStmt')
  const columns = select === undefined ? [] : analysis.select(analysis, select, scope).columns
  return withOutput(analysis, jsonOf(analysis, columns.map(column => column.content)), node.output)
}

interface Aggregate {
  readonly constructor?: { readonly output?: { readonly typeName?: { readonly names?: Node[] } }; readonly agg_order?: Node[]; readonly agg_filter?: Node }
}

const aggregateClauses = (analysis: Analysis, body: Aggregate['constructor'], scope: Scope): void => {
  if (body?.agg_filter !== undefined) requirePlain(analysis, evaluated(analysis, body.agg_filter, scope), 'a condition')
  for (const sort of body?.agg_order ?? []) requirePlain(analysis, evaluated(analysis, bodyOf(sort, 'SortBy')?.node, scope), 'ORDER BY in an aggregate')
}

export const jsonObjectAggregate = (analysis: Analysis, body: Aggregate['constructor'], arg: Node | undefined, scope: Scope): Content => {
  aggregateClauses(analysis, body, scope)
  return withOutput(analysis, jsonOf(analysis, [pair(analysis, arg, scope)]), body?.output)
}

export const jsonArrayAggregate = (analysis: Analysis, body: Aggregate['constructor'], arg: Node | undefined, scope: Scope): Content => {
  aggregateClauses(analysis, body, scope)
  return withOutput(analysis, jsonOf(analysis, [jsonValue(analysis, arg, scope)]), body?.output)
}

/** Paths, predicates and casts of documents: they look into values. */
export const jsonInspection = (analysis: Analysis, body: object, scope: Scope): Content => {
  for (const value of Object.values(body)) inspect(analysis, value, scope)
  return OTHER
}

const INSPECTED: ReadonlySet<string> = new Set(['ColumnRef', 'SubLink', 'ParamRef', 'FuncCall'])

const inspect = (analysis: Analysis, value: unknown, scope: Scope): void => {
  eachNode(value, node => {
    if (INSPECTED.has(tagOf(node) ?? '')) requirePlain(analysis, analysis.evaluate(analysis, node, scope), 'a JSON query')
  })
}

const XML_QUOTING: readonly Container[] = ['xml']

const xmlOf = (analysis: Analysis, contents: readonly Content[]): Content => {
  for (const content of contents) leavePlain(analysis, content)
  const sealed = contents.filter(hasSources)
  const isPlain = sealed.every(content => content.kind === 'value')
  const isXml = sealed.every(content => content.kind === 'value' || (content.kind === 'document' && content.type === 'xml'))
  const quoting = isPlain || (isXml && commonQuoting(sealed.filter(content => content.kind === 'document'), quotingOf)?.length === 1) ? XML_QUOTING : undefined
  return documentContent('xml', sealed.map(sourcesOf).reduce(unionSources, []), quoting)
}

/** What each form of SQL/XML does with sealed values: build a document of them, or look into them. */
const XML_BUILDS: { readonly [K in XmlExprOp]: boolean } = {
  IS_XMLCONCAT: true,
  IS_XMLELEMENT: true,
  IS_XMLFOREST: true,
  IS_XMLPARSE: false,
  IS_XMLPI: false,
  IS_XMLROOT: false,
  IS_XMLSERIALIZE: false,
  IS_DOCUMENT: false,
}

export const xmlExpression = (analysis: Analysis, node: XmlExpr, scope: Scope): Content => {
  const nodes = [...(node.named_args ?? []), ...(node.args ?? [])].map(arg => bodyOf(arg, 'ResTarget')?.val ?? arg)
  const contents = nodes.map(arg => analysis.evaluate(analysis, arg, scope))
  if (XML_BUILDS[node.op ?? 'IS_XMLPARSE']) return xmlOf(analysis, contents)
  for (const content of contents) requirePlain(analysis, content, 'an XML function')
  return OTHER
}
