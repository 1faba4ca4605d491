/** `pgveil audit`: reads the access log. It needs no secret and changes nothing. */
import { existsSync } from 'node:fs'
import { Command, Option } from 'commander'
import { EVENT_TYPES, type AuditEvent } from '../audit/event.js'
import { matches, type SearchFilter } from '../audit/search.js'
import { createVerifier, type Problem, type VerifyResult } from '../audit/verify.js'
import { ProxyError } from '../errors.js'
import { eventOf, follow, lastEvents } from './audit-follow.js'
import { fileLines, inOrderOfTime } from './audit-lines.js'
import { configuredHeads, configuredLog, readHeadInputs, type KeyOptions } from './audit-paths.js'
import { parseTime } from './audit-since.js'
import { HEADERS, rowOf } from './audit-table.js'
import { print, printJson, progress, table } from './output.js'

const TAIL_EVENTS = 20
const SEARCH_EVENTS = 1_000
const COUNT_MAX = 100_000

const parseCount = (text: string): number => {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > COUNT_MAX) throw new ProxyError('usage', { reason: `a number from 1 to ${COUNT_MAX} is needed` })
  return count
}

const show = (events: readonly AuditEvent[], isJson: boolean): void => {
  if (isJson) for (const event of events) printJson(event)
  else table(HEADERS, events.map(rowOf))
}

interface TailOptions {
  readonly follow?: true
  readonly lines: number
  readonly json?: true
}

const tail = async (file: string | undefined, options: TailOptions): Promise<void> => {
  const path = file ?? configuredLog()
  const { events, end } = await lastEvents(path, options.lines)
  show(events, options.json === true)
  if (options.follow) await follow(path, end, event => (options.json ? printJson(event) : print(rowOf(event).join('  '))))
}

interface SearchOptions extends Omit<SearchFilter, 'subjectsMin'> {
  readonly people?: number
  readonly limit: number
  readonly json?: true
}

const search = async (files: readonly string[], options: SearchOptions): Promise<void> => {
  const { people, limit, json, since, until, ...equal } = options
  const now = new Date()
  const filter: SearchFilter = {
    ...equal,
    since: since === undefined ? undefined : parseTime(since, now),
    until: until === undefined ? undefined : parseTime(until, now),
    subjectsMin: people,
  }
  let found: AuditEvent[] = []
  let total = 0
  for (const path of inOrderOfTime(files.length === 0 ? [configuredLog()] : files)) {
    for await (const { bytes } of fileLines(path)) {
      const event = eventOf(bytes)
      if (event === undefined || !matches(filter, event)) continue
      total++
      found.push(event)
      if (found.length > 2 * limit) found = found.slice(-limit)
    }
  }
  show(found.slice(-limit), json === true)
  // A cut list must not pass for all there is.
  if (total > limit) progress(`${total} events match; the last ${limit} are shown (--limit)`)
}

interface VerifyOptions extends KeyOptions {
  readonly head?: string
  readonly json?: true
}

const where = ({ file, line, chain, seq }: Problem): string =>
  [file, line, chain === undefined ? undefined : `chain ${chain}`, seq === undefined ? undefined : `event ${seq}`].filter(part => part !== undefined).join(':')

const reportVerified = (result: VerifyResult): void => {
  for (const problem of result.problems) print(`${problem.severity} ${problem.kind}: ${where(problem)}: ${problem.detail}`)
  print(`${result.ok ? 'ok' : 'NOT OK'}: ${result.events} events in ${result.chains.length} chain(s)`)
  print(`tail: ${result.tail}`)
}

/** The given folder; for the configured log its own one, if there is one. */
const headsFolder = (files: readonly string[], given: string | undefined): string | undefined => {
  if (given !== undefined) return given
  return files.length === 0 && existsSync(configuredHeads()) ? configuredHeads() : undefined
}

const verify = async (files: readonly string[], options: VerifyOptions): Promise<void> => {
  const folder = headsFolder(files, options.head)
  // Heads first: a log that is being written may run ahead of them, never stay behind.
  const verifier = createVerifier(folder === undefined ? undefined : readHeadInputs(folder, options))
  for (const path of inOrderOfTime(files.length === 0 ? [configuredLog()] : files)) {
    for await (const { bytes, place } of fileLines(path)) verifier.line(bytes, place)
  }
  const result = verifier.finish()
  if (options.json) printJson(result)
  else reportVerified(result)
  if (!result.ok) process.exitCode = 1
}

const jsonOption = (): Option => new Option('--json', 'print JSON')

const searchCommand = (): Command =>
  new Command('search')
    .description('show the events that match all filters, oldest first')
    .argument('[files...]', 'log files, rotated ones too; default: the configured log')
    .option('--user <name>', 'database user')
    .option('--role <name>', 'role of the policy')
    .option('--table <name>', 'table, or schema.table')
    .option('--column <name>', 'column')
    .option('--category <key>', 'category of personal data, like user.contact.email or user.contact.*')
    .addOption(new Option('--treatment <word>', 'how a value was delivered').choices(['reveal', 'mask', 'null', 'sealed', 'deny']))
    .addOption(new Option('--outcome <word>', 'how it ended').choices(['allowed', 'modified', 'denied', 'error']))
    .addOption(new Option('--type <type>', 'type of event').choices(EVENT_TYPES))
    .option('--since <time>', '24h, 7d, today (UTC), or ISO 8601')
    .option('--until <time>', 'the same; the time itself is left out')
    .option('--people <n>', 'only events that concern at least n people', parseCount)
    .option('--limit <n>', 'show the last n events', parseCount, SEARCH_EVENTS)
    .addOption(jsonOption())
    .action(search)

const tailCommand = (): Command =>
  new Command('tail')
    .description('show the last events')
    .argument('[file]', 'log file; default: the configured log')
    .option('-f, --follow', 'go on with what is appended')
    .option('-n, --lines <n>', 'how many events', parseCount, TAIL_EVENTS)
    .addOption(jsonOption())
    .action(tail)

const verifyCommand = (): Command =>
  new Command('verify')
    .description('check that no event was edited, removed or moved; exit code 1 if one was')
    .argument('[files...]', 'log files, rotated ones too; default: the configured log')
    .option('--head <dir>', 'signed heads; for the configured log its own ones are the default')
    .option('--public-key <file>', 'key of the heads (PEM or base64)')
    .option('--keyring <file>', 'take the key of the heads from here; nothing is unlocked')
    .addOption(jsonOption())
    .action(verify)

/** The command `audit` with its subcommands. */
export const auditCommand = (): Command =>
  new Command('audit').description('read and check the access log').addCommand(tailCommand()).addCommand(searchCommand()).addCommand(verifyCommand())
