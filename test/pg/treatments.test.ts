/** Each treatment, and what a role may do besides: sealed dumps and restores, denied columns, nulls, members of a group. */
import t, { type Test } from 'tap'
import { answerOf, runStatement } from '../support/answers.js'
import { createDatabase, createLogin } from '../support/cluster.js'
import { send } from '../support/frontend-messages.js'
import { startTestProxy } from '../support/proxy.js'
import { RawClient } from '../support/raw-client.js'

const SCHEMA = 'CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, iban text, born date, notes text)'

const policyFor = (names: Readonly<Record<'app' | 'backup' | 'denied' | 'nulled' | 'group' | 'editor', string>>): string => `
version: 1
trust_database_logins: true
tables:
  public.people:
    subject: { type: person, key: id }
    columns:
      name: { category: user.name, protect: random }
      email: { category: user.contact.email, protect: equality, type: varchar(40) }
      iban: { category: user.financial.bank_account, protect: equality }
      born: { category: user.demographic.date_of_birth, protect: random, type: date }
      notes: { category: user.content.private, protect: random, empty: sealed }
roles:
  app: { match: { db_user: [${names.app}] }, read: { "*": reveal }, search: ["*"], write: ["*"] }
  backup: { match: { db_user: [${names.backup}] }, read: { "*": sealed }, write: ["sealed"] }
  denied: { match: { db_user: [${names.denied}] }, read: { "*": reveal, user.financial.bank_account: deny }, search: ["*"], write: ["*"] }
  nulled: { match: { db_user: [${names.nulled}] }, read: { "*": "null", user.demographic.date_of_birth: { mask: year } } }
  editor: { match: { db_user: [${names.editor}] }, read: { "*": { mask: redact }, user.name: { mask: initials } }, write: ["user.name", "user.content.*"], overwrite: ["user.content.*"] }
  team: { match: { member_of: [${names.group}] }, read: { "*": { mask: first, keep: 2 }, user.demographic.date_of_birth: { mask: year_month } }, search: [user.contact.email] }
default: { read: { "*": { mask: redact } } }
`

const ALL = 'SELECT name, email, iban, born, notes FROM people ORDER BY id'
const NAMES = ['app', 'backup', 'denied', 'nulled', 'editor', 'member', 'stranger'] as const

const startAll = async (test: Test): Promise<Readonly<Record<(typeof NAMES)[number], RawClient>> & { stored: () => Promise<string> }> => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const group = await createLogin(test, database)
  const login = async (): Promise<typeof group> => {
    const made = await createLogin(test, database)
    await database.query(`GRANT ALL ON people TO ${made.user}`)
    return made
  }
  const logins = { app: await login(), backup: await login(), denied: await login(), nulled: await login(), editor: await login(), member: await login(), stranger: await login() }
  await database.query(`GRANT ${group.user} TO ${logins.member.user}`)
  const names = { app: logins.app.user, backup: logins.backup.user, denied: logins.denied.user, nulled: logins.nulled.user, editor: logins.editor.user, group: group.user }
  const proxy = await startTestProxy(test, { database, policy: policyFor(names) })
  const connect = (each: typeof group): Promise<RawClient> => RawClient.login(test, { ...each, host: proxy.host, port: proxy.port, database: database.name })
  const clients = {
    app: await connect(logins.app), backup: await connect(logins.backup), denied: await connect(logins.denied), nulled: await connect(logins.nulled),
    editor: await connect(logins.editor), member: await connect(logins.member), stranger: await connect(logins.stranger),
  }
  await runStatement(clients.app, "INSERT INTO people VALUES (1, 'Ada Lovelace', 'ada@example.com', 'DE02120300000000202051', '1815-12-10', ''), (2, 'Grace Hopper', NULL, NULL, NULL, 'note')", 'simple')
  return { ...clients, stored: async () => JSON.stringify((await database.query('SELECT * FROM people ORDER BY id')).rows) }
}

