/** What a CRM does through node-postgres. */
import t, { type Test } from 'tap'
import { startCrm } from '../support/crm.js'
import type { FragmentingOptions } from '../support/fragmenting.js'

interface Contact {
  readonly id: number
  readonly first_name: string
  readonly last_name: string
  readonly email: string
  readonly phone: string | null
  readonly birth_date: Date | null
  readonly notes: string | null
}

const INSERT = 'INSERT INTO contacts (account_id, first_name, last_name, email, phone, birth_date, notes, tags) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id, email, birth_date'
const JANE = [1, 'Jane', "O'Neil", 'jane.oneil@example.com', '+49 30 1234567', '1980-05-17', 'Likes "quotes", and\nlines', ['vip', 'a,b']]

const checkContacts = async (test: Test, pieces?: FragmentingOptions): Promise<void> => {
  const { database, proxy, app, support } = await startCrm(test, pieces)
  const crm = await database.client(app)
  const team = await database.client(support)

  const inserted = await crm.query<Contact>(INSERT, JANE)
  const [row] = inserted.rows
  test.match(row, { id: 1, email: 'jane.oneil@example.com' })
  test.equal(row?.birth_date?.getFullYear(), 1980, 'a date is a date')
  for (let n = 2; n <= 30; n++) await crm.query({ name: 'insert-contact', text: INSERT, values: [1 + (n % 2), `First${n}`, `Last${n}`, `p${n}@example.org`, null, null, null, []] })

  await test.test('list page', async page => {
    const text = 'SELECT c.id, c.first_name, c.last_name, c.email, a.name AS account FROM contacts c JOIN accounts a ON a.id = c.account_id ORDER BY c.id LIMIT $1 OFFSET $2'
    const { rows } = await crm.query(text, [10, 0])
    page.same(rows[0], { id: 1, first_name: 'Jane', last_name: "O'Neil", email: 'jane.oneil@example.com', account: 'Acme' })
    page.equal(rows.length, 10)
    const masked = await team.query(text, [1, 0])
    page.same(masked.rows[0], { id: 1, first_name: 'Jane', last_name: "O'Neil", email: 'j•••@e•••.com', account: 'Acme' })
    const { rows: counts } = await crm.query('SELECT a.name, count(*)::int AS n FROM contacts c JOIN accounts a ON a.id = c.account_id GROUP BY a.name ORDER BY a.name')
    page.same(counts, [{ name: 'Acme', n: 16 }, { name: 'Globex', n: 14 }])
  })

  await test.test('exact search', async search => {
    for (const client of [crm, team]) search.same((await client.query('SELECT id FROM contacts WHERE email = $1', ['jane.oneil@example.com'])).rows, [{ id: 1 }])
    search.same((await crm.query('SELECT id FROM contacts WHERE email = ANY($1) ORDER BY id', [['p2@example.org', 'p3@example.org', 'nobody']])).rows, [{ id: 2 }, { id: 3 }])
    search.same((await crm.query("SELECT id FROM contacts WHERE last_name = 'O''Neil' AND phone IS NOT NULL")).rows, [{ id: 1 }])
    search.same((await crm.query("SELECT id FROM contacts WHERE email IN ($1, 'p4@example.org') ORDER BY id", ['nobody'])).rows, [{ id: 4 }])
    await search.rejects(team.query("SELECT id FROM contacts WHERE phone = '1'"), { code: '42501' })
    await search.rejects(crm.query("SELECT id FROM contacts WHERE email LIKE 'p%'"), { code: '0A000' })
    await search.rejects(crm.query('SELECT id FROM contacts ORDER BY last_name'), { code: '0A000' })
    search.same((await crm.query('SELECT 1 AS one')).rows, [{ one: 1 }], 'the session goes on')
  })

  await test.test('contact card', async card => {
    const text = 'SELECT * FROM contacts WHERE id = $1'
    const { rows } = await crm.query(text, [1])
    card.match(rows[0], { first_name: 'Jane', notes: 'Likes "quotes", and\nlines', tags: ['vip', 'a,b'], phone: '+49 30 1234567' })
    const { rows: masked } = await team.query<Contact>(text, [1])
    card.match(masked[0], { first_name: 'Jane', email: 'j•••@e•••.com', phone: '•••567', notes: '•••' })
    card.equal(masked[0]?.birth_date?.getFullYear(), 1980)
    card.equal(masked[0]?.birth_date?.getMonth(), 0, 'masked to the year')
    const { rows: json } = await crm.query('SELECT row_to_json(c) AS c FROM contacts c WHERE id = 1')
    card.match(json[0]?.c, { first_name: 'Jane', birth_date: '1980-05-17', notes: 'Likes "quotes", and\nlines' })
  })

  await test.test('update and upsert', async change => {
    const updated = await crm.query('UPDATE contacts SET phone = $1, notes = NULL, birth_date = $3 WHERE id = $2 RETURNING phone, notes', ['+49 40 7654321', 2, '1999-12-31'])
    change.same(updated.rows, [{ phone: '+49 40 7654321', notes: null }])
    const upsert = "INSERT INTO contacts (last_name, email) VALUES ($1, $2) ON CONFLICT (email) DO UPDATE SET last_name = EXCLUDED.last_name, notes = 'merged' RETURNING id, last_name"
    change.same((await crm.query(upsert, ['Renamed', 'p3@example.org'])).rows, [{ id: 3, last_name: 'Renamed' }])
    await change.rejects(crm.query("INSERT INTO contacts (last_name, email) VALUES ('x', 'p3@example.org')"), { code: '23505' })
    await change.rejects(team.query("UPDATE contacts SET phone = '•••567' WHERE id = 1"), { code: '42501' })
    await change.rejects(crm.query("UPDATE contacts SET birth_date = '2001-02-30' WHERE id = 1"), { code: '22008' })
    await change.rejects(crm.query('UPDATE contacts SET email = $1 WHERE id = 1', ['x'.repeat(121)]), { code: '22001' })
    change.same((await crm.query('SELECT phone FROM contacts WHERE id = 1')).rows, [{ phone: '+49 30 1234567' }])
  })

  await test.test('transactions', async tx => {
    await crm.query('BEGIN')
    await crm.query("UPDATE contacts SET last_name = 'Gone' WHERE id = 4")
    await tx.rejects(crm.query("SELECT id FROM contacts WHERE first_name = 'x'"), { code: '0A000' })
    await tx.rejects(crm.query('SELECT 1'), { code: '25P02' })
    await crm.query('ROLLBACK')
    await crm.query('BEGIN; SAVEPOINT s')
    await crm.query("UPDATE contacts SET last_name = 'Kept' WHERE id = 5")
    await crm.query('COMMIT')
    tx.same((await crm.query('SELECT id, last_name FROM contacts WHERE id IN (4, 5) ORDER BY id')).rows, [{ id: 4, last_name: 'Last4' }, { id: 5, last_name: 'Kept' }])
  })

  await test.test('many at once', async many => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => crm.query<Contact>('SELECT email FROM contacts WHERE id = $1', [n + 1])))
    many.equal(all[1]?.rows[0]?.email, 'p2@example.org')
    const big = Array.from({ length: 500 }, (_, n) => `('Bulk${n}', 'bulk${n}@example.net')`).join(', ')
    many.equal((await crm.query(`INSERT INTO contacts (last_name, email) VALUES ${big}`)).rowCount, 500)
    many.same((await crm.query("SELECT last_name FROM contacts WHERE email = 'bulk499@example.net'")).rows, [{ last_name: 'Bulk499' }])
  })

  const stored = await database.query<{ row: string }>('SELECT c::text AS row FROM contacts c')
  test.equal(stored.rows.filter(({ row: text }) => /Jane\b|O'Neil|example|Bulk\d|7654321|1999-|1980-/.test(text)).length, 0, 'nothing readable is stored')
  const events = proxy.events()
  test.ok(events.some(event => event.type === 'query' && JSON.stringify(event).includes('contacts')), 'the log has it')
  test.notMatch(JSON.stringify(events), /jane\.oneil|O'Neil|7654321|bulk499@/, 'and no value')
}

void t.test('contacts by node-postgres', test => checkContacts(test))
void t.test('contacts by node-postgres, bytes in pieces', test => checkContacts(test, {}))
