/** `pgveil policy explain` on a real catalogue: with the keyring it knows the guards, without it each column counts as unguarded. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ddlFor } from '../../src/catalog/ddl.js'
import { createKeyring, formatKeyring, syncKeyring, unlockKeyring } from '../../src/crypto/keyring.js'
import { Vault } from '../../src/crypto/vault.js'
import { parsePolicy } from '../../src/policy/parse.js'
import { createDatabase } from '../support/cluster.js'

const PROGRAM = "import { policyCommand } from './src/cli/policy.ts'; await policyCommand().parseAsync(process.argv.slice(1), { from: 'user' })"

const POLICY = `
version: 1
trust_database_logins: true
tables:
  public.people:
    columns:
      email: { category: user.contact.email, protect: equality }
roles:
  crm: { match: { db_user: [nobody_of_this_name] }, read: { "*": reveal }, search: ["*"], write: ["*"] }
default: { read: { "*": { mask: redact } } }
`

interface Outcome {
  readonly code: number
  readonly report: { readonly outcome?: string; readonly sqlState?: string; readonly statements?: readonly { readonly seals: readonly string[]; readonly unguarded: readonly string[] }[] }
}

const explain = (...parameters: readonly string[]): Promise<Outcome> =>
  new Promise(resolve => {
    execFile(process.execPath, ['--import=tsx', '--input-type=module', '--eval', PROGRAM, '--', 'explain', ...parameters, '--json'], (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), report: JSON.parse(stdout) })
    })
  })

const files = (test: Test): { readonly policy: string; readonly keyring: string; readonly ddl: string } => {
  const folder = test.testdir({ 'policy.yaml': POLICY })
  const policy = parsePolicy([{ path: 'policy.yaml', text: POLICY }])
  const rootSecret = { kind: 'key', bytes: Buffer.alloc(32, 5) } as const
  const now = new Date(0)
  const { keyring } = syncKeyring(unlockKeyring(createKeyring({ rootSecret, now }), rootSecret), policy.fields.keys(), { now })
  const vault = new Vault(unlockKeyring(keyring, rootSecret), policy.fields)
  writeFileSync(join(folder, 'keyring.json'), formatKeyring(keyring), { mode: 0o600 })
  return { policy: join(folder, 'policy.yaml'), keyring: join(folder, 'keyring.json'), ddl: ddlFor(policy, undefined, name => vault.prefixOf(name)) }
}

void t.test('policy explain', async test => {
  const { policy, keyring, ddl } = files(test)
  const { url } = await createDatabase(test, { schema: `CREATE TABLE people (id int PRIMARY KEY, email text); ${ddl}` })
  const sql = "SELECT id FROM people WHERE email = 'secret@x.de'"
  const crm = await explain(policy, '--sql', sql, '--role', 'crm', '--upstream', url, '--keyring', keyring)
  test.equal(crm.code, 0)
  test.match(crm.report, { outcome: 'planned', statements: [{ seals: [/^constant at byte \d+ for public\.people\.email \(compare\)$/u] }] })
  test.same(crm.report.statements?.[0]?.unguarded, [])
  test.notMatch(JSON.stringify(crm.report), /secret/u)

  const unknown = await explain(policy, '--sql', sql, '--role', 'crm', '--upstream', url)
  test.same(unknown.report.statements?.[0]?.unguarded, ['public.people.email'], 'without the keyring')

  const masked = await explain(policy, '--sql', sql, '--role', 'default', '--upstream', url, '--keyring', keyring)
  test.match(masked, { code: 1, report: { outcome: 'denied', sqlState: '42501' } })
  const refused = await explain(policy, '--sql', 'SELECT id FROM people ORDER BY email', '--role', 'crm', '--upstream', url, '--keyring', keyring)
  test.match(refused, { code: 1, report: { outcome: 'refused', sqlState: '0A000' } })
})
