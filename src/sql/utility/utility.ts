/** Statements other than queries and changes of rows. Every statement of the grammar has a rule; a new one does not compile without. */
import type { CreateFunctionStmt, DoStmt, Node } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { requirePlain } from '../consume.js'
import { statementUnsupported } from '../refusal.js'
import { NO_FROM, scopeOf } from '../scope.js'
import type { CopyPlan, Output, PlanContext } from '../types.js'
import { bodyOf, itemsOf, stringOf, tagOf } from '../tree.js'
import type { NodeOf, Tag } from '../tree.js'
import { planAlterTable, planIndex, planRename } from './alter-table.js'
import { planCopy } from './copy.js'
import { EXPLAIN_OUTPUTS, planCreateTableAs, planDeclare, planExecute, planExplain, planPrepare, planView } from './nested.js'
import type { Inner } from './nested.js'
import { deallocateEffect, discardEffects, settingEffects, TRANSACTIONS } from './session.js'
import { ddl, droppedBy, lookup, namesSensitive, refuseDdl, refuseShadow, touchedBy } from './touched.js'

export interface UtilityPlan {
  readonly kind: string
  readonly outputs: readonly Output[] | undefined
  readonly copy?: CopyPlan | undefined
}

type StatementTag = Exclude<Extract<Tag, `${string}Stmt`>, 'SelectStmt' | 'InsertStmt' | 'UpdateStmt' | 'DeleteStmt' | 'MergeStmt'>

interface Surroundings {
  readonly context: PlanContext
  readonly inner: Inner
}

/** A method's type, so that the table of rules for single tags is one for any tag. */
type Rule<K extends StatementTag> = { rule(analysis: Analysis, body: NodeOf<K>, around: Surroundings): string | UtilityPlan }['rule']

/** Reads and changes nothing that a sealed value could be in. */
const pass = (kind: string) => (): string => kind

/** Names relations, and leaves the protection of them alone. */
const harmlessDdl =
  (kind: string) =>
  (analysis: Analysis, body: object): string => {
    ddl(analysis, touchedBy(analysis, body))
    return kind
  }

/** Would work on sealed values from inside the database, or void the policy. */
const unprotectedDdl =
  (kind: string) =>
  (analysis: Analysis, body: object): string => {
    const touched = touchedBy(analysis, body)
    if (touched.sensitive !== undefined) refuseDdl(touched.sensitive, kind)
    ddl(analysis, touched)
    return kind
  }

const neverOnTop = (): never => {
  throw statementUnsupported('a statement of an unknown kind', 'Write it in another way.')
}

const codeOf = (options: readonly Node[] | undefined): string =>
  (options ?? [])
    .map(option => bodyOf(option, 'DefElem'))
    .filter(element => element?.defname === 'as')
    .flatMap(element => (bodyOf(element?.arg, 'List') === undefined ? [stringOf(element?.arg)] : itemsOf(element?.arg).map(stringOf)))
    .join('\n')

const doBlock = (analysis: Analysis, { args }: DoStmt): string => {
  if (namesSensitive(analysis, codeOf(args))) throw statementUnsupported('DO works on a protected table', 'Send its statements one by one.')
  analysis.effects.push({ kind: 'opaque' })
  return 'DO'
}

/** Until it is committed the catalogue can't tell that it works on sealed values, and its transaction could call it. */
const createFunction = (analysis: Analysis, body: CreateFunctionStmt): string => {
  const touched = touchedBy(analysis, body)
  if (touched.sensitive !== undefined || namesSensitive(analysis, codeOf(body.options))) {
    throw statementUnsupported('CREATE FUNCTION with code that works on a protected table', 'Create it over a direct connection, and list it under allow_database_code in the policy.')
  }
  ddl(analysis, touched)
  return 'CREATE FUNCTION'
}

