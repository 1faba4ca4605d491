/** Functions in FROM. */
import type { Node } from 'libpg-query'
import type { Analysis, QueryColumn, QueryResult } from '../analysis.js'
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

const unnest = (analysis: Analysis, args: readonly Node[], scope: Scope): QueryResult => {
  const columns: QueryColumn[] = []
  for (const arg of args) {
    const element = elementOf(analysis, analysis.evaluate(analysis, arg, scope))
    if (element.kind === 'row') columns.push(...element.columns)
    else columns.push({ name: 'unnest', content: element })
  }
  const [only] = columns
  // An array of a composite type has as many columns as the type.
  const isOpen = columns.length === 1 && only?.content === OTHER
  return { columns, isOpen }
}
