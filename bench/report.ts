/** What was measured, as the table of docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchCase } from './cases.js'
import { ratioOf, showRatio, spreadOf } from './statistics.js'

export type TargetName = 'direct' | 'pgbouncer' | 'bare' | 'pgveil'

/** One entry a round. */
export interface Series {
  readonly transactionsPerSecond: readonly number[]
  /** CPU microseconds of the proxy for each transaction; empty where it is not known. */
  readonly cpuMicroseconds: readonly number[]
}

export interface CaseResult {
  readonly benchCase: BenchCase
  readonly series: ReadonlyMap<TargetName, Series>
}

export interface Setting {
  readonly date: string
  readonly machine: string
  /** Names and versions of what took part. */
  readonly versions: readonly string[]
  readonly load: string
  readonly clients: number
  readonly rounds: number
  readonly seconds: number
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const ABSENT = '–'

const ratio = ({ series }: CaseResult, to: TargetName): string => {
  const [ours, other] = [series.get('pgveil'), series.get(to)]
  return ours === undefined || other === undefined ? ABSENT : showRatio(ratioOf(ours.transactionsPerSecond, other.transactionsPerSecond))
}

const cpu = ({ series }: CaseResult, name: TargetName): string => {
  const values = series.get(name)?.cpuMicroseconds ?? []
  return values.length === 0 ? ABSENT : spreadOf(values).median.toFixed(1)
}

const HEADERS = ['case', 'pgveil / pgbouncer', 'aim', 'pgveil / bare Node proxy', 'pgveil / direct', 'CPU µs a transaction: pgveil', 'bare Node proxy', 'pgbouncer']

const COMPARED = ['pgveil', 'bare', 'pgbouncer'] as const

/** The table in Markdown, with the setting under it. */
export const tableOf = (results: readonly CaseResult[], setting: Setting): string => {
  const rows = results.map(result =>
    row([
      result.benchCase.name,
      ratio(result, 'pgbouncer'),
      `≥ ${result.benchCase.aim.toFixed(2)}`,
      ratio(result, 'bare'),
      ratio(result, 'direct'),
      ...COMPARED.map(name => cpu(result, name)),
    ])
  )
  return [
    row(HEADERS),
    row(HEADERS.map((_, index) => (index === 0 ? '---' : '--:'))),
    ...rows,
    '',
    `Transactions per second as ratios: median of ${setting.rounds} rounds (least–most), ${setting.seconds} s each, ${setting.clients} clients, load by ${setting.load}.`,
    `Measured ${setting.date} on ${setting.machine}; ${setting.versions.join(', ')}.`,
  ].join('\n')
}

const BEGIN = '<!-- bench: begin -->'
const END = '<!-- bench: end -->'

/** The document with the table between its markers. Throws if it has none. */
export const withTable = (document: string, table: string): string => {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error('the document lacks the markers of the table')
  return `${document.slice(0, begin + BEGIN.length)}\n${table}\n${document.slice(end)}`
}

/** Puts the table into docs/performance.md. */
export const writeTable = (table: string): void => {
  const path = join(import.meta.dirname, '../docs/performance.md')
  writeFileSync(path, withTable(readFileSync(path, 'utf8'), table))
}
