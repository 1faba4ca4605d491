/** What a CRM does all day, on the demo, by the drivers that CRMs use. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type Submittable } from 'pg'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import { withClient } from '../../src/embedded/connection.js'
import { findTool } from '../support/tools.js'
import { accountUrl, dataDirectory, runCommand, startDemo, type Ready } from './demo-process.js'

type Row = Readonly<Record<string, unknown>>

/** A driver: statements with parameters, and COPY. */
interface Driver {
  readonly rows: (sql: string, params?: readonly (string | number)[]) => Promise<readonly Row[]>
  readonly copyIn: (sql: string, data: string) => Promise<void>
}

/** Ids of each driver's own, so that none meets the other's rows. */
interface Cast {
  readonly id: number
  readonly name: string
}

const PAGE = 'SELECT id, first_name, last_name, email FROM contacts ORDER BY id LIMIT 20 OFFSET $1'
const BY_EMAIL = 'SELECT id, first_name, last_name, phone FROM contacts WHERE email = $1'
const CARD = 'SELECT id, account_id, first_name, last_name, email, phone, birth_date::text AS birth_date, notes FROM contacts WHERE id = $1'
const ACTIVITIES = 'SELECT a.kind, a.body FROM activities a JOIN contacts c ON c.id = a.contact_id WHERE c.email = $1 ORDER BY a.happened_at DESC, a.id'
const INSERT = 'INSERT INTO contacts (id, first_name, last_name, email, phone, birth_date, notes) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, email'
const UPDATE = 'UPDATE contacts SET phone = $1, notes = $2 WHERE id = $3 RETURNING phone, notes'
const COPY = 'COPY leads (id, full_name, email, note) FROM STDIN'
const LEAD = 'SELECT full_name, email, note FROM leads WHERE email = $1'

const ERIKA = 'erika.mustermann@example.com'

const workDay = async (test: Test, { rows, copyIn }: Driver, { id, name }: Cast, upstream: string): Promise<void> => {
  const page = await rows(PAGE, [0])
  test.equal(page.length, 20, 'a page of the list')
  test.match(page[0], { id: 1, first_name: 'Erika', last_name: 'Mustermann', email: ERIKA })
  test.match(await rows(BY_EMAIL, [ERIKA]), [{ id: 1, first_name: 'Erika', phone: '+49 30 23125 042' }], 'found by e-mail')
  test.same(await rows(BY_EMAIL, ['nobody@example.com']), [])
  test.match(await rows(CARD, [1]), [{ birth_date: '1964-08-12', last_name: 'Mustermann' }], 'the card')

  const email = `${name}@example.com`
  const hostile = `O"Neil, ${name} {\\} 🙂`
  test.match(await rows(INSERT, [id, 'Zoë', hostile, email, '+49 30 1', '1980-02-29', '']), [{ id, email }], 'a new contact')
  test.match(await rows(CARD, [id]), [{ first_name: 'Zoë', last_name: hostile, email, birth_date: '1980-02-29', notes: '' }])
  await rows("INSERT INTO activities (contact_id, kind, body) VALUES ($1, 'call', $2)", [id, `spoke to ${hostile}`])
  test.match(await rows(ACTIVITIES, [email]), [{ kind: 'call', body: `spoke to ${hostile}` }], 'with what was done')
  test.match(await rows(UPDATE, ['+49 30 2', 'calls back', id]), [{ phone: '+49 30 2', notes: 'calls back' }], 'changed')
  await test.rejects(rows(INSERT, [id + 1, 'A', 'B', email, '', '1980-01-01', '']), { code: '23505' }, 'an e-mail is taken once')
  // As a literal: postgres.js makes a Date of a parameter, which turns the 30th of February into the 1st of March.
  await test.rejects(rows(`INSERT INTO contacts (id, birth_date) VALUES (${id + 1}, '1980-02-30')`), { code: '22008' }, 'there is no such day')

  const lead = `${name}.lead@example.com`
  await copyIn(COPY, `${id}\tLead, "${name}"\t${lead}\t\\N\n${id + 1}\tTab\\there\tsecond.${lead}\t\\\\.\n`)
  test.match(await rows(LEAD, [lead]), [{ full_name: `Lead, "${name}"`, email: lead, note: null }], 'imported')
  test.match(await rows(LEAD, [`second.${lead}`]), [{ full_name: 'Tab\there', note: '\\.' }])

  const stored = await withClient(upstream, client => client.query<Row>('SELECT c.*, l.* FROM contacts c, leads l WHERE c.id = $1 AND l.id IN ($1, $2)', [id, id + 1]))
  test.equal(stored.rows.length, 2)
  test.notMatch(JSON.stringify(stored.rows), new RegExp(name), 'and nothing of it is readable in the database')
}

