/** A proxy that is killed, or whose log can't grow, has released nothing that is not on record. */
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { AuditEvent } from '../../src/audit/event.js'
import { createDatabase, createLogin, type TestDatabase } from '../support/cluster.js'
import { send } from '../support/frontend-messages.js'
import { prepareFiles, runCommand, startProcess, type ProxyFiles, type ProxyProcess } from '../support/proxy-process.js'
import { LoginFailed, RawClient } from '../support/raw-client.js'
import { fieldsOf } from '../support/transcript.js'

const policyFor = (user: string): string => `
version: 1
trust_database_logins: true
tables:
  public.people:
    columns:
      name: { category: user.name, protect: random }
roles:
  app: { match: { db_user: [${user}] }, read: { "*": reveal }, write: ["*"] }
`

const CLIENTS = 4
const SECRET = 'Canary Killington'

interface Login {
  readonly user: string
  readonly password: string
}

interface Stage {
  readonly database: TestDatabase
  readonly files: ProxyFiles
  readonly login: Login
  readonly connect: (proxy: ProxyProcess, name: string) => Promise<RawClient>
}

const setStage = async (test: Test): Promise<Stage> => {
  const database = await createDatabase(test, { schema: 'CREATE TABLE people (id serial PRIMARY KEY, client text, name text)' })
  const login = await createLogin(test, database)
  await database.query(`GRANT ALL ON people TO ${login.user}; GRANT ALL ON SEQUENCE people_id_seq TO ${login.user}`)
  const files = await prepareFiles(test, database, policyFor(login.user))
  const connect: Stage['connect'] = ({ host, port }, name) => RawClient.login(test, { host, port, database: database.name, ...login }, { application_name: name })
  return { database, files, login, connect }
}

interface Work {
  /** Inserts that the client knows to be committed, and reads whose values it has seen. */
  readonly inserted: number
  readonly seen: number
}

/** Inserts and reads in turn until the connection is gone. */
const work = async (client: RawClient, name: string): Promise<Work> => {
  let inserted = 0
  let seen = 0
  for (;;) {
    const write = await client.ask(send.query(`INSERT INTO people (client, name) VALUES ('${name}', '${SECRET}')`))
    if (write.some(message => message.tag === 'C')) inserted++
    const read = await client.ask(send.query(`SELECT name FROM people WHERE client = '${name}' ORDER BY id LIMIT 1`))
    if (read.some(message => message.tag === 'D')) seen++
    if (client.hasEnded || read.at(-1)?.tag !== 'Z') return { inserted, seen }
  }
}

const eventsIn = (path: string): readonly AuditEvent[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(line => {
      try {
        const event: AuditEvent = JSON.parse(line)
        return [event]
      } catch {
        return []
      }
    })

/** Statements of a kind by a client that are on record: an execution has one `only`, or a `begin` and perhaps a `final`. */
const recorded = (events: readonly AuditEvent[], name: string, kind: string): number =>
  events.filter(event => event.type === 'query' && event.phase !== 'final' && event.actor.app_name === name && event.stmt?.kind === kind).length

void t.test('kill -9 under load', async test => {
  const { database, files, connect } = await setStage(test)
  const proxy = await startProcess(test, files)
  const names = Array.from({ length: CLIENTS }, (_, n) => `load-${n}`)
  const clients = await Promise.all(names.map(name => connect(proxy, name)))
  const working = names.map((name, n) => work(clients[n] ?? fail(), name))
  await new Promise(resolve => setTimeout(resolve, 1_500))
  proxy.child.kill('SIGKILL')
  await proxy.ended
  const done = await Promise.all(working)
  const events = eventsIn(files.auditLog)
  for (const [n, name] of names.entries()) {
    const { inserted = 0, seen = 0 } = done[n] ?? {}
    test.ok(seen > 10, `${name} has read (${seen})`)
    test.ok(recorded(events, name, 'SELECT') >= seen, `${name}: each read that it has seen is on record`)
    test.ok(recorded(events, name, 'INSERT') >= inserted, `${name}: each write, too`)
    const { rows } = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM people WHERE client = $1', [name])
    test.ok((rows[0]?.n ?? 0) >= inserted, `${name}: no committed write is lost`)
  }

  const again = await startProcess(test, files)
  const client = await connect(again, 'after')
  const rows = (await client.ask(send.query('SELECT name FROM people'))).filter(message => message.tag === 'D')
  test.ok(rows.length > 0 && rows.every(({ body }) => body.includes(SECRET)), 'every value opens after the restart')
  again.child.kill('SIGTERM')
  await again.ended
  test.equal(again.child.exitCode, 0, 'SIGTERM ends it')
  const verified = await runCommand(files, ['audit', 'verify'])
  test.equal(verified.exitCode, 0, 'audit verify passes')
  test.match(verified.output, /tail: ok|ok: \d+ events/)
})

const fail = (): never => {
  throw new Error('no client')
}

void t.test('a log that can not grow', async test => {
  const { database, files, connect } = await setStage(test)
  const before = await startProcess(test, files)
  const writer = await connect(before, 'writer')
  await writer.ask(send.query(`INSERT INTO people (client, name) VALUES ('full', '${SECRET}')`))
  before.child.kill('SIGTERM')
  await before.ended

  const proxy = await startProcess(test, files, 200)
  const client = await connect(proxy, 'full')
  let seen = 0
  let failure: string | undefined
  while (failure === undefined && seen < 5_000) {
    const answer = await client.ask(send.query('SELECT name FROM people'))
    const error = answer.find(message => message.tag === 'E')
    if (answer.some(message => message.tag === 'D' && message.body.includes(SECRET))) {
      seen++
    } else failure = error === undefined ? 'closed' : (fieldsOf(error)['C'] ?? '')
  }
  test.ok(failure === '58030' || failure === 'closed', `it ends with 58030 or a closed connection: ${failure}`)
  test.ok(recorded(eventsIn(files.auditLog), 'full', 'SELECT') >= seen, `each of ${seen} reads is on record`)

  const already = client.bytes.length
  for (let n = 0; n < 10 && !client.hasEnded; n++) await client.ask(send.query('SELECT name FROM people'))
  test.notOk(client.bytes.subarray(already).includes(SECRET), 'nothing more is released on it')
  try {
    const other = await connect(proxy, 'other')
    await other.ask(send.query('SELECT name FROM people'))
    await other.ask([send.parse('SELECT name FROM people'), send.bind(), send.execute(), send.sync()])
    await other.ask(send.query('COPY people TO STDOUT'))
    test.notOk(other.bytes.includes(SECRET), 'nor on another connection')
  } catch (error) {
    test.ok(error instanceof LoginFailed || /closed|ECONN/.test(String(error)), 'a new login is refused')
  }
  proxy.child.kill('SIGKILL')
  await proxy.ended

  const after = await startProcess(test, files)
  const again = await connect(after, 'again')
  test.ok((await again.ask(send.query('SELECT name FROM people'))).some(message => message.body.includes(SECRET)), 'with room, it works again')
  after.child.kill('SIGTERM')
  await after.ended
  const verified = await runCommand(files, ['audit', 'verify'])
  test.equal(verified.exitCode, 0, 'audit verify passes')
  test.match(verified.output, /tail: ok|ok: \d+ events/)
  test.equal((await database.query<{ n: number }>('SELECT count(*)::int AS n FROM people')).rows[0]?.n, 1)
})
