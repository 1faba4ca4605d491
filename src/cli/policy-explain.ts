/** `pgveil policy explain`: prints what the planner makes of a statement, and what a role would be shown. */
import { Command } from 'commander'
import { ProxyError } from '../errors.js'
import type { Catalog } from '../catalog/types.js'
import { decideRead } from '../policy/decide.js'
import type { Policy, Role } from '../policy/types.js'
import { authorize, loadParser, planText } from '../sql/index.js'
import type { Splice, StatementPlan, TextPlan } from '../sql/types.js'
import { loadCatalog } from './catalog-connection.js'
import { prefixesOf } from './guard-prefixes.js'
import { print, printJson, table } from './output.js'
import { readPolicyFiles } from './policy-files.js'

interface ExplainOptions {
  readonly sql: string
  readonly role: string
  readonly upstream?: string
  readonly keyring?: string
  readonly searchPath: string
  readonly json?: true
}

interface UseReport {
  readonly column: string
  readonly use: string
  readonly named: boolean
  /** For output: how the role sees it, and by which line of the policy. */
  readonly treatment?: string
  readonly rule?: string
}

interface StatementReport {
  readonly kind: string
  readonly uses: readonly UseReport[]
  readonly seals: readonly string[]
  readonly unguarded: readonly string[]
}

interface ExplainReport {
  readonly outcome: TextPlan['outcome'] | 'denied'
  readonly sqlState?: string
  readonly message?: string
  readonly hint?: string
  readonly statements: readonly StatementReport[]
}

const EXIT_FAILURE = 1

const roleNamed = (policy: Policy, name: string): Role => {
  const role = [...policy.roles, policy.fallback].find(candidate => candidate.name === name)
  if (role === undefined) throw new ProxyError('usage', { reason: `the policy has no role ${name}` })
  return role
}

const usesOf = ({ uses }: StatementPlan, role: Role): readonly UseReport[] =>
  uses.map(({ kind, field, schema, table: relation, column, isExplicit }) => {
    const report = { column: `${schema}.${relation}.${column}`, use: kind, named: isExplicit }
    if (kind !== 'output') return report
    const { treatment, rule } = decideRead(role, field)
    return { ...report, treatment: treatment.action === 'mask' ? `mask ${treatment.mask.kind}` : treatment.action, rule }
  })

/** Where something is sealed; the values stay out of the report. */
const sealsOf = ({ params, start, end }: StatementPlan, splices: readonly Splice[]): readonly string[] => [
  ...[...params].map(([number, plan]) => `parameter $${String(number)} for ${plan.field.name} (${plan.purpose})`),
  ...splices.flatMap(({ start: at, replacement }) =>
    replacement.kind === 'seal' && at >= start && at < end ? [`constant at byte ${String(at)} for ${replacement.plan.field.name} (${replacement.plan.purpose})`] : [],
  ),
]

const failure = (outcome: ExplainReport['outcome'], error: ProxyError, statements: readonly StatementReport[]): ExplainReport => ({
  outcome,
  sqlState: error.sqlState,
  message: error.message,
  ...(error.hint === undefined ? {} : { hint: error.hint }),
  statements,
})

/** The planner's own answer for one role. */
export const explainPlan = (plan: TextPlan, role: Role): ExplainReport => {
  if (plan.outcome === 'refused') return failure('refused', plan.error, [])
  if (plan.outcome === 'syntax_error') return { outcome: plan.outcome, sqlState: '42601', message: plan.message, statements: [] }
  if (plan.outcome === 'stale') return { outcome: plan.outcome, message: `not in the catalogue: ${plan.names.join(', ')}`, statements: [] }
  const statements = plan.statements.map(statement => ({
    kind: statement.kind,
    uses: usesOf(statement, role),
    seals: sealsOf(statement, plan.splices),
    unguarded: statement.unguarded,
  }))
  const denied = authorize(plan.statements, role)
  return denied === undefined ? { outcome: 'planned', statements } : failure('denied', denied, statements)
}

const printStatement = ({ kind, uses, seals, unguarded }: StatementReport): void => {
  print(`\n${kind}`)
  if (uses.length === 0) print('touches no protected column: forwarded as it is')
  else table(['column', 'use', 'named', 'shown as', 'by'], uses.map(use => [use.column, use.use, use.named ? 'yes' : 'no', use.treatment ?? '', use.rule ?? '']))
  for (const seal of seals) print(`seals ${seal}`)
  for (const column of unguarded) print(`not sealed yet: ${column}`)
}

const printReport = (report: ExplainReport): void => {
  for (const statement of report.statements) printStatement(statement)
  if (report.message !== undefined) print(`\n${report.outcome}: ${report.sqlState ?? ''} ${report.message}`)
  if (report.hint !== undefined) print(`hint: ${report.hint}`)
}

const catalogFor = async ({ upstream: url, keyring }: ExplainOptions, policy: Policy): Promise<Catalog> => {
  if (url === undefined) throw new ProxyError('usage', { reason: 'policy explain needs --upstream URL: names are resolved against the live catalogue' })
  return loadCatalog(url, policy, prefixesOf(keyring))
}

const explain = async (path: string, options: ExplainOptions): Promise<void> => {
  const policy = readPolicyFiles(path)
  const role = roleNamed(policy, options.role)
  const catalog = await catalogFor(options, policy)
  await loadParser()
  const searchPath = options.searchPath.split(',').map(schema => schema.trim())
  const report = explainPlan(planText(options.sql, { catalog, searchPath, missing: 'forward', changed: new Set(), preparedNamed: () => undefined }), role)
  if (report.outcome !== 'planned') process.exitCode = EXIT_FAILURE
  if (options.json) printJson(report)
  else printReport(report)
}

/** The command `policy explain`. */
export const explainCommand = (): Command =>
  new Command('explain')
    .description('print what a role would be shown, and what would be sealed or refused, for a statement')
    .argument('<file>', 'policy file, or directory of policy files')
    .requiredOption('--sql <text>', 'the statement')
    .requiredOption('--role <name>', 'a role of the policy')
    .option('--upstream <url>', 'the database, to read its catalogue')
    .option('--keyring <file>', 'the keyring, to recognise the guards of sealed columns', process.env['PGVEIL_KEYRING'])
    .option('--search-path <schemas>', 'schemas in order, separated by commas', 'public')
    .option('--json', 'one JSON document')
    .action(explain)
