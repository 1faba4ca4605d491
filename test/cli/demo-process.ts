/** The command as a child process, on a data directory of the test's own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { removeCluster } from '../../src/embedded/cluster.js'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

const environment = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PGVEIL_') && !name.startsWith('PG')))

/** A folder for a demo, which goes with the test, its server's files included. */
export const dataDirectory = (test: Test): string => {
  const path = mkdtempSync(join(tmpdir(), 'pgveil-demo-test-'))
  test.teardown(async () => {
    await removeCluster(path)
    await rm(path, { recursive: true, force: true })
  })
  return path
}

export interface Ended {
  readonly exitCode: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command to its end. */
export const runCommand = async (...args: readonly string[]): Promise<Ended> => {
  const child = spawn(process.execPath, ['--import=tsx', MAIN, ...args], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  await once(child, 'close')
  return { exitCode: child.exitCode, out, err }
}

export interface Ready {
  readonly listen: string
  readonly upstream: string
  readonly accounts: readonly { readonly user: string; readonly role: string; readonly url: string }[]
}

/** Starts the demo and waits until it is ready; it is ended with the test, before its folder goes. */
export const startDemo = async (test: Test, dataDir: string): Promise<Ready> => {
  const args = ['--import=tsx', MAIN, 'start', '--json', '--listen', '127.0.0.1:0', '--data-dir', dataDir]
  const child = spawn(process.execPath, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const closed = once(child, 'close')
  test.teardown(async () => {
    child.kill('SIGTERM')
    await closed
  })
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), closed])
  if (typeof line !== 'string') throw new Error(`the demo does not start: ${err}`)
  const ready: Ready = JSON.parse(line)
  return ready
}

/** The connection string of an account. */
export const accountUrl = ({ accounts }: Ready, user: string): string => accounts.find(account => account.user === user)?.url ?? ''
