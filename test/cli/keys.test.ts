import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import tap from 'tap'
import { keysCommand } from '../../src/cli/keys.js'
import { parseKeyring, unlockKeyring } from '../../src/crypto/keyring.js'
import { parseRootKey } from '../../src/crypto/root-secret.js'
import { Vault } from '../../src/crypto/vault.js'

const RUN = fileURLToPath(new URL('run-keys.ts', import.meta.url))
const ROOT_KEY = Buffer.alloc(32, 5).toString('base64')

const policy = (columns: Record<string, string>): string => {
  const lines = Object.entries(columns).map(([name, rest]) => `      ${name}: { category: user.name.first, protect: ${rest} }`)
  return ['version: 1', 'trust_database_logins: true', 'tables:', '  public.contacts:', '    columns:', ...lines, ''].join('\n')
}

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const keys = (args: readonly string[], environment: Record<string, string> = { PGVEIL_ROOT_KEY: ROOT_KEY }): Promise<Ran> =>
  new Promise(resolve => {
    const env = { PATH: process.env['PATH'], ...environment }
    const child = execFile(process.execPath, ['--import=tsx', RUN, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
    child.stdin?.end()
  })

void tap.test('init, list, sync', async t => {
  const folder = t.testdir({ 'policy.yaml': policy({ first_name: 'random', last_name: 'equality' }) })
  const policyFile = join(folder, 'policy.yaml')
  const ring = join(folder, 'new', 'ring.json')
  const at = ['--keyring', ring]

  const made = await keys(['init', '--policy', policyFile, ...at])
  t.equal(made.code, 0, made.stderr)
  t.match(made.stdout, /2 field\(s\): public\.contacts\.first_name, public\.contacts\.last_name/)
  t.match(made.stdout, /Back up both/)
  t.match(made.stdout, /sealed data is lost/)
  t.equal(statSync(ring).mode & 0o777, 0o600)
  t.same(readdirSync(join(folder, 'new')), ['ring.json'], 'no temporary file is left')

  const before = readFileSync(ring, 'utf8')
  const vaultOf = (text: string): Vault => new Vault(unlockKeyring(parseKeyring(text, ring), parseRootKey(ROOT_KEY)), new Map([['public.contacts.first_name', { protect: 'random' }]]))
  const token = vaultOf(before).seal({ name: 'public.contacts.first_name', protect: 'random' }, Buffer.from('Anna'))

  const again = await keys(['init', '--policy', policyFile, ...at])
  t.equal(again.code, 1)
  t.match(again.stderr, /exists already/)
  t.equal(readFileSync(ring, 'utf8'), before, 'nothing is overwritten')

  writeFileSync(policyFile, policy({ first_name: 'random', notes: 'random' }))
  const synced = await keys(['sync', '--policy', policyFile, ...at])
  t.equal(synced.code, 0, synced.stderr)
  t.match(synced.stdout, /Minted keys for 1 field\(s\): public\.contacts\.notes/)
  t.match(synced.stdout, /Not in the policy.*: public\.contacts\.last_name/)
  t.equal(statSync(ring).mode & 0o777, 0o600)
  t.match(vaultOf(readFileSync(ring, 'utf8')).open(token, 0, token.length), { plaintext: Buffer.from('Anna') }, 'old values open')

  const idle = await keys(['sync', '--policy', policyFile, '--json', ...at])
  t.match(JSON.parse(idle.stdout), { minted: [], unused: ['public.contacts.last_name'] })

  const listed = await keys(['list', '--json', ...at], {})
  t.equal(listed.code, 0, 'list needs no root key')
  t.match(JSON.parse(listed.stdout), { fields: [{ field: 'public.contacts.first_name', id: 1, prefix: 'AQAAAAAB' }, { id: 2 }, { field: 'public.contacts.notes', id: 3, prefix: 'AQAAAAAD' }] })
  t.match((await keys(['list', ...at], {})).stdout, /^field +id +prefix +key id +created\n/)
})

void tap.test('a passphrase file', async t => {
  const folder = t.testdir({ 'policy.yaml': policy({ notes: 'random' }), right: 'correct horse\n', wrong: 'wrong horse', empty: '\n' })
  const args = ['--policy', join(folder, 'policy.yaml'), '--keyring', join(folder, 'ring.json')]
  const made = await keys(['init', ...args, '--passphrase-file', join(folder, 'right')], {})
  t.equal(made.code, 0, made.stderr)
  t.match(made.stdout, /2\. the passphrase/)
  t.match((await keys(['sync', ...args, '--passphrase-file', join(folder, 'wrong')], {})).stderr, /wrong passphrase/)
  t.match((await keys(['sync', ...args, '--passphrase-file', join(folder, 'empty')], {})).stderr, /passphrase is empty/)
  t.match((await keys(['sync', ...args])).stderr, /unlocked by a passphrase/)
})

void tap.test('without a usable root key nothing is written', async t => {
  const folder = t.testdir({ 'policy.yaml': policy({ notes: 'random' }) })
  const ring = join(folder, 'ring.json')
  const args = ['init', '--policy', join(folder, 'policy.yaml'), '--keyring', ring]
  for (const [environment, message] of [[{}, /openssl rand -base64 32/], [{ PGVEIL_ROOT_KEY: 'hunter2' }, /PGVEIL_ROOT_KEY is not 32 bytes/]] as const) {
    const ran = await keys(args, environment)
    t.equal(ran.code, 1)
    t.match(ran.stderr, message)
    t.notMatch(ran.stderr, /hunter2/)
  }
  t.notOk(existsSync(ring))
  t.match((await keys(['list', '--keyring', ring])).stderr, /ring\.json: no such file/)
})

void tap.test('a subcommand that is not there is a usage error', async t => {
  const command = keysCommand().exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
  for (const name of ['rotate', 'nonsense']) await t.rejects(command.parseAsync([name], { from: 'user' }), { code: 'commander.unknownCommand' })
})
