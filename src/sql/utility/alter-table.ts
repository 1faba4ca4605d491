/** ALTER TABLE, CREATE INDEX and RENAME on protected tables: what sealed values survive, and what not. */
import type { AlterTableCmd, AlterTableStmt, AlterTableType, Constraint, IndexStmt, Node, RenameStmt } from 'libpg-query'
import type { Relation } from '../../catalog/types.js'
import type { Analysis } from '../analysis.js'
import { requirePlain } from '../consume.js'
import { Ledger } from '../ledger.js'
import { statementUnsupported } from '../refusal.js'
import { relationColumns } from '../relations.js'
import { itemResult, scopeOf } from '../scope.js'
import type { Scope } from '../scope.js'
import { bodyOf, stringsOf } from '../tree.js'
import { UseSet } from '../uses.js'
import { ddl, lookup, refuseDdl, refuseShadowName, touchedBy } from './touched.js'

/** Changes which leave names, types, constraints and code of existing columns alone. */
const HARMLESS: ReadonlySet<AlterTableType> = new Set<AlterTableType>([
  'AT_DropNotNull', 'AT_SetNotNull', 'AT_SetStatistics', 'AT_SetOptions', 'AT_ResetOptions', 'AT_SetStorage', 'AT_SetCompression', 'AT_DropColumn',
  'AT_ValidateConstraint', 'AT_AddIndexConstraint', 'AT_ChangeOwner', 'AT_ClusterOn', 'AT_DropCluster', 'AT_SetLogged', 'AT_SetUnLogged', 'AT_SetAccessMethod',
  'AT_SetTableSpace', 'AT_SetRelOptions', 'AT_ResetRelOptions', 'AT_DisableTrig', 'AT_DisableTrigAll', 'AT_DisableTrigUser', 'AT_DisableRule',
  'AT_ReplicaIdentity', 'AT_EnableRowSecurity', 'AT_DisableRowSecurity', 'AT_ForceRowSecurity', 'AT_NoForceRowSecurity', 'AT_AttachPartition',
  'AT_DetachPartition', 'AT_DetachPartitionFinalize', 'AT_AddIdentity', 'AT_SetIdentity', 'AT_DropIdentity', 'AT_DropInherit', 'AT_AddInherit',
])

/** Expressions that the database will keep: constants in them can't be sealed, as in a view. */
export const storedCode = (analysis: Analysis): Analysis => ({ ...analysis, isView: true, ledger: new Ledger(), uses: new UseSet() })

const scopeFor = (analysis: Analysis, relation: Relation): Scope =>
  scopeOf(itemResult({ name: relation.name, schema: relation.schema, columns: relationColumns(analysis, relation, analysis.nextRange()), isOpen: false, isScalar: false }), undefined)

const plainExpression = (analysis: Analysis, node: Node | undefined, scope: Scope, operation: string): void => {
  if (node !== undefined) requirePlain(storedCode(analysis), analysis.evaluate(storedCode(analysis), node, scope), operation)
}

const isProtectedColumn = (relation: Relation, name: string | undefined): boolean => relation.columns.some(column => column.name === name && column.field !== undefined)

export const planAlterTable = (analysis: Analysis, statement: AlterTableStmt): void => {
  const relation = lookup(analysis, statement.relation)
  if (relation?.definition !== undefined && (relation.readsProtected ?? true) && (statement.cmds ?? []).some(setsDefault)) refuseDdl(relation, 'SET DEFAULT')
  if (relation?.isProtected === true) {
    const scope = scopeFor(analysis, relation)
    for (const node of statement.cmds ?? []) alterTable({ analysis, relation, command: bodyOf(node, 'AlterTableCmd') ?? {}, scope })
  }
  ddl(analysis, touchedBy(analysis, statement))
}

/** A view's default is a constant in the database, which nobody seals. */
const setsDefault = (node: Node): boolean => {
  const command = bodyOf(node, 'AlterTableCmd')
  return command?.subtype === 'AT_ColumnDefault' && command.def !== undefined
}

interface Change {
  readonly analysis: Analysis
  readonly relation: Relation
  readonly command: AlterTableCmd
  readonly scope: Scope
}

