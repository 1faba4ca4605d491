/** Puts load on a target: by pgbench if the machine has it, else by a child process of our own. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchCase } from './cases.js'
import type { Login } from './database.js'
import { findProgram } from './programs.js'
import type { Target } from './targets/target.js'

export interface LoadOptions {
  readonly database: string
  readonly login: Login
  readonly clients: number
  readonly seconds: number
  /** For pgbench's script. */
  readonly folder: string
}

export interface Measured {
  readonly transactionsPerSecond: number
  readonly transactions: number
}

/** What a child prints; throws what it says on stderr if it fails. */
const outputOf = (program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', reject)
    child.on('close', exitCode => (exitCode === 0 ? resolve(output) : reject(new Error(`the load failed: ${errors}`))))
  })

/** The numbers that pgbench prints, connecting left out. */
export const readPgbench = (output: string): Measured => {
  const transactions = Number(/transactions actually processed: (\d+)/.exec(output)?.[1])
  const transactionsPerSecond = Number(/tps = ([\d.]+) \(without initial connection time\)/.exec(output)?.[1])
  const failed = /number of failed transactions: (\d+)/.exec(output)?.[1] ?? '0'
  if (!(transactions > 0) || !(transactionsPerSecond > 0) || failed !== '0') throw new Error(`pgbench measured nothing:\n${output}`)
  return { transactions, transactionsPerSecond }
}

const byPgbench = async (program: string, { protocol, sql, idMax }: BenchCase, target: Target, options: LoadOptions): Promise<Measured> => {
  const script = join(options.folder, 'script.sql')
  writeFileSync(script, `\\set id random(1, ${idMax})\n${sql}\n`)
  const args = [
    '-n', '-f', script, '-M', protocol, '-c', String(options.clients), '-j', '1', '-T', String(options.seconds),
    '-h', target.host, '-p', String(target.port), '-U', options.login.user, options.database,
  ]
  return readPgbench(await outputOf(program, args, { ...process.env, PGPASSWORD: options.login.password }))
}

/** What `own-load.ts` is told, as JSON in its first argument; the connection string goes by its environment. */
export interface OwnLoadJob {
  readonly protocol: BenchCase['protocol']
  readonly sql: string
  readonly idMax: number
  readonly clients: number
  readonly seconds: number
}

export const URL_VARIABLE = 'PGVEIL_BENCH_URL'

const byOwnLoad = async ({ protocol, sql, idMax }: BenchCase, target: Target, { login, database, clients, seconds }: LoadOptions): Promise<Measured> => {
  const job: OwnLoadJob = { protocol, sql, idMax, clients, seconds }
  const url = `postgresql://${login.user}:${login.password}@${target.host}:${target.port}/${database}`
  const args = ['--import', 'tsx', join(import.meta.dirname, 'own-load.ts'), JSON.stringify(job)]
  const measured: Measured = JSON.parse(await outputOf(process.execPath, args, { ...process.env, [URL_VARIABLE]: url }))
  return measured
}

const pgbench = findProgram('pgbench')

/** Who puts the load on, for the report. */
export const LOAD_NAME: string = pgbench === undefined ? 'a load generator of our own (pgbench is not installed)' : 'pgbench'

/** One measurement. Throws if any statement failed. */
export const putLoad = (benchCase: BenchCase, target: Target, options: LoadOptions): Promise<Measured> =>
  pgbench === undefined ? byOwnLoad(benchCase, target, options) : byPgbench(pgbench, benchCase, target, options)