const RULES: { readonly [K in StatementTag]: Rule<K> } = {
  RawStmt: neverOnTop,
  SetOperationStmt: neverOnTop,
  ReturnStmt: neverOnTop,
  PLAssignStmt: neverOnTop,
  ReplicaIdentityStmt: neverOnTop,
  CopyStmt: (analysis, body) => ({ kind: 'COPY', outputs: undefined, copy: planCopy(analysis, body) }),
  ExplainStmt: (analysis, body, { context, inner }) => {
    planExplain(analysis, body, context, inner)
    return { kind: 'EXPLAIN', outputs: EXPLAIN_OUTPUTS }
  },
  PrepareStmt: (analysis, body, { context, inner }) => {
    planPrepare(analysis, body, context, inner)
    return 'PREPARE'
  },
  ExecuteStmt: (analysis, body, { context }) => {
    planExecute(analysis, body, context)
    return 'EXECUTE'
  },
  DeclareCursorStmt: (analysis, body, { context, inner }) => {
    planDeclare(analysis, body, context, inner)
    return 'DECLARE'
  },
  CreateTableAsStmt: (analysis, body, { context }) => {
    planCreateTableAs(analysis, body, context)
    return body.objtype === 'OBJECT_MATVIEW' ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS'
  },
  ViewStmt: (analysis, body) => {
    planView(analysis, body)
    return 'CREATE VIEW'
  },
  AlterTableStmt: (analysis, body) => {
    planAlterTable(analysis, body)
    return 'ALTER TABLE'
  },
  IndexStmt: (analysis, body) => {
    planIndex(analysis, body)
    return 'CREATE INDEX'
  },
  RenameStmt: (analysis, body) => {
    planRename(analysis, body)
    return 'ALTER RENAME'
  },
  DropStmt: (analysis, body) => {
    ddl(analysis, droppedBy(analysis, body.objects ?? []))
    return 'DROP'
  },
  CreateSchemaStmt: (analysis, body, { context, inner }) => {
    for (const element of body.schemaElts ?? []) inner(analysis, element, context)
    ddl(analysis, { names: [], sensitive: undefined })
    return 'CREATE SCHEMA'
  },
  AlterObjectSchemaStmt: (analysis, body) => {
    const relation = lookup(analysis, body.relation)
    if (relation?.isProtected === true) refuseDdl(relation, 'SET SCHEMA')
    ddl(analysis, touchedBy(analysis, body))
    return 'ALTER SET SCHEMA'
  },
  CreatePolicyStmt: unprotectedDdl('CREATE POLICY'),
  AlterPolicyStmt: unprotectedDdl('ALTER POLICY'),
  CreateTrigStmt: unprotectedDdl('CREATE TRIGGER'),
  RuleStmt: unprotectedDdl('CREATE RULE'),
  CreateStatsStmt: unprotectedDdl('CREATE STATISTICS'),
  CreatePublicationStmt: unprotectedDdl('CREATE PUBLICATION'),
  AlterPublicationStmt: unprotectedDdl('ALTER PUBLICATION'),
  DoStmt: doBlock,
  CallStmt: (analysis, body) => {
    if (body.funccall !== undefined) requirePlain(analysis, analysis.evaluate(analysis, { FuncCall: body.funccall }, scopeOf(NO_FROM, undefined)), 'CALL')
    analysis.effects.push({ kind: 'opaque' })
    return 'CALL'
  },
  CreateFunctionStmt: createFunction,
  VariableSetStmt: (analysis, body) => {
    analysis.effects.push(...settingEffects(body))
    return 'SET'
  },
  TransactionStmt: (analysis, body) => {
    const { kind, effect } = TRANSACTIONS[body.kind ?? 'TRANS_STMT_BEGIN']
    analysis.effects.push(effect)
    return kind
  },
  DiscardStmt: (analysis, body) => {
    analysis.effects.push(...discardEffects(body))
    return 'DISCARD'
  },
  DeallocateStmt: (analysis, body) => {
    analysis.effects.push(deallocateEffect(body))
    return 'DEALLOCATE'
  },
  // Code of a library may do anything.
  LoadStmt: analysis => {
    analysis.effects.push({ kind: 'opaque' })
    return 'LOAD'
  },
  CreateStmt: (analysis, body) => {
    refuseShadow(analysis, body.relation)
    ddl(analysis, touchedBy(analysis, body))
    return 'CREATE TABLE'
  },
  CreateForeignTableStmt: harmlessDdl('CREATE FOREIGN TABLE'),
  CreateSeqStmt: harmlessDdl('CREATE SEQUENCE'),
  AlterSeqStmt: harmlessDdl('ALTER SEQUENCE'),
  ImportForeignSchemaStmt: harmlessDdl('IMPORT FOREIGN SCHEMA'),
  RefreshMatViewStmt: harmlessDdl('REFRESH MATERIALIZED VIEW'),
  AlterOwnerStmt: harmlessDdl('ALTER OWNER'),
  AlterObjectDependsStmt: harmlessDdl('ALTER DEPENDS'),
  CompositeTypeStmt: harmlessDdl('CREATE TYPE'),
  AlterTypeStmt: harmlessDdl('ALTER TYPE'),
  CreateEnumStmt: harmlessDdl('CREATE TYPE'),
  AlterEnumStmt: harmlessDdl('ALTER TYPE'),
  CreateRangeStmt: harmlessDdl('CREATE TYPE'),
  CreateDomainStmt: harmlessDdl('CREATE DOMAIN'),
  AlterDomainStmt: harmlessDdl('ALTER DOMAIN'),
  CreateCastStmt: harmlessDdl('CREATE CAST'),
  DefineStmt: harmlessDdl('CREATE'),
  AlterFunctionStmt: harmlessDdl('ALTER FUNCTION'),
  AlterStatsStmt: harmlessDdl('ALTER STATISTICS'),
  AlterTableMoveAllStmt: harmlessDdl('ALTER TABLE'),
  CreateExtensionStmt: harmlessDdl('CREATE EXTENSION'),
  AlterExtensionStmt: harmlessDdl('ALTER EXTENSION'),
  AlterExtensionContentsStmt: harmlessDdl('ALTER EXTENSION'),
  DropOwnedStmt: harmlessDdl('DROP OWNED'),
  ReassignOwnedStmt: harmlessDdl('REASSIGN OWNED'),
  VariableShowStmt: pass('SHOW'),
  FetchStmt: (_analysis, body) => (body.ismove === true ? 'MOVE' : 'FETCH'),
  ClosePortalStmt: pass('CLOSE'),
  TruncateStmt: pass('TRUNCATE'),
  LockStmt: pass('LOCK'),
  VacuumStmt: (_analysis, body) => (body.is_vacuumcmd === true ? 'VACUUM' : 'ANALYZE'),
  ClusterStmt: pass('CLUSTER'),
  ReindexStmt: pass('REINDEX'),
  CommentStmt: pass('COMMENT'),
  SecLabelStmt: pass('SECURITY LABEL'),
  GrantStmt: pass('GRANT'),
  GrantRoleStmt: pass('GRANT'),
  AlterDefaultPrivilegesStmt: pass('ALTER DEFAULT PRIVILEGES'),
  NotifyStmt: pass('NOTIFY'),
  ListenStmt: pass('LISTEN'),
  UnlistenStmt: pass('UNLISTEN'),
  ConstraintsSetStmt: pass('SET CONSTRAINTS'),
  CheckPointStmt: pass('CHECKPOINT'),
  AlterCollationStmt: pass('ALTER COLLATION'),
  CreateTableSpaceStmt: pass('CREATE TABLESPACE'),
  DropTableSpaceStmt: pass('DROP TABLESPACE'),
  AlterTableSpaceOptionsStmt: pass('ALTER TABLESPACE'),
  CreateFdwStmt: pass('CREATE FOREIGN DATA WRAPPER'),
  AlterFdwStmt: pass('ALTER FOREIGN DATA WRAPPER'),
  CreateForeignServerStmt: pass('CREATE SERVER'),
  AlterForeignServerStmt: pass('ALTER SERVER'),
  CreateUserMappingStmt: pass('CREATE USER MAPPING'),
  AlterUserMappingStmt: pass('ALTER USER MAPPING'),
  DropUserMappingStmt: pass('DROP USER MAPPING'),
  CreateAmStmt: pass('CREATE ACCESS METHOD'),
  CreateEventTrigStmt: pass('CREATE EVENT TRIGGER'),
  AlterEventTrigStmt: pass('ALTER EVENT TRIGGER'),
  CreatePLangStmt: pass('CREATE LANGUAGE'),
  CreateRoleStmt: pass('CREATE ROLE'),
  AlterRoleStmt: pass('ALTER ROLE'),
  AlterRoleSetStmt: pass('ALTER ROLE'),
  DropRoleStmt: pass('DROP ROLE'),
  CreateOpClassStmt: pass('CREATE OPERATOR CLASS'),
  CreateOpFamilyStmt: pass('CREATE OPERATOR FAMILY'),
  AlterOpFamilyStmt: pass('ALTER OPERATOR FAMILY'),
  AlterOperatorStmt: pass('ALTER OPERATOR'),
  CreatedbStmt: pass('CREATE DATABASE'),
  AlterDatabaseStmt: pass('ALTER DATABASE'),
  AlterDatabaseRefreshCollStmt: pass('ALTER DATABASE'),
  AlterDatabaseSetStmt: pass('ALTER DATABASE'),
  DropdbStmt: pass('DROP DATABASE'),
  AlterSystemStmt: pass('ALTER SYSTEM'),
  CreateConversionStmt: pass('CREATE CONVERSION'),
  CreateTransformStmt: pass('CREATE TRANSFORM'),
  AlterTSDictionaryStmt: pass('ALTER TEXT SEARCH'),
  AlterTSConfigurationStmt: pass('ALTER TEXT SEARCH'),
  CreateSubscriptionStmt: pass('CREATE SUBSCRIPTION'),
  AlterSubscriptionStmt: pass('ALTER SUBSCRIPTION'),
  DropSubscriptionStmt: pass('DROP SUBSCRIPTION'),
}

const RULE_OF: ReadonlyMap<string, Rule<StatementTag>> = new Map(Object.entries(RULES))

/** Plans a utility statement; `inner` analyses a statement that it holds. */
export const planUtility = (analysis: Analysis, node: Node, context: PlanContext, inner: Inner): UtilityPlan => {
  const tag = tagOf(node)
  const rule = tag === undefined ? undefined : RULE_OF.get(tag)
  if (tag === undefined || rule === undefined) return neverOnTop()
  const result = rule(analysis, bodyOf(node, tag), { context, inner })
  return typeof result === 'string' ? { kind: result, outputs: undefined } : result
}
