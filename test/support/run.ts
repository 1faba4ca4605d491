/** `npm test [-- files]`: all tests on one shared PostgreSQL; the last line and the exit code tell the outcome. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeCluster, startCluster, type Cluster } from '../../src/embedded/cluster.js'
import { CLUSTER_VARIABLE, TEST_SETTINGS, describeCluster } from './shared-cluster.js'
import { tallyLine, tallyOf, type Tally } from './tap-summary.js'

const TAP = join(import.meta.dirname, '../../node_modules/.bin/tap')
const TAIL_CHARACTERS = 4096

/**
 * tap builds its test class from its plugins. As installed it has the one for TypeScript, which .taprc turns off since it
 * can't work with TypeScript 7; `tap run` would notice and build anew, but only after it has loaded the plugin itself.
 */
const buildTap = async (): Promise<void> => {
  const { stdout } = spawnSync(process.execPath, [TAP, 'versions'], { encoding: 'utf8' })
  if (!stdout.includes('@tapjs/typescript')) return
  const child = spawn(process.execPath, [TAP, 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
  await once(child, 'close')
}

const runTap = async (files: readonly string[], cluster: Cluster): Promise<Tally> => {
  const env = { ...process.env, [CLUSTER_VARIABLE]: JSON.stringify(await describeCluster(cluster)) }
  const child = spawn(process.execPath, [TAP, 'run', '--reporter=tap', ...files], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  // The child gets these from the terminal too; what we must do is outlive it and stop the server.
  const pass = (signal: NodeJS.Signals): boolean => child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  let tail = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL_CHARACTERS)
    process.stdout.write(text)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', exitCode => resolve(tallyOf(tail, exitCode ?? undefined)))
  })
}

const progress = (line: string): boolean => process.stderr.write(`${line}\n`)

const runAll = async (files: readonly string[]): Promise<Tally> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pgveil-test-'))
  try {
    await buildTap()
    const cluster = await startCluster({ dataDir, settings: TEST_SETTINGS, progress })
    try {
      return await runTap(files, cluster)
    } finally {
      await cluster.stop()
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    await removeCluster(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  }
}

const tally = await runAll(process.argv.slice(2))
process.stdout.write(`${tallyLine(tally)}\n`)
process.exitCode = tally.failed === 0 ? 0 : 1