/** COPY by node-postgres, as its own streams do it: the query object is handed the messages. */
class CopyIn implements Submittable {
  readonly done: Promise<void>
  readonly #text: string
  readonly #data: string
  #resolve: () => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(text: string, data: string) {
    this.#text = text
    this.#data = data
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  readonly submit: Submittable['submit'] = connection => connection.query(this.#text)

  handleCopyInResponse(connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }): void {
    connection.sendCopyFromChunk(Buffer.from(this.#data))
    connection.endCopyFrom()
  }

  handleCommandComplete(): void {
    // The answer that counts is ReadyForQuery.
  }

  handleReadyForQuery(): void {
    this.#resolve()
  }

  handleError(error: Error): void {
    this.#reject(error)
  }
}

const byNodePostgres = async (test: Test, ready: Ready): Promise<void> => {
  const client = new Client({ connectionString: accountUrl(ready, 'crm_app') })
  await client.connect()
  const driver: Driver = {
    rows: async (sql, params) => (await client.query<Row>(sql, params === undefined ? [] : [...params])).rows,
    copyIn: (sql, data) => client.query(new CopyIn(sql, data)).done,
  }
  await workDay(test, driver, { id: 100_000, name: 'nodepg' }, ready.upstream)
  await client.end()
}

const byPostgresJs = async (test: Test, ready: Ready): Promise<void> => {
  const sql = postgres(accountUrl(ready, 'crm_app'), { max: 2, onnotice: () => undefined })
  const driver: Driver = {
    rows: async (text, params = []) => [...(await sql.unsafe<Row[]>(text, [...params], { prepare: true }))],
    copyIn: async (text, data) => {
      const stream = await sql.unsafe(text).writable()
      await new Promise<void>((resolve, reject) => {
        stream.once('finish', resolve).once('error', reject)
        stream.end(data)
      })
    },
  }
  await workDay(test, driver, { id: 200_000, name: 'postgresjs' }, ready.upstream)
  await sql.end()
}

const byPsql = (test: Test, ready: Ready, psql: string, folder: string): void => {
  const run = (input: string, user = 'crm_app'): string => {
    const { stdout, stderr } = spawnSync(psql, ['-X', '-A', '-t', accountUrl(ready, user)], { input, encoding: 'utf8' })
    return stdout + stderr
  }
  test.equal(run("SELECT first_name, last_name, birth_date FROM contacts WHERE email = 'erika.mustermann@example.com';"), 'Erika|Mustermann|1964-08-12\n')
  test.equal(run('SELECT email, phone, birth_date FROM contacts WHERE id = 1;', 'anna'), 'e•••@e•••.com|•••042|1964-01-01\n')
  test.equal(run("INSERT INTO contacts (id, last_name, email) VALUES (300000, 'psqlname', 'psqlname@example.com') RETURNING last_name;"), 'psqlname\nINSERT 0 1\n')
  test.equal(run("UPDATE contacts SET notes = $$it's$$ WHERE email = 'psqlname@example.com' RETURNING notes;"), "it's\nUPDATE 1\n")
  const file = join(folder, 'leads.csv')
  writeFileSync(file, '300000,"psqlname, Jr",psqlname@example.com\n')
  test.equal(run(`\\copy leads (id, full_name, email) from '${file}' with (format csv)\nSELECT full_name FROM leads WHERE id = 300000;\n`), 'COPY 1\npsqlname, Jr\n')
  test.match(run("COPY (SELECT full_name, email FROM leads WHERE id = 300000) TO STDOUT WITH (FORMAT csv);"), '"psqlname, Jr",psqlname@example.com')
  test.match(run('SELECT last_name FROM contacts ORDER BY last_name;'), /ERROR: {2}ORDER BY is not supported on the sealed column public\.contacts\.last_name/)
}

void t.test('the queries of a CRM', async test => {
  const dataDir = dataDirectory(test)
  const ready = await startDemo(test, dataDir)
  await test.test('by node-postgres', sub => byNodePostgres(sub, ready))
  await test.test('by postgres.js', sub => byPostgresJs(sub, ready))
  const psql = findTool('psql')
  await test.test('by psql', { skip: psql === undefined ? 'psql is not installed' : false }, sub => {
    if (psql !== undefined) byPsql(sub, ready, psql, dataDir)
    sub.end()
  })
  await test.test('and the tour joins a demo that runs', async sub => {
    const { exitCode, out, err } = await runCommand('demo', '--json', '--data-dir', dataDir, '--listen', ready.listen)
    sub.equal(exitCode, 0, err)
    sub.match(JSON.parse(out), { ok: true, broken: [], steps: [{ kind: 'accounts' }, { kind: 'stored' }, { kind: 'refused' }, { kind: 'events' }, { kind: 'verified', result: { ok: true } }] })
    sub.notMatch(err, 'starting', 'and starts nothing')
  })
  await test.test('which it can find only where it listens', async sub => {
    const { exitCode, err } = await runCommand('demo', '--data-dir', dataDir, '--listen', '127.0.0.1:1')
    sub.equal(exitCode, 1)
    sub.match(err, /no proxy listens on 127\.0\.0\.1:1; say where with --listen/)
  })
})
