/** The tour in a terminal. */
import type { VerifyResult } from '../audit/verify.js'
import { HEADERS, rowOf } from './audit-table.js'
import type { Answer, Cell } from './demo-queries.js'
import type { Stage } from './demo-stage.js'
import type { Step } from './demo-tour.js'
import { print, table } from './output.js'

const CELL_CHARACTERS_MAX = 28
const PROBLEMS_SHOWN = 2

const shown = (cell: Cell): string => {
  if (cell === null) return '(null)'
  return cell.length <= CELL_CHARACTERS_MAX ? cell : `${cell.slice(0, CELL_CHARACTERS_MAX - 1)}…`
}

const heading = (number: number, text: string): void => print(`\n${number}. ${text}\n`)

const explain = (...lines: readonly string[]): void => {
  for (const line of lines) print(line === '' ? '' : `   ${line}`)
}

const columnsOf = (answer: Answer): readonly string[] => (answer.kind === 'rows' ? answer.columns : [])
const cellsOf = (answer: Answer): readonly (readonly string[])[] =>
  answer.kind === 'rows' ? answer.rows.map(row => row.map(shown)) : [[`${answer.sqlState} ${answer.message}`]]

const printAccounts = (step: Step & { kind: 'accounts' }): void => {
  heading(1, 'The same query as each account')
  explain(step.sql, 'Nothing but the connection string differs. The policy decides by role what each of them sees.', '')
  const [first] = step.seen
  const headers = ['account', 'role', ...(first === undefined ? [] : columnsOf(first.answer))]
  table(headers, step.seen.flatMap(({ user, role, answer }) => cellsOf(answer).map((cells, index) => (index === 0 ? [user, role, ...cells] : ['', '', ...cells]))))
}

const printStored = (step: Step & { kind: 'stored' }): void => {
  heading(2, 'What is really stored')
  explain('The same rows for the superuser, straight from PostgreSQL, past the proxy. Backups, replicas and disks hold the same.', '')
  table(columnsOf(step.answer), cellsOf(step.answer))
}

const printRefused = (step: Step & { kind: 'refused' }): void => {
  heading(3, 'What is refused, and what to do instead')
  explain('An answer that would be wrong, or that the role has no right to, is refused with its reason. It is never quietly wrong.')
  for (const { user, sql, answer, instead, answerInstead } of step.cases) {
    print(`\n   ${user}=> ${sql}`)
    if (answer.kind === 'refused') explain(`ERROR ${answer.sqlState}: ${answer.message}`, ...(answer.hint === undefined ? [] : [`HINT: ${answer.hint}`]))
    explain(`Instead: ${instead.advice}.`)
    print(`   ${instead.user}=> ${instead.sql}`)
    for (const row of cellsOf(answerInstead)) explain(`  ${row.join(' | ')}`)
  }
}

const printEvents = (step: Step & { kind: 'events' }): void => {
  heading(4, 'What of it stands in the access log')
  explain('Each read was on record before its first byte left the proxy. The log names columns, treatment and people counted, never a value.', '')
  table(HEADERS, step.events.map(rowOf))
}

const verdict = ({ ok, events, tail }: VerifyResult): string => `${ok ? 'ok' : 'NOT OK'}: ${events} events, tail ${tail}`

const printVerified = (step: Step & { kind: 'verified' }): void => {
  heading(5, 'Whether the log can be trusted')
  explain('Each event holds the hash of the one before it, and signed heads say how long the log must be.', '')
  explain(`pgveil audit verify            ${verdict(step.result)}`)
  for (const { what, result } of step.tampered) {
    print('')
    explain(`${what}:`, verdict(result))
    for (const { kind, line, detail } of result.problems.filter(({ severity }) => severity === 'problem').slice(0, PROBLEMS_SHOWN)) {
      explain(`  ${kind}${line === undefined ? '' : ` (line ${line})`}: ${detail}`)
    }
  }
}

/** One step. */
export const printStep = (step: Step): void => {
  switch (step.kind) {
    case 'accounts':
      return printAccounts(step)
    case 'stored':
      return printStored(step)
    case 'refused':
      return printRefused(step)
    case 'events':
      return printEvents(step)
    case 'verified':
      return printVerified(step)
  }
}

/** What to try after the tour. */
export const printNext = ({ isOwn, auditLogPath }: Stage): void => {
  print('\nWhat to try next\n')
  explain(
    isOwn ? 'pgveil start                                   runs this demo, and prints a connection string for each account' : 'psql or your CRM on the connection strings that `pgveil start` printed',
    `pgveil audit search --table contacts --column email --since today`,
    `pgveil audit tail -f                           while you run queries`,
    'pgveil policy check policies/crm.yaml          what is protected, from whom, and what sealed values still tell',
    'pgveil start --upstream … --policy … --catalog-url …   in front of a database of yours',
  )
  print(`\n   The log of this tour: ${auditLogPath}`)
}
