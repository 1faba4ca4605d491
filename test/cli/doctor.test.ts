import { chmodSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createDatabase, createLogin } from '../support/cluster.js'
import { guard, policyFor, proxyFiles, SCHEMA } from '../server/support/files.js'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

interface Report {
  readonly ok: boolean
  readonly checks: readonly { readonly check: string; readonly status: string; readonly detail: string; readonly remedy: string }[]
}

const setUp = async (test: Test) => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const policy = policyFor('crm_app')
  const { settings, rootKey, folder } = await proxyFiles(test, database, policy)
  const catalog = await createLogin(test, database)
  const doctor = async (catalogUrl: string): Promise<{ exitCode: unknown; report: Report; status: (check: string) => string | undefined }> => {
    const { host, port } = database.cluster
    const flags = ['--upstream', `postgresql://${host}:${port}`, '--catalog-url', catalogUrl, '--policy', settings.policyPath, '--keyring', settings.keyringPath, '--data-dir', folder]
    const env = { PATH: process.env['PATH'] ?? '', PGVEIL_ROOT_KEY: rootKey.toString('base64') }
    const child = spawn(process.execPath, ['--import=tsx', MAIN, 'doctor', '--json', ...flags], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    const [exitCode] = await once(child, 'close')
    const report: Report = JSON.parse(out)
    return { exitCode, report, status: check => report.checks.find(each => each.check === check)?.status }
  }
  return { database, policy, settings, doctor, catalogUrl: database.urlFor(catalog) }
}

await t.test('a healthy set-up, and what is wrong with others', async test => {
  const { database, policy, settings, doctor, catalogUrl } = await setUp(test)
  const unsealed = await doctor(catalogUrl)
  test.equal(unsealed.exitCode, 1)
  test.equal(unsealed.status('guards'), 'failed')
  await guard(database, settings, policy)
  const healthy = await doctor(catalogUrl)
  test.same(healthy.report.checks.filter(({ status }) => status !== 'ok'), [])
  test.equal(healthy.exitCode, 0)
  const superuser = await doctor(database.url)
  test.equal(superuser.status('catalogue login'), 'warning')
  test.equal(superuser.exitCode, 0, 'a warning is no failure')
  chmodSync(settings.keyringPath, 0o644)
  test.equal((await doctor(catalogUrl)).status('keyring file'), 'failed')
  writeFileSync(settings.policyPath, 'version: 2\n')
  const broken = await doctor(catalogUrl)
  test.same([broken.status('policy'), broken.status('upstream'), broken.exitCode], ['failed', 'ok', 1])
})
