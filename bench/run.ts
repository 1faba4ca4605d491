/** `npm run bench`: pgveil against pgbouncer and no proxy at all, in turn, on a database of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from './build.js'
import { CASES, type BenchCase } from './cases.js'
import { createDatabase, type BenchDatabase } from './database.js'
import { LOAD_NAME, putLoad } from './load.js'
import { readOptions, USAGE, type BenchOptions } from './options.js'
import { loadPeople } from './people.js'
import { tableOf, writeTable, type CaseResult, type Series, type Setting, type TargetName } from './report.js'
import { startBare } from './targets/bare.js'
import { directTarget } from './targets/direct.js'
import { pgbouncerVersion, startPgbouncer } from './targets/pgbouncer.js'
import { startPgveil } from './targets/pgveil.js'
import type { Target } from './targets/target.js'

const progress = (line: string): boolean => process.stderr.write(`${line}\n`)

const startTargets = async (options: BenchOptions, database: BenchDatabase, folder: string, entry: string): Promise<ReadonlyMap<TargetName, Target>> => {
  const targets = new Map<TargetName, Target>([['direct', directTarget(database)]])
  const pgbouncer = await startPgbouncer(database, folder)
  if (pgbouncer === undefined) progress('pgbouncer is not installed: pgveil is compared with direct connections only')
  else targets.set('pgbouncer', pgbouncer)
  targets.set('bare', await startBare(database))
  return targets.set('pgveil', await startPgveil(database, folder, { entry, profile: options.profile === undefined ? undefined : resolve(options.profile) }))
}

interface Growing {
  readonly transactionsPerSecond: number[]
  readonly cpuMicroseconds: number[]
}

interface Run {
  readonly options: BenchOptions
  readonly database: BenchDatabase
  readonly folder: string
}

const measureOnce = async ({ options, database, folder }: Run, benchCase: BenchCase, target: Target, seconds: number): Promise<{ rate: number; cpu: number | undefined }> => {
  const before = target.cpuSeconds()
  const { transactions, transactionsPerSecond } = await putLoad(benchCase, target, { database: database.name, login: database.app, clients: options.clients, seconds, folder })
  const after = target.cpuSeconds()
  const cpu = before === undefined || after === undefined ? undefined : ((after - before) * 1e6) / transactions
  return { rate: transactionsPerSecond, cpu }
}

const WARM_UP_SECONDS = 1

/** All targets in turn, `rounds` times; whoever comes first changes from round to round. */
const measureCase = async (run: Run, benchCase: BenchCase, targets: ReadonlyMap<TargetName, Target>): Promise<CaseResult> => {
  const series = new Map<TargetName, Growing>([...targets.keys()].map(name => [name, { transactionsPerSecond: [], cpuMicroseconds: [] }]))
  for (const target of targets.values()) await measureOnce(run, benchCase, target, WARM_UP_SECONDS)
  for (let round = 0; round < run.options.rounds; round++) {
    const order = [...targets].map((_, index, all) => all[(index + round) % all.length]).filter(entry => entry !== undefined)
    for (const [name, target] of order) {
      const { rate, cpu } = await measureOnce(run, benchCase, target, run.options.seconds)
      series.get(name)?.transactionsPerSecond.push(rate)
      if (cpu !== undefined) series.get(name)?.cpuMicroseconds.push(cpu)
    }
    progress(`${benchCase.name}: round ${round + 1} of ${run.options.rounds}: ${[...series].map(([name, { transactionsPerSecond }]) => `${name} ${transactionsPerSecond.at(-1)?.toFixed(0)}/s`).join(', ')}`)
  }
  return { benchCase, series: series satisfies ReadonlyMap<TargetName, Series> }
}

const settingOf = (options: BenchOptions, database: BenchDatabase): Setting => {
  const all = cpus()
  const pgbouncer = pgbouncerVersion()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${all.length} cores shared by client, proxy and server (${all[0]?.model.trim() ?? 'unknown'})`,
    versions: [`Node ${process.versions.node}`, `PostgreSQL ${database.version}`, ...(pgbouncer === undefined ? [] : [`pgbouncer ${pgbouncer}`])],
    load: LOAD_NAME,
    clients: options.clients,
    rounds: options.rounds,
    seconds: options.seconds,
  }
}

const measureAll = async (run: Run, targets: ReadonlyMap<TargetName, Target>): Promise<readonly CaseResult[]> => {
  const { app, name, superuserUrl } = run.database
  const pgveil = targets.get('pgveil')
  if (pgveil === undefined) throw new Error('pgveil is not running')
  await loadPeople(`postgresql://${app.user}:${app.password}@${pgveil.host}:${pgveil.port}/${name}`, superuserUrl)
  const results: CaseResult[] = []
  for (const benchCase of CASES.filter(({ name: caseName }) => caseName.includes(run.options.only ?? ''))) results.push(await measureCase(run, benchCase, targets))
  return results
}

const runBench = async (options: BenchOptions): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'pgveil-bench-'))
  const cleaning: (() => Promise<void>)[] = []
  try {
    const entry = options.dist === undefined ? build(folder) : resolve(options.dist, 'cli/main.js')
    const database = await createDatabase(folder)
    cleaning.push(() => database.stop())
    const targets = await startTargets(options, database, folder, entry)
    cleaning.push(...[...targets.values()].map(target => () => target.stop()))
    const table = tableOf(await measureAll({ options, database, folder }, targets), settingOf(options, database))
    process.stdout.write(`${table}\n`)
    if (options.isWritten) writeTable(table)
  } finally {
    for (const clean of cleaning.toReversed()) await clean()
    rmSync(folder, { recursive: true, force: true })
  }
}

const options = readOptions(process.argv.slice(2))
if (options === undefined) process.stdout.write(USAGE)
else await runBench(options)