void t.test('what each role sees', async test => {
  const { app, denied, nulled, member, stranger, backup, editor } = await startAll(test)
  const rows = async (client: RawClient, sql = ALL): Promise<readonly string[]> => (await runStatement(client, sql, 'extended')).rows
  test.same(await rows(app), ["'Ada Lovelace' | 'ada@example.com' | 'DE02120300000000202051' | '1815-12-10' | ''", "'Grace Hopper' | NULL | NULL | NULL | 'note'"])
  test.match((await rows(backup))[0], /^'~pv1\.[^']+' \| '~pv1\.[^']+' \| '~pv1\.[^']+' \| '~pv1\.[^']+' \| '~pv1\.[^']+'$/, 'sealed')
  test.same(await rows(nulled), ["NULL | NULL | NULL | '1815-01-01' | NULL", 'NULL | NULL | NULL | NULL | NULL'])
  test.match((await rows(editor))[0], /^'A\. L•••' \| '•••' \|/, 'initials')
  test.match((await rows(member))[0], /^'Ad•••' \| 'ad•••' \| 'DE•••' \|/)
  test.match((await rows(stranger))[0], /^'•••' \| '•••' \| '•••' \|/)
  test.equal((await runStatement(denied, ALL, 'simple')).error?.sqlState, '42501', 'a denied column that is named')
  test.match((await rows(denied, 'SELECT * FROM people WHERE id = 1'))[0], /'Ada Lovelace' \| 'ada@example.com' \| '•••' \|/, 'and one that comes with the rest')
  test.equal((await runStatement(denied, "SELECT id FROM people WHERE iban = 'x'", 'simple')).error?.sqlState, '42501')
  test.same(await rows(member, "SELECT id FROM people WHERE email = 'ada@example.com'"), ["'1'"], 'a member may search')
  test.equal((await runStatement(stranger, "SELECT id FROM people WHERE email = 'ada@example.com'", 'simple')).error?.sqlState, '42501')
})

void t.test('what each role writes', async test => {
  const { app, backup, editor, member, stored } = await startAll(test)
  const state = async (client: RawClient, sql: string): Promise<string | undefined> => (await runStatement(client, sql, 'simple')).error?.sqlState
  test.equal(await state(editor, "UPDATE people SET notes = 'seen' WHERE id = 1"), undefined, 'overwrite covers notes')
  test.equal(await state(editor, "UPDATE people SET name = 'A. L.' WHERE id = 1"), '42501', 'but not names')
  test.equal(await state(editor, "UPDATE people SET notes = '•••' WHERE id = 1"), '42501', 'and no mask goes in')
  test.equal(await state(app, "UPDATE people SET name = '•••' WHERE id = 1"), '42501', 'not even from who sees all')
  test.equal(await state(editor, "INSERT INTO people (id, name) VALUES (3, 'New One')"), undefined, 'INSERT is allowed')
  test.equal(await state(editor, "INSERT INTO people (id, name) VALUES (3, 'x') ON CONFLICT (id) DO UPDATE SET name = 'y'"), '42501')
  test.equal(await state(editor, "INSERT INTO people (id, name, email) VALUES (4, 'x', 'e')"), '42501')
  test.equal(await state(member, "INSERT INTO people (id, name) VALUES (5, 'x')"), '42501')
  test.equal(await state(member, 'DELETE FROM people WHERE id = 3'), undefined)
  test.equal(await state(app, `UPDATE people SET email = '${'x'.repeat(41)}' WHERE id = 1`), '22001')
  test.equal(await state(app, 'UPDATE people SET name = NULL WHERE id = 1'), '23502')
  test.equal(await state(backup, "UPDATE people SET notes = 'plain' WHERE id = 1"), '42501', 'who writes tokens writes nothing else')
  const before = await stored()
  const { copied } = answerOf(await backup.ask(send.query('COPY people TO STDOUT')))
  test.match(copied, /~pv1\./)
  await runStatement(app, 'DELETE FROM people', 'simple')
  backup.send(send.query('COPY people FROM STDIN'))
  await backup.until('G')
  const restored = answerOf(await backup.ask([send.copyData(Buffer.from(copied, 'latin1')), send.copyDone()]))
  test.equal(restored.error, undefined, 'a dump is restored')
  test.equal(await stored(), before, 'byte by byte')
  test.match((await runStatement(app, ALL, 'simple')).rows[0], /^'Ada Lovelace' \| 'ada@example.com' .* 'seen'$/)
})
