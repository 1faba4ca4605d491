/** pgveil as it is installed: the built command in a process of its own, with its access log on. */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { withClient } from '../../src/embedded/connection.js'
import type { BenchDatabase } from '../database.js'
import { cpuSecondsOf, stopChild, type Target } from './target.js'

const POLICY = `version: 1
trust_database_logins: true
tables:
  public.people:
    subject: { type: customer, key: id }
    columns:
      first_name: { category: user.name.first, protect: random }
      last_name: { category: user.name.last, protect: random }
      email: { category: user.contact.email, protect: equality, type: varchar(120) }
roles:
  app:
    match: { db_user: [bench_app] }
    read: { "user.*": reveal }
    search: ["user.*"]
    write: ["user.*"]
default: { read: { "*": { mask: redact } } }
`

export interface PgveilOptions {
  /** The built `cli/main.js`. */
  readonly entry: string
  readonly profile: string | undefined
}

interface Ready {
  readonly ready: boolean
  readonly listen: string
}

const seal = async (entry: string, database: BenchDatabase, folder: string, env: NodeJS.ProcessEnv): Promise<void> => {
  const run = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', env })
    if (status !== 0) throw new Error(`pgveil ${args[0]} ${args[1]} failed: ${stderr}`)
    return stdout
  }
  const [policy, keyring] = [join(folder, 'policy.yaml'), join(folder, 'keyring.json')]
  run('keys', 'init', '--policy', policy, '--keyring', keyring)
  await withClient(database.superuserUrl, client => client.query(run('policy', 'ddl', policy, '--keyring', keyring)))
}

const profileFlags = (profile: string | undefined): readonly string[] => (profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])

/** Makes keys, guards the table and starts the proxy. */
export const startPgveil = async (database: BenchDatabase, parent: string, { entry, profile }: PgveilOptions): Promise<Target> => {
  const folder = join(parent, 'pgveil')
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'policy.yaml'), POLICY)
  const env = { ...process.env, PGVEIL_ROOT_KEY: randomBytes(32).toString('base64') }
  await seal(entry, database, folder, env)
  const args = [
    ...profileFlags(profile), entry, 'start', '--json', '--listen', '127.0.0.1:0', '--data-dir', folder,
    '--upstream', `postgresql://${database.host}:${database.port}`, '--catalog-url', database.catalogUrl,
    '--policy', join(folder, 'policy.yaml'), '--keyring', join(folder, 'keyring.json'),
  ]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'close')])
  if (typeof line !== 'string') throw new Error('pgveil does not start')
  const { listen }: Ready = JSON.parse(line)
  const [host = '', port] = listen.split(':')
  return { name: 'pgveil', host, port: Number(port), cpuSeconds: () => cpuSecondsOf(child.pid), stop: () => stopChild(child) }
}
