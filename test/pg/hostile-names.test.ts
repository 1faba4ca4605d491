/** Names that would break out of whatever holds them, in every container: right for a reader, masked for the others. */
import t, { type Test } from 'tap'
import { Client } from 'pg'
import { MODES, runStatement, type Answer, type Mode } from '../support/answers.js'
import { createDatabase, createLogin, type TestDatabase } from '../support/cluster.js'
import { startTestProxy } from '../support/proxy.js'
import { RawClient } from '../support/raw-client.js'

const NAMES: readonly string[] = [
  'O"Neil, Jr', 'x","role":"admin', '', 'NULL', 'null', '\\.', '\\N', '{braces}', '}{', '{"a":1}', 'two\nlines', 'carriage\rreturn', 'tab\there', 'emoji 👩‍👩‍👧 end',
  "O'Brien; DROP TABLE people;--", '(1,2)', '"quoted"', 'back\\slash\\', '\\"', '<b>&amp;</b>', ']]>', ' outer spaces ', ',', '"', "'", '\\', '$1', '%s', '~pv1.', 'ends with \\', 'ünïcödé',
]

const QUERIES: readonly string[] = [
  'SELECT id, name FROM people ORDER BY id',
  'SELECT array_agg(name ORDER BY id) FROM people',
  'SELECT ARRAY[name, name] FROM people ORDER BY id',
  'SELECT ARRAY[ARRAY[name], ARRAY[city]] FROM people ORDER BY id',
  'SELECT row(id, name) FROM people ORDER BY id',
  'SELECT array_agg(row(id, name) ORDER BY id) FROM people',
  'SELECT p FROM people p ORDER BY id',
  'SELECT array_agg(p ORDER BY id) FROM people p',
  'SELECT row_to_json(p) FROM people p ORDER BY id',
  'SELECT json_agg(name ORDER BY id) FROM people',
  'SELECT json_agg(p ORDER BY id) FROM people p',
  'SELECT jsonb_agg(name ORDER BY id) FROM people',
  'SELECT to_jsonb(p) FROM people p ORDER BY id',
  "SELECT json_build_object('n', name, 'list', json_build_array(name, ARRAY[name])) FROM people ORDER BY id",
  "SELECT jsonb_build_object('n', name, 'role', 'user') FROM people ORDER BY id",
  "SELECT string_agg(name, '|' ORDER BY id) FROM people",
  "SELECT name || ' of ' || city FROM people ORDER BY id",
  "SELECT concat(name, '/', name), concat_ws(', ', name, city), format('%s <%s>', name, city) FROM people ORDER BY id",
  "SELECT xmlelement(name person, name), xmlelement(name p, xmlattributes(name AS n)) FROM people ORDER BY id",
  'SELECT row_to_json(p)::text, p::text, ARRAY[name]::text FROM people p ORDER BY id',
  'SELECT coalesce(name, city), CASE WHEN id > 0 THEN name END FROM people ORDER BY id',
  'SELECT json_agg(row_to_json(p) ORDER BY id)::text FROM people p',
  'COPY people TO STDOUT',
  'COPY people TO STDOUT (FORMAT csv)',
  "COPY people TO STDOUT (FORMAT csv, HEADER, DELIMITER ';', QUOTE '''', ESCAPE '\\', NULL 'NULL')",
  "COPY people TO STDOUT (DELIMITER '|', NULL '')",
  'COPY (SELECT id, ARRAY[name], row(name), row_to_json(p), name || city FROM people p ORDER BY id) TO STDOUT',
  'COPY (SELECT id, ARRAY[name], row(name), row_to_json(p), name || city FROM people p ORDER BY id) TO STDOUT (FORMAT csv, FORCE_QUOTE *)',
]

/** The row type says nothing of the quoting inside: names that need quoting are masked even for the reader. */
const AMBIGUOUS = 'SELECT row(row(name), ARRAY[name]) FROM people ORDER BY id'

const SCHEMA = 'CREATE TABLE people (id int PRIMARY KEY, name text, city text)'

