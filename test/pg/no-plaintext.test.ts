/** What lies on the database's disk: data files, WAL and server log hold no protected value that was written through the proxy. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { answerOf } from '../support/answers.js'
import { createDatabase, createLogin, ownCluster } from '../support/cluster.js'
import { send } from '../support/frontend-messages.js'
import { startTestProxy } from '../support/proxy.js'
import { RawClient } from '../support/raw-client.js'
import { describeCluster } from '../support/shared-cluster.js'

/** The server's log holds whole statements, parameters and the values that errors quote. */
const TALKATIVE = { log_statement: 'all', log_min_duration_statement: '0', log_parameter_max_length: '-1', log_parameter_max_length_on_error: '-1', log_error_verbosity: 'verbose', full_page_writes: 'on' }

const SCHEMA = `
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, phone text, born date, notes text, region text);
CREATE INDEX ON people (phone);
CREATE TABLE plain (id int, body text)`

const policyFor = (user: string): string => `
version: 1
trust_database_logins: true
tables:
  public.people:
    columns:
      name: { category: user.name, protect: random }
      email: { category: user.contact.email, protect: equality }
      phone: { category: user.contact.phone_number, protect: equality }
      born: { category: user.demographic.date_of_birth, protect: random, type: date }
      notes: { category: user.content.private, protect: random }
roles:
  app: { match: { db_user: [${user}] }, read: { "*": reveal }, search: ["*"], write: ["*"] }
`

/** Part of every protected value below, and of nothing else. */
const MARKS = ['Zyxomma', 'zyx@canary', '+49 31415', '1931-07-1', 'Quagswag'] as const
const CONTROL = 'Plainberry'

const SEALED_OR_SO: readonly string[] = [
  "INSERT INTO people VALUES (1, 'Zyxomma One', 'zyx@canary1', '+49 31415 1', '1931-07-11', 'Quagswag 1', 'Plainberry')",
  "INSERT INTO people VALUES (2, $$Zyxomma Two$$, E'zyx@canary2', U&'+49 31415 2', '1931-07-12', 'Quagswag 2', 'Plainberry'), (3, 'Zyxomma Three', NULL, NULL, NULL, '', NULL)",
  "UPDATE people SET name = 'Zyxomma Uno', notes = 'Quagswag again' WHERE email = 'zyx@canary1'",
  "INSERT INTO people (id, name, email) VALUES (9, 'Zyxomma', 'zyx@canary2') ON CONFLICT (email) DO UPDATE SET notes = 'Quagswag merged'",
  "SELECT name FROM people WHERE phone IN ('+49 31415 1', '+49 31415 9')",
  "SELECT row_to_json(p) FROM people p WHERE email <> 'zyx@canary7'",
  'ANALYZE people',
]

/** Errors that PostgreSQL would write into its log, values included. */
const FAILING: readonly string[] = [
  "INSERT INTO people (id, name, email) VALUES (9, 'Zyxomma', 'zyx@canary2')",
  "INSERT INTO people (id, name, notes) VALUES (1, 'Zyxomma', 'Quagswag')",
  "INSERT INTO people (id, name, notes) VALUES (9, NULL, 'Quagswag')",
  "SELECT id FROM people WHERE name LIKE 'Zyxomma%'",
  "UPDATE people SET born = '1931-07-19 Zyxomma'",
  "SELEC 'Zyxomma'",
  "DO $$BEGIN INSERT INTO people (id, name) VALUES (9, 'Zyxomma'); END$$",
  "MERGE INTO people p USING (VALUES (1, 'Zyxomma')) v(i, n) ON p.id = v.i WHEN MATCHED THEN UPDATE SET name = v.n",
  "INSERT INTO people (id, name) VALUES (9, upper('Zyxomma'))",
]

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path, { throwIfNoEntry: false })?.isFile() === true)

const marksIn = (bytes: Buffer): readonly string[] => [...MARKS, CONTROL].filter(mark => bytes.includes(mark))

