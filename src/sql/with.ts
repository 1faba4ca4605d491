/** WITH clauses. */
import type { CommonTableExpr, SelectStmt, WithClause } from 'libpg-query'
import type { Analysis, QueryColumn, QueryResult } from './analysis.js'
import { hasSources, mergeContents, OTHER, placesOf, sourcesOf, withoutOrigin } from './content.js'
import type { Content } from './content.js'
import { statementUnsupported } from './refusal.js'
import { NO_FROM, scopeOf } from './scope.js'
import type { Scope } from './scope.js'
import { bodyOf, eachNode, stringsOf } from './tree.js'

/** A scope that sees the CTEs of the clause. Its FROM is empty. */
export const withScope = (analysis: Analysis, clause: WithClause | undefined, parent: Scope | undefined): Scope => {
  const ctes = new Map<string, QueryResult>()
  const scope = scopeOf(NO_FROM, parent, ctes)
  const isRecursive = clause?.recursive === true
  const expressions = (clause?.ctes ?? []).map(node => bodyOf(node, 'CommonTableExpr')).filter(cte => cte !== undefined)
  for (const cte of isRecursive ? inOrderOfUse(expressions) : expressions) {
    if (cte.ctename !== undefined) ctes.set(cte.ctename, analyseCte(analysis, cte, isRecursive, scope, ctes))
  }
  return scope
}

/** WITH RECURSIVE may name a CTE before it is written; a cycle through several of them is the server's error. */
const inOrderOfUse = (expressions: readonly CommonTableExpr[]): readonly CommonTableExpr[] => {
  const byName = new Map(expressions.map(cte => [cte.ctename ?? '', cte]))
  const ordered = new Set<CommonTableExpr>()
  const begun = new Set<CommonTableExpr>()
  const visit = (cte: CommonTableExpr): void => {
    if (begun.has(cte)) return
    begun.add(cte)
    eachNode(cte.ctequery, node => {
      const range = bodyOf(node, 'RangeVar')
      const used = range?.schemaname === undefined ? byName.get(range?.relname ?? '') : undefined
      if (used !== undefined) visit(used)
    })
    ordered.add(cte)
  }
  for (const cte of expressions) visit(cte)
  return [...ordered]
}

const analyseCte = (analysis: Analysis, cte: CommonTableExpr, isRecursive: boolean, scope: Scope, ctes: Map<string, QueryResult>): QueryResult => {
  const node = cte.ctequery
  if (node === undefined) throw statementUnsupported('a CTE without a query', 'Write the query in another way.')
  const select = bodyOf(node, 'SelectStmt')
  const result =
    select === undefined
      ? analysis.modify(analysis, node, scope)
      : isRecursive && select.op === 'SETOP_UNION'
        ? recursiveCte(analysis, cte, select, scope, ctes)
        : analysis.select(analysis, select, scope)
  const added = [cte.search_clause?.search_seq_column, cte.cycle_clause?.cycle_mark_column, cte.cycle_clause?.cycle_path_column]
  if (added.some(name => name !== undefined)) return withTraversal(analysis, cte, renamed(result, cte), added)
  return renamed(result, cte)
}

const renamed = (result: QueryResult, cte: CommonTableExpr): QueryResult => {
  const names = stringsOf(cte.aliascolnames)
  return names.length === 0 ? result : { ...result, columns: result.columns.map((column, index) => ({ name: names[index] ?? column.name, content: column.content })) }
}

/** SEARCH and CYCLE compare and collect the columns that they name. */
const withTraversal = (analysis: Analysis, cte: CommonTableExpr, result: QueryResult, added: readonly (string | undefined)[]): QueryResult => {
  const names = [...stringsOf(cte.search_clause?.search_col_list), ...stringsOf(cte.cycle_clause?.cycle_col_list)]
  const isSealed = result.columns.some(column => names.includes(column.name) && hasSources(column.content))
  if (isSealed) throw statementUnsupported('SEARCH or CYCLE by a sealed column', 'Name the primary key instead.')
  void analysis
  return { ...result, columns: [...result.columns, ...added.filter(name => name !== undefined).map((name): QueryColumn => ({ name, content: OTHER }))] }
}

/** The domain is finite and contents only grow, so a handful of rounds reaches the fixpoint; more is refused. */
const ROUNDS_MAX = 16

const recursiveCte = (analysis: Analysis, cte: CommonTableExpr, select: SelectStmt, scope: Scope, ctes: Map<string, QueryResult>): QueryResult => {
  const name = cte.ctename ?? ''
  const { larg, rarg } = select
  if (larg === undefined || rarg === undefined) throw statementUnsupported('a set operation without sides', 'Write the query in another way.')
  const inner = withScope(analysis, select.withClause, scope)
  let result = anyRow(renamed(analysis.select(analysis, larg, inner), cte))
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    ctes.set(name, result)
    const step = analysis.select(analysis, rarg, inner)
    const next = grown(result, step)
    if (next === undefined) {
      // UNION compares rows to end the recursion.
      if (select.all !== true && result.columns.some(column => hasSources(column.content))) {
        throw statementUnsupported('a recursive UNION over a sealed column', 'Write UNION ALL.')
      }
      return result
    }
    result = next
  }
  throw statementUnsupported('a recursive query that cannot be followed', 'Write the query in another way.')
}

/** Rows of later rounds may combine the columns anew. */
const anyRow = ({ columns, isOpen }: QueryResult): QueryResult => ({ columns: columns.map(({ name, content }) => ({ name, content: withoutOrigin(content) })), isOpen })

const grown = (result: QueryResult, step: QueryResult): QueryResult | undefined => {
  let hasGrown = false
  const columns = result.columns.map(({ name, content }, index) => {
    const other = step.columns[index]?.content ?? OTHER
    const merged = mergeContents(content, other)
    if (merged === undefined) throw statementUnsupported('a recursive query with values of several kinds', 'Write the query in another way.')
    hasGrown ||= sizeOf(merged) !== sizeOf(content)
    return { name, content: merged }
  })
  return hasGrown ? { columns, isOpen: result.isOpen || step.isOpen } : undefined
}

const sizeOf = (content: Content): string =>
  `${content.kind} ${String(sourcesOf(content).length)} ${String(placesOf(content).length)} ${String(content.kind === 'value' && content.hasOther)}`