const policyFor = (reader: string): string => `
version: 1
trust_database_logins: true
tables:
  public.people:
    columns:
      name: { category: user.name, protect: random }
roles:
  reader: { match: { db_user: [${reader}] }, read: { "*": reveal }, write: ["*"] }
default: { read: { "*": { mask: redact } } }
`

const insertAll = async (connectionString: string): Promise<void> => {
  const client = new Client({ connectionString })
  await client.connect()
  for (const [index, name] of NAMES.entries()) await client.query('INSERT INTO people VALUES ($1, $2, $3)', [index + 1, name, `city ${index + 1}`])
  await client.query("INSERT INTO people VALUES (0, NULL, 'none')")
  await client.end()
}

const everythingIn = ({ rows, copied }: Answer): string => rows.join('\n') + Buffer.from(copied, 'latin1').toString('utf8')

/** What is long enough to be told from the syntax around it, in whatever way it is quoted. */
const TELLING = /Neil|role":"admin|role\\":\\"admin|braces|two|lines|carriage|return|tab|here|emoji|Brien|DROP|quoted|slash|amp|outer|spaces|ends with|ünïcödé|👩/

interface Stage {
  readonly reader: RawClient
  readonly masked: RawClient
  readonly twin: RawClient
}

const setStage = async (test: Test): Promise<Stage> => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const twin = await createDatabase(test, { schema: SCHEMA })
  const reader = await createLogin(test, database)
  const masked = await createLogin(test, database)
  await database.query(`GRANT ALL ON people TO ${reader.user}, ${masked.user}`)
  const proxy = await startTestProxy(test, { database, policy: policyFor(reader.user) })
  await insertAll(proxy.urlFor(reader))
  await insertAll(twin.url)
  const { host, port } = database.cluster
  const through = (login: typeof reader): Promise<RawClient> => RawClient.login(test, { ...login, host: proxy.host, port: proxy.port, database: database.name })
  return { reader: await through(reader), masked: await through(masked), twin: await RawClient.login(test, addressOf(twin, host, port)) }
}

const addressOf = ({ name, cluster }: TestDatabase, host: string, port: number): Parameters<typeof RawClient.login>[1] => ({ host, port, user: cluster.superuser, password: cluster.password, database: name })

const check = async (test: Test, { reader, masked, twin }: Stage, sql: string, mode: Mode): Promise<void> => {
  const expected = await runStatement(twin, sql, mode)
  const revealed = await runStatement(reader, sql, mode)
  test.equal(expected.error, undefined, 'the twin answers')
  test.same({ ...revealed, columns: [] }, { ...expected, columns: [] }, `${mode}: right for the reader`)
  const hidden = await runStatement(masked, sql, mode)
  test.notMatch(everythingIn(hidden), TELLING, `${mode}: masked for the others`)
  test.equal(hidden.rows.length, expected.rows.length, `${mode}: as many rows`)
}

void t.test('hostile names', async test => {
  const stage = await setStage(test)
  for (const sql of QUERIES) {
    await test.test(sql, async t => {
      // In binary form an array of rows names their type by an OID, which differs between the databases.
      for (const mode of sql.includes('array_agg(p') ? (['simple', 'extended'] as const) : MODES) await check(t, stage, sql, mode)
    })
  }
  await test.test(AMBIGUOUS, async t => {
    const expected = await runStatement(stage.twin, AMBIGUOUS, 'simple')
    const revealed = await runStatement(stage.reader, AMBIGUOUS, 'simple')
    t.equal(revealed.rows.length, expected.rows.length)
    // Spaces inside a name need no quotes to be read back.
    const unquoted = (row: string | undefined): string | undefined => row?.replaceAll('"', '')
    for (const [index, row] of revealed.rows.entries()) if (unquoted(row) !== unquoted(expected.rows[index])) t.match(row, /•••/)
    t.ok(revealed.rows.filter((row, index) => unquoted(row) === unquoted(expected.rows[index])).length > 3, 'plain names are shown')
  })
})
