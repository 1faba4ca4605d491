import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import t, { type Test } from 'tap'
import { ddlCommand } from '../../src/cli/policy-ddl.js'
import { createKeyring, formatKeyring, syncKeyring, unlockKeyring } from '../../src/crypto/keyring.js'
import type { RootSecret } from '../../src/crypto/root-secret.js'
import { policyText } from '../catalog/live.js'
import { createDatabase } from '../support/cluster.js'

const FIELD = 'public.people.email'

const files = (test: Test): { readonly policy: string; readonly keyring: string } => {
  const folder = test.testdir({ 'policy.yaml': policyText({ [FIELD]: '' }) })
  const secret: RootSecret = { kind: 'key', bytes: Buffer.alloc(32, 3) }
  const now = new Date(0)
  const { keyring } = syncKeyring(unlockKeyring(createKeyring({ rootSecret: secret, now }), secret), [FIELD], { now })
  writeFileSync(join(folder, 'keyring.json'), formatKeyring(keyring), { mode: 0o600 })
  return { policy: join(folder, 'policy.yaml'), keyring: join(folder, 'keyring.json') }
}

/** What the command prints. */
const run = async (test: Test, ...args: readonly string[]): Promise<string> => {
  const written = test.capture(process.stdout, 'write', () => true)
  try {
    await new Command().addCommand(ddlCommand().exitOverride()).parseAsync(['ddl', ...args], { from: 'user' })
    return written().map(call => String(call.args[0])).join('')
  } finally {
    written.restore()
  }
}

t.test('prints DDL that, applied, leaves nothing to print', async t => {
  const { policy, keyring } = files(t)
  const database = await createDatabase(t, { schema: 'CREATE TABLE people (email varchar(50))' })
  const unconditional = await run(t, policy, '--keyring', keyring)
  t.match(unconditional, /ALTER COLUMN "email" TYPE text[^]*ADD CONSTRAINT "people_email_sealed" CHECK/)
  t.equal(await run(t, policy, '--keyring', keyring, '--upstream', database.url), unconditional)
  await database.query(unconditional)
  const report: unknown = JSON.parse(await run(t, policy, '--keyring', keyring, '--upstream', database.url, '--json'))
  t.match(report, { policy: /^[0-9a-f]{16}$/, sql: /Nothing to do/ })
})

t.test('without a keyring it is a usage error', async t => {
  await t.rejects(run(t, files(t).policy), { code: 'usage' })
})
