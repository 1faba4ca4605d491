/** `pgveil policy`: looks at policy files before a server does. */
import { Command } from 'commander'
import type { Finding } from '../catalog/types.js'
import { policyJsonSchema } from '../policy/json-schema.js'
import { checkPolicyFiles } from '../policy/parse.js'
import type { Problem } from '../policy/parse.js'
import type { Policy } from '../policy/types.js'
import { loadCatalog } from './catalog-connection.js'
import { prefixesOf } from './guard-prefixes.js'
import { print, printJson, table } from './output.js'
import { ddlCommand } from './policy-ddl.js'
import { explainCommand } from './policy-explain.js'
import { loadPolicyFiles } from './policy-files.js'
import { accessText, reportOf } from './policy-report.js'
import type { FieldReport, PolicyReport } from './policy-report.js'

interface CheckOptions {
  readonly upstream?: string
  readonly keyring?: string
  readonly json?: true
}

const EXIT_FAILURE = 1

const placeOf = ({ source, line, column }: Problem): string => `${source}:${line}:${column}`

const printFields = (fields: readonly FieldReport[]): void => {
  print('\nFields')
  table(['column', 'category', 'type', 'protect'], fields.flatMap(field => field.columns.map(column => [column, field.category, field.type, field.protect])))
  print('\nWhat the sealed values still tell whoever reads the database')
  for (const field of fields) print(`${field.field}: ${field.leakage}`)
  const roles = fields[0]?.access.map(access => access.role) ?? []
  print('\nWhat each role may do (s search, w write, o overwrite, t write sealed values)')
  table(['field', ...roles], fields.map(field => [field.field, ...field.access.map(accessText)]))
}

const printReport = (report: PolicyReport): void => {
  for (const problem of report.problems) print(`error   ${placeOf(problem)}: ${problem.reason}`)
  for (const warning of report.warnings) print(`warning ${placeOf(warning)}: ${warning.reason}`)
  if (report.fields.length > 0) printFields(report.fields)
  print(report.ok ? `\nThe policy is valid: ${report.fields.length} field(s), hash ${report.hash ?? ''}` : `${report.problems.length} problem(s): the policy would be refused`)
}

const printFindings = (findings: readonly Finding[]): void => {
  print('\nIn the database')
  if (findings.length === 0) return print('nothing that works on protected columns')
  for (const { severity, kind, object, column, reason, remedy } of findings) {
    print(`${severity.padEnd(9)} ${kind} ${object}${column === undefined ? '' : ` (${column})`}: ${reason}`)
    if (remedy !== '') print(`          ${remedy}`)
  }
}

const findingsOf = async (policy: Policy | undefined, options: CheckOptions): Promise<readonly Finding[] | undefined> => {
  if (policy === undefined || options.upstream === undefined) return undefined
  return (await loadCatalog(options.upstream, policy, prefixesOf(options.keyring))).findings
}

const blocks = (findings: readonly Finding[] | undefined): boolean => findings?.some(finding => finding.severity === 'blocks') ?? false

const check = async (path: string, options: CheckOptions): Promise<void> => {
  const checked = checkPolicyFiles(loadPolicyFiles(path))
  const report = reportOf(checked)
  const findings = await findingsOf(checked.policy, options)
  if (!report.ok || blocks(findings)) process.exitCode = EXIT_FAILURE
  if (options.json) return printJson({ ...report, ok: report.ok && !blocks(findings), ...(findings === undefined ? {} : { findings }) })
  printReport(report)
  if (findings !== undefined) printFindings(findings)
}

const checkCommand = (): Command =>
  new Command('check')
    .description('report problems of a policy, and what it protects from whom; exit code 1 if a start would be refused')
    .argument('<file>', 'policy file, or directory of policy files')
    .option('--upstream <url>', 'look at this database too: what in it works on protected columns')
    .option('--keyring <file>', 'with --upstream: the keyring, to recognise the guards of sealed columns', process.env['PGVEIL_KEYRING'])
    .option('--json', 'report as one JSON document')
    .action(check)

const schemaCommand = (): Command =>
  new Command('schema').description('print the JSON Schema of policy files, for editors').action(() => print(policyJsonSchema().trimEnd()))

/** The command `policy` with its subcommands. */
export const policyCommand = (): Command =>
  new Command('policy')
    .description('check policy files and see what they do')
    .addCommand(checkCommand())
    .addCommand(ddlCommand())
    .addCommand(explainCommand())
    .addCommand(schemaCommand())
