/** Routines of the database itself: code that we don't see. */
import type { Node } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { statementUnsupported } from '../refusal.js'
import { bodyOf } from '../tree.js'
import { namesSensitive } from '../utility/touched.js'

/**
 * Notes what a call does besides its result. True if the database has a routine of that name, which is then not taken
 * for PostgreSQL's own. Throws `statement_unsupported` if its body names a protected relation and it is not declared.
 */
export const noteRoutine = (analysis: Analysis, names: readonly string[], args: readonly Node[]): boolean => {
  const name = names.at(-1) ?? ''
  const schema = names.length > 1 ? names.at(-2) : undefined
  refuseHiddenQuery(analysis, name, args)
  if (schema === 'pg_catalog' || analysis.catalog.routinesNamed(name).length === 0) {
    if (schema === undefined || schema === 'pg_catalog') noteSetting(analysis, name, args)
    return schema !== undefined && schema !== 'pg_catalog'
  }
  const routines = analysis.catalog.routinesNamed(name).filter(routine => schema === undefined || routine.schema === schema)
  const hidden = routines.find(routine => routine.namesProtected && !routine.isDeclared)
  if (hidden !== undefined) {
    throw statementUnsupported(
      `the function ${hidden.schema}.${hidden.name} works on a protected table`,
      `Check it, then add ${hidden.schema}.${hidden.name} to allow_database_code in the policy.`,
    )
  }
  if (!analysis.isView) analysis.effects.push({ kind: 'opaque' })
  return routines.length > 0 || schema !== undefined
}

/** Functions that run the query in their text: what it compares would be compared with sealed values. */
const QUERY_FUNCTIONS: ReadonlySet<string> = new Set([
  'query_to_xml', 'query_to_xmlschema', 'query_to_xml_and_xmlschema', 'ts_stat', 'ts_rewrite', 'crosstab', 'connectby', 'xpath_table', 'dblink', 'dblink_exec',
])

/** The arguments that may be queries; the form of ts_rewrite with three takes none. */
const queryArguments = (name: string, args: readonly Node[]): readonly Node[] => {
  if (name !== 'ts_rewrite') return args
  return args.length === 2 ? args.slice(1) : []
}

const refuseHiddenQuery = (analysis: Analysis, name: string, args: readonly Node[]): void => {
  if (!QUERY_FUNCTIONS.has(name)) return
  for (const arg of queryArguments(name, args)) {
    const constant = bodyOf(arg, 'A_Const') ?? bodyOf(bodyOf(arg, 'TypeCast')?.arg, 'A_Const')
    const text = constant?.sval?.sval
    // A computed text can put together what no search for names would find.
    if (constant === undefined || (text !== undefined && namesSensitive(analysis, text))) {
      throw statementUnsupported('a query on a protected table, inside a text', 'Send the query itself.')
    }
  }
}

const noteSetting = (analysis: Analysis, name: string, args: readonly Node[]): void => {
  if (name !== 'set_config') return
  const setting = bodyOf(args[0], 'A_Const')?.sval?.sval
  analysis.effects.push({ kind: 'set', setting: setting === undefined ? 'unknown' : setting.toLowerCase() })
}