void t.test('nothing readable on disk', async test => {
  const cluster = await ownCluster(test, { settings: TALKATIVE })
  const database = await createDatabase(test, { schema: SCHEMA, cluster: await describeCluster(cluster) })
  const login = await createLogin(test, database)
  await database.query(`ALTER TABLE people OWNER TO ${login.user}; GRANT ALL ON plain TO ${login.user}; GRANT CREATE ON SCHEMA public TO ${login.user}`)
  const proxy = await startTestProxy(test, { database, policy: policyFor(login.user) })
  const client = await RawClient.login(test, { ...login, host: proxy.host, port: proxy.port, database: database.name })

  for (const sql of SEALED_OR_SO) test.equal(answerOf(await client.ask(send.query(sql))).error, undefined, sql.slice(0, 60))
  for (const sql of FAILING) test.ok(answerOf(await client.ask(send.query(sql))).error, `fails: ${sql.slice(0, 60)}`)
  const insert = send.parse('INSERT INTO people VALUES ($1, $2, $3, $4, $5, $6, $7)', 'ins')
  const bound = Array.from({ length: 200 }, (_, n) => [send.bind({ statement: 'ins', values: [String(100 + n), `Zyxomma ${n}`, `zyx@canary-b${n}`, `+49 31415 ${n}`, '1931-07-13', `Quagswag ${'long '.repeat(600)}${n}`, null] }), send.execute()]).flat()
  test.equal(answerOf(await client.ask([insert, ...bound, send.sync()])).error, undefined, 'by parameters')
  test.ok(answerOf(await client.ask([send.bind({ statement: 'ins', values: ['100', 'Zyxomma', 'zyx@canary', null, null, 'Quagswag', null] }), send.execute(), send.sync()])).error, 'fails by parameters')
  const copied = Array.from({ length: 200 }, (_, n) => `${1000 + n}\tZyxomma ${n}\tzyx@canary-c${n}\t\\N\t1931-07-14\tQuagswag\\n${n}\tPlainberry\n`).join('')
  test.equal(answerOf(await client.ask([send.query('COPY people FROM STDIN'), send.copyData(copied), send.copyDone()])).error, undefined, 'by COPY')
  test.ok(answerOf(await client.ask([send.query('COPY people FROM STDIN'), send.copyData('1000\tZyxomma\tzyx@canary\t\\N\t\\N\tQuagswag\t\\N\n'), send.copyDone()])).error, 'fails by COPY')
  await client.ask(send.query(`INSERT INTO plain VALUES (1, '${CONTROL}')`))

  await database.query('CHECKPOINT; SELECT pg_switch_wal()')
  const found = new Map<string, readonly string[]>()
  for (const path of [...filesUnder(cluster.dataFolder), cluster.logFile]) {
    const marks = marksIn(readFileSync(path))
    if (marks.length > 0) found.set(path, marks)
  }
  const places = [...found].map(([path, marks]) => ({ path, leaked: marks.filter(mark => mark !== CONTROL) })).filter(({ leaked }) => leaked.length > 0)
  test.same(places, [], 'no canary in any file')
  test.ok([...found.keys()].some(path => path.includes('/base/')), 'an unprotected value is found in the data')
  test.ok([...found.keys()].some(path => path.includes('/pg_wal/')), 'and in the WAL')
  test.ok(found.has(cluster.logFile), 'and in the log')

  const direct = await RawClient.login(test, { host: cluster.host, port: cluster.port, user: cluster.superuser, password: cluster.password, database: database.name })
  for (const table of ['people', 'plain', 'pg_catalog.pg_statistic', 'pg_catalog.pg_description', 'pg_catalog.pg_attrdef']) {
    const answer = answerOf(await direct.ask(send.query(`COPY ${table} TO STDOUT`)))
    test.equal(answer.error, undefined)
    const marks = marksIn(Buffer.from(answer.copied, 'latin1'))
    test.same(marks.filter(mark => mark !== CONTROL), [], `COPY ${table} TO STDOUT shows nothing`)
  }

  const opened = answerOf(await client.ask(send.query('SELECT count(*), count(name), count(email) FROM people'))).rows
  test.same(opened, ["'403' | '403' | '402'"])
  test.match(answerOf(await client.ask(send.query("SELECT name, notes FROM people WHERE email = 'zyx@canary-c7'"))).rows[0], /Zyxomma 7.*Quagswag\n7/)
})
