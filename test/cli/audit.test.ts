import { execFile } from 'node:child_process'
import { randomBytes, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import tap from 'tap'
import { createAuditLog } from '../../src/audit/log.js'
import { parseTime } from '../../src/cli/audit-since.js'
import { openAuditFile } from '../../src/server/audit-file.js'
import { writeHead } from '../../src/server/audit-heads.js'
import { DENY, QUERY } from '../audit/log-fixture.js'

const COMMAND = new URL('../../src/cli/audit.ts', import.meta.url).href
// The command alone, with exit codes as the entry point gives them.
const SCRIPT = `import { CommanderError } from 'commander'
const { auditCommand } = await import('${COMMAND}')
const command = auditCommand(); command.exitOverride(); for (const child of command.commands) child.exitOverride()
try { await command.parseAsync(process.argv.slice(1), { from: 'user' }) } catch (error) { process.exitCode = error instanceof CommanderError || error.code === 'usage' ? 2 : 1 }`

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = async (dataDirectory: string, ...args: string[]): Promise<Ran> =>
  await new Promise(resolve => {
    const env = { ...process.env, PGVEIL_DATA_DIR: dataDirectory }
    execFile(process.execPath, ['--import=tsx', '--input-type=module', '-e', SCRIPT, '--', ...args], { env, cwd: fileURLToPath(new URL('../..', import.meta.url)) }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })

const { privateKey, publicKey } = generateKeyPairSync('ed25519')

const makeLog = (folder: string): void => {
  const path = join(folder, 'audit.jsonl')
  const file = openAuditFile(path)
  const heads = { signer: { keyId: 'k', sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }, write: (chain: string, text: string) => writeHead(join(folder, 'h'), chain, text) }
  const log = createAuditLog({ now: () => new Date(), randomBytes, append: bytes => file.append(bytes), policyVersion: 'p', tail: file.tail, heads })
  log.append([QUERY, DENY])
  renameSync(path, `${path}.1`)
  file.reopen()
  log.append([QUERY])
  log.stop()
  file.close()
  writeFileSync(join(folder, 'key.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
}

tap.test('verify: ok, cut, edited, with and without heads', async t => {
  const folder = t.testdir()
  makeLog(folder)
  const path = join(folder, 'audit.jsonl')
  const withHeads = ['--head', join(folder, 'h'), '--public-key', join(folder, 'key.pem'), '--json']
  const good = await run(folder, 'verify', path, `${path}.1`, ...withHeads)
  t.match(JSON.parse(good.stdout), { ok: true, tail: 'checked', events: 5, problems: [] })
  t.equal(good.code, 0)
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n`)
  const cut = await run(folder, 'verify', path, `${path}.1`, ...withHeads)
  t.equal(cut.code, 1)
  t.match(JSON.parse(cut.stdout), { ok: false, problems: [{ kind: 'missing_stop' }, { kind: 'cut_tail' }] })
  const blind = await run(folder, 'verify', path, `${path}.1`)
  t.match(blind, { code: 0, stdout: /tail: not checked/ })
  writeFileSync(path, readFileSync(path, 'utf8').replace('"rows":3', '"rows":1'))
  t.match(await run(folder, 'verify', path, `${path}.1`), { code: 1, stdout: /problem edited: .*audit\.jsonl:1/ })
})

tap.test('search and tail', async t => {
  const folder = t.testdir()
  makeLog(folder)
  const path = join(folder, 'audit.jsonl')
  const found = await run(folder, 'search', path, `${path}.1`, '--column', 'email', '--since', '1h', '--json')
  t.equal(found.stdout.trim().split('\n').length, 2)
  t.match(await run(folder, 'search', `${path}.1`, '--outcome', 'denied'), { code: 0, stdout: /crm_app +crm +deny/ })
  t.match(await run(folder, 'search', path, `${path}.1`, '--user', 'crm_app', '--limit', '1'), { stderr: /3 events match; the last 1 / })
  t.match(await run(folder, 'tail', '-n', '1'), { code: 0, stdout: /chain\.stop/ })
})

tap.test('usage errors', async t => {
  const folder = t.testdir()
  makeLog(folder)
  t.equal((await run(folder, 'report')).code, 2)
  t.equal((await run(folder, 'search', '--since', 'soon')).code, 2)
  t.equal((await run(folder, 'search', '--limit', '100001')).code, 2)
  t.equal((await run(folder, 'verify', '--head', join(folder, 'h'))).code, 2)
  t.equal((await run(folder, 'verify', join(folder, 'none'))).code, 1)
})

tap.test('times', async t => {
  const now = new Date('2030-05-02T10:00:00.000Z')
  t.equal(parseTime('24h', now), '2030-05-01T10:00:00.000Z')
  t.equal(parseTime('today', now), '2030-05-02T00:00:00.000Z')
  t.equal(parseTime('2030-01-31', now), '2030-01-31T00:00:00.000Z')
  t.equal(parseTime('2030-01-31T08:00', now), '2030-01-31T08:00:00.000Z')
  t.equal(parseTime('2030-01-31T08:00+02:00', now), '2030-01-31T06:00:00.000Z')
  for (const bad of ['', 'soon', '2030-13-01', '99y', '1']) t.throws(() => parseTime(bad, now), { code: 'usage' })
})
