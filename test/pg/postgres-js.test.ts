/** What a CRM does through postgres.js, which describes each statement once and sends what it can in one write. */
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import postgres, { type Sql } from 'postgres'
import t, { type Test } from 'tap'
import { startCrm } from '../support/crm.js'

const open = (test: Test, url: string): Sql => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  test.teardown(() => sql.end({ timeout: 1 }))
  return sql
}

void t.test('contacts by postgres.js', async test => {
  const { database, app, support } = await startCrm(test)
  const crm = open(test, app)
  const team = open(test, support)

  const people = [
    { first_name: 'Jürgen', last_name: 'Weiß', email: 'juergen@example.de', phone: '+49 89 111222', birth_date: '1971-01-31', notes: 'Emoji 👍, {braces}', tags: ['x'] },
    { first_name: 'Ann', last_name: 'Lee', email: 'ann@example.com', phone: null, birth_date: null, notes: null, tags: [] },
  ]
  const inserted = await crm`INSERT INTO contacts ${crm(people)} RETURNING id, last_name, birth_date`
  test.same(inserted.map(row => ({ ...row })), [{ id: 1, last_name: 'Weiß', birth_date: new Date('1971-01-31') }, { id: 2, last_name: 'Lee', birth_date: null }])

  await test.test('reading', async read => {
    const [card] = await crm`SELECT first_name, email, phone, birth_date, notes, tags FROM contacts WHERE email = ${'juergen@example.de'}`
    read.same({ ...card }, { first_name: 'Jürgen', email: 'juergen@example.de', phone: '+49 89 111222', birth_date: new Date('1971-01-31'), notes: 'Emoji 👍, {braces}', tags: ['x'] })
    const [masked] = await team`SELECT first_name, email, phone, birth_date, notes FROM contacts WHERE email = ${'juergen@example.de'}`
    read.same({ ...masked }, { first_name: 'Jürgen', email: 'j•••@e•••.de', phone: '•••222', birth_date: new Date('1971-01-01'), notes: '•••' })
    read.same((await crm`SELECT id FROM contacts WHERE email IN ${crm(['ann@example.com', 'nobody'])}`).map(row => row['id']), [2])
    read.same((await crm`SELECT id FROM contacts WHERE last_name = ANY(${['Weiß', 'Lee']}) ORDER BY id`).map(row => row['id']), [1, 2])
    const chunks: number[] = []
    const portions: AsyncIterable<readonly unknown[]> = crm`SELECT id, last_name FROM contacts ORDER BY id`.cursor(1)
    for await (const rows of portions) chunks.push(rows.length)
    read.same(chunks, [1, 1], 'by cursor')
    const results: readonly unknown[] = await crm.unsafe('SELECT last_name FROM contacts ORDER BY id; SELECT count(*)::int AS n FROM contacts')
    read.same(results.map(rows => Array.isArray(rows) && rows.length), [2, 1])
  })

  await test.test('writing', async write => {
    await crm`UPDATE contacts SET ${crm({ phone: '+1 555 0100', notes: 'new' })} WHERE id = ${2}`
    await crm`INSERT INTO contacts ${crm({ last_name: 'Leigh', email: 'ann@example.com' })} ON CONFLICT (email) DO UPDATE SET last_name = EXCLUDED.last_name`
    write.same((await crm`SELECT last_name, phone, notes FROM contacts WHERE id = 2`).map(row => ({ ...row })), [{ last_name: 'Leigh', phone: '+1 555 0100', notes: 'new' }])
    await write.rejects(team`UPDATE contacts SET notes = ${'x'}`, { code: '42501' })
    await write.rejects(crm`SELECT id FROM contacts WHERE lower(email) = ${'ann@example.com'}`, { code: '0A000' })
  })

  await test.test('transactions, pipelined', async tx => {
    const [first, second] = await crm.begin(sql => [sql`SELECT last_name FROM contacts WHERE id = 1`, sql`UPDATE contacts SET notes = ${'in tx'} WHERE id = 1 RETURNING notes`])
    tx.same([first?.[0]?.['last_name'], second?.[0]?.['notes']], ['Weiß', 'in tx'])
    await tx.rejects(crm.begin(async sql => {
      await sql`UPDATE contacts SET notes = 'undone' WHERE id = 1`
      await sql`SELECT 1/0`
    }), { code: '22012' })
    tx.same((await crm`SELECT notes FROM contacts WHERE id = 1`)[0]?.['notes'], 'in tx')
    const many = await Promise.all(Array.from({ length: 50 }, (_, n) => crm`SELECT ${n}::int AS n, last_name FROM contacts WHERE id = ${1 + (n % 2)}`))
    tx.same(many.map(rows => [rows[0]?.['n'], rows[0]?.['last_name']]), Array.from({ length: 50 }, (_, n) => [n, n % 2 === 0 ? 'Weiß' : 'Leigh']))
  })

  await test.test('COPY in and out', async copy => {
    const rows = Array.from({ length: 1000 }, (_, n) => `Copied${n}\tcopied${n}@example.net\t${n % 2 === 0 ? '\\N' : '1990-01-02'}\tline\\none\n`)
    await pipeline(Readable.from(rows), await crm`COPY contacts (last_name, email, birth_date, notes) FROM STDIN`.writable())
    const [found] = await crm`SELECT last_name, birth_date, notes FROM contacts WHERE email = 'copied999@example.net'`
    copy.same({ ...found }, { last_name: 'Copied999', birth_date: new Date('1990-01-02'), notes: 'line\none' })
    const readAll = async (sql: Sql): Promise<string> => {
      let text = ''
      for await (const chunk of await sql`COPY (SELECT last_name, email FROM contacts WHERE email = 'copied7@example.net') TO STDOUT`.readable()) text += String(chunk)
      return text
    }
    copy.equal(await readAll(crm), 'Copied7\tcopied7@example.net\n')
    copy.equal(await readAll(team), 'Copied7\tc•••@e•••.net\n')
  })

  const stored = await database.query<{ row: string }>('SELECT c::text AS row FROM contacts c')
  test.equal(stored.rows.filter(({ row }) => /juergen@|Weiß|example|Copied\d|555 0100|braces/.test(row)).length, 0, 'nothing readable is stored')
})
