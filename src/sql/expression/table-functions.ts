/** Functions in FROM. */
import type { Node } from 'libpg-query'
import type { Analysis, QueryColumn, QueryResult } from '../analysis.js'
import { requirePlain } from '../consume.js'
import { hasSources, OTHER } from '../content.js'
import { unsupported } from '../refusal.js'
import { sourcesOf } from '../content.js'
import type { Scope } from '../scope.js'
import { bodyOf, builtinName, stringsOf } from '../tree.js'
import { elementOf } from './functions.js'
import { noteRoutine } from './routines.js'

/** Built-in functions that return one unnamed scalar column. */
const SCALAR_SETS: ReadonlySet<string> = new Set([
  'generate_series',
  'generate_subscripts',
  'regexp_split_to_table',
  'string_to_table',
  'json_object_keys',
  'jsonb_object_keys',
  'jsonb_path_query',
  'now',
  'coalesce',
])

/** The columns of a function call in FROM; open when they are not known here. */
export const tableFunction = (analysis: Analysis, call: Node, scope: Scope): QueryResult => {
  const node = bodyOf(call, 'FuncCall')
  const names = stringsOf(node?.funcname)
  const name = builtinName(names)
  if (node !== undefined && name === 'unnest' && analysis.catalog.routinesNamed('unnest').length === 0) return unnest(analysis, node.args ?? [], scope)
  if (node !== undefined && name === 'json_to_recordset') noteRoutine(analysis, names, node.args ?? [])
  const content = analysis.evaluate(analysis, call, scope)
  if (hasSources(content)) {
    const [source] = sourcesOf(content)
    if (content.kind !== 'value') throw source === undefined ? new RangeError('no source') : unsupported('a function in FROM', source)
    return { columns: [{ name: name ?? '', content }], isOpen: false }
  }
  if (name !== undefined && SCALAR_SETS.has(name) && analysis.catalog.routinesNamed(name).length === 0) {
    return { columns: [{ name, content: OTHER }], isOpen: false }
  }
  return { columns: [], isOpen: true }
}

/** One of several arrays may hold composite values: then nobody knows here which column is whose. */
const unknownColumns = (analysis: Analysis, args: readonly Node[], scope: Scope): QueryResult => {
  for (const arg of args) requirePlain(analysis, analysis.evaluate(analysis, arg, scope), 'unnest of several arrays')
  return { columns: [], isOpen: true }
}

const SCALAR_TYPES: ReadonlySet<string> = new Set(
  'int2 int4 int8 text varchar bpchar name bool date time timetz timestamp timestamptz interval numeric float4 float8 uuid json jsonb bytea inet cidr oid'.split(' '),
)

/** Whether the array's elements surely are no composite values, which unnest would take apart into columns. */
const isArrayOfScalars = (node: Node): boolean => {
  const type = bodyOf(node, 'TypeCast')?.typeName
  return bodyOf(node, 'A_ArrayExpr') !== undefined || (type !== undefined && SCALAR_TYPES.has(builtinName(stringsOf(type.names)) ?? ''))
}

const unnest = (analysis: Analysis, args: readonly Node[], scope: Scope): QueryResult => {
  const columns: QueryColumn[] = []
  for (const arg of args) {
    const element = elementOf(analysis, analysis.evaluate(analysis, arg, scope))
    if (element.kind === 'row') columns.push(...element.columns)
    else if (args.length > 1 && element === OTHER && !isArrayOfScalars(arg)) return unknownColumns(analysis, args, scope)
    else columns.push({ name: 'unnest', content: element })
  }
  const [only] = columns
  // An array of a composite type has as many columns as the type.
  const isOpen = columns.length === 1 && only?.content === OTHER
  return { columns, isOpen }
}