const CHANGES: ReadonlyMap<AlterTableType, (change: Change) => void> = new Map<AlterTableType, (change: Change) => void>([
  [
    'AT_AddColumn',
    ({ analysis, relation, command, scope }) => {
      for (const node of bodyOf(command.def, 'ColumnDef')?.constraints ?? []) checkConstraint(analysis, relation, bodyOf(node, 'Constraint') ?? {}, scope)
    },
  ],
  ['AT_AddConstraint', ({ analysis, relation, command, scope }) => checkConstraint(analysis, relation, bodyOf(command.def, 'Constraint') ?? {}, scope)],
  [
    'AT_ColumnDefault',
    ({ relation, command }) => {
      if (command.def !== undefined && isProtectedColumn(relation, command.name)) refuseDdl(relation, 'SET DEFAULT')
    },
  ],
  [
    'AT_AlterColumnType',
    ({ analysis, relation, command, scope }) => {
      if (isProtectedColumn(relation, command.name)) refuseDdl(relation, 'ALTER COLUMN TYPE')
      plainExpression(analysis, bodyOf(command.def, 'ColumnDef')?.raw_default, scope, 'ALTER COLUMN TYPE')
    },
  ],
  ['AT_SetExpression', ({ analysis, command, scope }) => plainExpression(analysis, command.def, scope, 'a generated column')],
  // It may take the guard away; the names of guards are not known here.
  ['AT_DropConstraint', ({ relation }) => refuseDdl(relation, 'DROP CONSTRAINT')],
])

const alterTable = (change: Change): void => {
  const { subtype = 'AT_AddColumn' } = change.command
  if (HARMLESS.has(subtype)) return
  const apply = CHANGES.get(subtype)
  if (apply === undefined) refuseDdl(change.relation, 'this ALTER TABLE')
  else apply(change)
}

/** Also for CREATE TABLE … LIKE and the like, where `relation` is protected. */
const checkConstraint = (analysis: Analysis, relation: Relation, constraint: Constraint, scope: Scope): void => {
  plainExpression(analysis, constraint.raw_expr, scope, 'a constraint, default or generated column')
  plainExpression(analysis, constraint.where_clause, scope, 'a constraint')
  const keys = [...stringsOf(constraint.keys), ...stringsOf(constraint.fk_attrs)]
  if (keys.some(key => isProtectedColumn(relation, key)) || (constraint.exclusions ?? []).length > 0) refuseDdl(relation, 'a key over a sealed column')
}

export const planIndex = (analysis: Analysis, statement: IndexStmt): void => {
  const relation = lookup(analysis, statement.relation)
  if (relation?.isProtected === true) {
    const scope = scopeFor(analysis, relation)
    for (const node of statement.indexParams ?? []) {
      const { name, expr } = bodyOf(node, 'IndexElem') ?? {}
      plainExpression(analysis, expr, scope, 'an index on an expression')
      const column = relation.columns.find(candidate => candidate.name === name)
      if (statement.unique === true && column?.field?.protect === 'random') refuseDdl(relation, 'a unique index over a column without protect: equality')
    }
    plainExpression(analysis, statement.whereClause, scope, 'a partial index')
  }
  ddl(analysis, touchedBy(analysis, statement))
}

/** The policy goes by names of schemas, too. */
const planSchemaRename = (analysis: Analysis, schema: string): void => {
  if (analysis.catalog.protectedSchemas?.has(schema) ?? true) {
    throw statementUnsupported('RENAME of a schema with protected tables', 'Change protected tables over a direct connection, then reload pgveil.')
  }
  ddl(analysis, { names: [], sensitive: undefined })
}

export const planRename = (analysis: Analysis, statement: RenameStmt): void => {
  const { renameType, subname = '', newname = '' } = statement
  if (renameType === 'OBJECT_SCHEMA') return planSchemaRename(analysis, subname)
  const relation = lookup(analysis, statement.relation)
  // One that the catalogue lacks may be a temporary one of this session.
  if (relation === undefined && statement.relation !== undefined && renameType !== 'OBJECT_COLUMN') refuseShadowName(analysis, newname)
  if (relation?.isProtected === true) {
    const isOther = renameType === 'OBJECT_COLUMN' && !isProtectedColumn(relation, subname)
    // The policy goes by names.
    if (!isOther) refuseDdl(relation, 'RENAME')
  }
  ddl(analysis, touchedBy(analysis, statement))
}
