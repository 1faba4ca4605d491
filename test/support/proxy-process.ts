/** `pgveil start` as a process of its own, for tests that kill it or limit it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { ddlFor } from '../../src/catalog/ddl.js'
import { createKeyring, formatKeyring, syncKeyring, unlockKeyring } from '../../src/crypto/keyring.js'
import { Vault } from '../../src/crypto/vault.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { TestDatabase } from './cluster.js'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

export interface ProxyFiles {
  readonly folder: string
  readonly auditLog: string
  readonly auditHead: string
  readonly keyring: string
  readonly environment: Readonly<Record<string, string>>
}

/** Writes policy and keyring into a folder of their own, and seals the database accordingly. */
export const prepareFiles = async (test: Test, database: TestDatabase, policyText: string): Promise<ProxyFiles> => {
  const folder = await mkdtemp(join(tmpdir(), 'pgveil-process-'))
  test.teardown(() => rm(folder, { recursive: true, force: true }))
  const policy = parsePolicy([{ path: 'policy.yaml', text: policyText }])
  const rootKey = randomBytes(32)
  const rootSecret = { kind: 'key', bytes: rootKey } as const
  const now = new Date()
  const { keyring } = syncKeyring(unlockKeyring(createKeyring({ rootSecret, now }), rootSecret), policy.fields.keys(), { now })
  const vault = new Vault(unlockKeyring(keyring, rootSecret), policy.fields)
  await database.query(ddlFor(policy, undefined, name => vault.prefixOf(name)))
  const files = { auditLog: join(folder, 'audit.jsonl'), auditHead: join(folder, 'heads'), keyring: join(folder, 'keyring.json') }
  await writeFile(files.keyring, formatKeyring(keyring))
  await writeFile(join(folder, 'policy.yaml'), policyText)
  const { host, port } = database.cluster
  const environment = {
    PGVEIL_ROOT_KEY: rootKey.toString('base64'),
    PGVEIL_LISTEN: '127.0.0.1:0',
    PGVEIL_UPSTREAM: `postgresql://${host}:${port}`,
    PGVEIL_CATALOG_URL: database.url,
    PGVEIL_POLICY: join(folder, 'policy.yaml'),
    PGVEIL_KEYRING: files.keyring,
    PGVEIL_AUDIT_LOG: files.auditLog,
    PGVEIL_AUDIT_HEAD: files.auditHead,
    PGVEIL_DATA_DIR: folder,
  }
  return { folder, ...files, environment }
}

export interface ProxyProcess {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly child: ChildProcess
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>
}

/** Starts it and waits until it is ready. With `fileKilobytesMax`, no file that it writes may grow beyond that. */
export const startProcess = async (test: Test, files: ProxyFiles, fileKilobytesMax?: number): Promise<ProxyProcess> => {
  const command = [process.execPath, '--import=tsx', MAIN, 'start', '--json']
  const limited = ['bash', '-c', `ulimit -f ${fileKilobytesMax}; exec "$@"`, 'bash', ...command]
  const [program = '', ...args] = fileKilobytesMax === undefined ? command : limited
  // From another folder than ours, so that no settings file is picked up; tsx is found beside the program.
  const child = spawn(program, args, { env: { ...process.env, ...files.environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  test.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let complaints = ''
  child.stderr.on('data', chunk => (complaints += String(chunk)))
  for await (const line of createInterface({ input: child.stdout })) {
    const { listen }: { readonly listen: string } = JSON.parse(line)
    return { host: '127.0.0.1', port: Number(listen.split(':')[1]), child, ended }
  }
  throw new Error(`pgveil did not start: ${complaints}`)
}

/** Runs another command of pgveil with the same settings; its exit code and output. */
export const runCommand = async (files: ProxyFiles, args: readonly string[]): Promise<{ readonly exitCode: number | null; readonly output: string }> => {
  const child = spawn(process.execPath, ['--import=tsx', MAIN, ...args], { env: { ...process.env, ...files.environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  const exitCode = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { exitCode, output }
}
