/** Statements that hold another one: EXPLAIN, PREPARE, DECLARE, CREATE VIEW, CREATE TABLE AS, EXECUTE. */
import type { CreateTableAsStmt, DeclareCursorStmt, ExecuteStmt, ExplainStmt, Node, PrepareStmt, ViewStmt } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { refuseElsewhere, requirePlain } from '../consume.js'
import { hasSources } from '../content.js'
import { Ledger } from '../ledger.js'
import { statementUnsupported } from '../refusal.js'
import { NO_FROM, scopeOf } from '../scope.js'
import type { Output, PlanContext, Use } from '../types.js'
import { bodyOf } from '../tree.js'
import { storedCode } from './alter-table.js'
import { ddl, refuseShadow, touchedBy } from './touched.js'

/** Analyses a statement inside another; given by the caller, since that one also analyses utility statements. */
export type Inner = (analysis: Analysis, node: Node, context: PlanContext) => unknown

/** The plan's text holds expressions, with the sealed constants in them. */
export const EXPLAIN_OUTPUTS: readonly Output[] = [{ name: 'QUERY PLAN', origin: undefined, quoting: [] }]

export const planExplain = (analysis: Analysis, statement: ExplainStmt, context: PlanContext, inner: Inner): void => {
  if (statement.query !== undefined) inner(analysis, statement.query, context)
}

export const planDeclare = (analysis: Analysis, statement: DeclareCursorStmt, context: PlanContext, inner: Inner): void => {
  if (statement.query !== undefined) inner(analysis, statement.query, context)
}

/** Its parameters would come by EXECUTE, as expressions: they can't be sealed there. */
export const planPrepare = (analysis: Analysis, statement: PrepareStmt, context: PlanContext, inner: Inner): void => {
  const own: Analysis = { ...analysis, ledger: new Ledger() }
  if (statement.query !== undefined) inner(own, statement.query, context)
  if (own.ledger.params().size > 0 || own.ledger.hasSealedLiterals()) {
    throw statementUnsupported('PREPARE with a value for a sealed column', "Use the protocol's own prepared statements, as drivers do.")
  }
  analysis.effects.push({ kind: 'prepare', name: statement.name ?? '' })
}

const noteUses = (analysis: Analysis, uses: readonly Use[]): void => {
  for (const use of uses) analysis.uses.include(use)
}

export const planExecute = (analysis: Analysis, statement: ExecuteStmt, context: PlanContext): void => {
  const scope = scopeOf(NO_FROM, undefined)
  for (const node of statement.params ?? []) requirePlain(analysis, analysis.evaluate(analysis, node, scope), 'a parameter of EXECUTE')
  const prepared = context.preparedNamed(statement.name ?? '')
  if (prepared === undefined) return
  if (prepared.params.size > 0) {
    throw statementUnsupported('EXECUTE with a value for a sealed column', "Bind the statement by the protocol, as drivers do.")
  }
  noteUses(analysis, prepared.uses)
  for (const name of prepared.unguarded) analysis.unguarded.add(name)
}

export const planCreateTableAs = (analysis: Analysis, statement: CreateTableAsStmt, context: PlanContext): void => {
  const { query } = statement
  refuseShadow(analysis, statement.into?.rel)
  const execute = bodyOf(query, 'ExecuteStmt')
  const select = bodyOf(query, 'SelectStmt')
  const touched = touchedBy(analysis, statement)
  if (execute !== undefined) {
    planExecute(analysis, execute, context)
    const prepared = context.preparedNamed(execute.name ?? '')
    if (prepared === undefined || prepared.uses.some(use => use.kind === 'output')) {
      throw statementUnsupported('copying the rows of a prepared statement to a new table', 'Create the table, add it to the policy, then INSERT.')
    }
  } else if (select !== undefined) {
    for (const { content } of analysis.select(analysis, select, undefined).columns) refuseElsewhere(analysis, content, 'copying to a new table of')
  }
  ddl(analysis, touched)
}

/** Planned as its query would be, except that constants can't be sealed for later. */
export const planView = (analysis: Analysis, statement: ViewStmt): void => {
  refuseShadow(analysis, statement.view)
  const select = bodyOf(statement.query, 'SelectStmt')
  if (select === undefined) throw statementUnsupported('a view of an unknown kind', 'Write the query in another way.')
  const { columns } = analysis.select(storedCode(analysis), select, undefined)
  const { names, sensitive } = touchedBy(analysis, statement)
  analysis.effects.push({ kind: 'ddl', names, touchesProtected: sensitive !== undefined || columns.some(column => hasSources(column.content)) })
}
