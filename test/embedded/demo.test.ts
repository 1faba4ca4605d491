import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import type { Cluster } from '../../src/embedded/cluster.js'
import { DEMO_DATABASE, prepareDemo, type DemoAccounts } from '../../src/embedded/demo.js'
import { loadDemo } from '../../src/embedded/demo-load.js'
import { ownCluster } from '../support/cluster.js'

const COUNTS = { accounts: 20, contacts: 600, leads: 30, deals: 10, activities: 40 }

const connect = async (test: Test, connectionString: string): Promise<Client> => {
  const client = new Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  test.teardown(() => client.end())
  return client
}

const urlOf = (cluster: Cluster, { accounts }: DemoAccounts, user: string): string => {
  const password = accounts.find(account => account.user === user)?.password ?? ''
  return `postgresql://${user}:${password}@${cluster.host}:${cluster.port}/${DEMO_DATABASE}`
}

await t.test('the sample CRM', async test => {
  // Logins belong to the whole server, so this can't share one.
  const dataDir = await mkdtemp(join(tmpdir(), 'pgveil-test-'))
  const cluster = await ownCluster(test, { dataDir })
  const demo = await prepareDemo(cluster, dataDir)

  await test.test('keeps its accounts and their passwords at the next start', async t2 => {
    t2.same(await prepareDemo(cluster, dataDir), demo)
    t2.equal((await stat(join(dataDir, 'demo.accounts.json'))).mode & 0o777, 0o600)
    t2.same(demo.accounts.map(({ user, role }) => [user, role]), [['crm_app', 'crm'], ['anna', 'support'], ['max', 'marketing'], ['dba', 'default'], ['backup', 'backup']])
    t2.equal(new Set(demo.accounts.map(({ password }) => password)).size, demo.accounts.length)
  })

  await test.test('is filled once, and new rows get new ids', async t2 => {
    const url = urlOf(cluster, demo, 'crm_app')
    const seen: number[] = []
    const rows = await loadDemo({ url, counts: COUNTS, progress: done => seen.push(done) })
    t2.equal(rows, seen.at(-1))
    t2.equal(await loadDemo({ url, counts: COUNTS }), 0)
    const client = await connect(t2, url)
    const { rows: counted } = await client.query<Record<string, string>>('SELECT (SELECT count(*) FROM contacts) AS contacts, (SELECT count(*) FROM activities) AS activities')
    t2.same(counted, [{ contacts: '600', activities: '40' }])
    const { rows: inserted } = await client.query<{ id: number }>("INSERT INTO contacts (last_name) VALUES ('New') RETURNING id")
    t2.equal(inserted[0]?.id, 601)
  })

  await test.test('each login has the database rights of its work and no more', async t2 => {
    const dba = await connect(t2, urlOf(cluster, demo, 'dba'))
    t2.equal((await dba.query('SELECT last_name FROM contacts WHERE id = 1')).rowCount, 1)
    await t2.rejects(dba.query('DELETE FROM contacts'), { code: '42501' })
    const anna = await connect(t2, urlOf(cluster, demo, 'anna'))
    t2.equal((await anna.query("UPDATE leads SET status = 'lost' WHERE id = 1")).rowCount, 1)
    const max = await connect(t2, urlOf(cluster, demo, 'max'))
    t2.equal((await max.query('SELECT id FROM consents LIMIT 1')).rowCount, 1)
    await t2.rejects(max.query('UPDATE contacts SET notes = NULL'), { code: '42501' })
    const catalogue = await connect(t2, demo.catalogUrl)
    t2.equal((await catalogue.query("SELECT FROM pg_attribute WHERE attrelid = 'contacts'::regclass AND attname = 'email'")).rowCount, 1)
    await t2.rejects(catalogue.query('SELECT id FROM contacts'), { code: '42501' })
  })

  await test.test('an account added by a later version gets a password, the others keep theirs', async t2 => {
    const path = join(dataDir, 'demo.accounts.json')
    const kept: Record<string, string> = JSON.parse(await readFile(path, 'utf8'))
    delete kept['max']
    await writeFile(path, JSON.stringify(kept))
    const again = await prepareDemo(cluster, dataDir)
    t2.equal(again.accounts.find(({ user }) => user === 'anna')?.password, kept['anna'])
    await connect(t2, urlOf(cluster, again, 'max'))
  })
})
