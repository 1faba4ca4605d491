import { createHash } from 'node:crypto'
import t from 'tap'
import { DEMO_COUNTS, demoRows, type DemoRow } from '../../src/embedded/demo-people.js'
import { DEMO_TABLES } from '../../src/embedded/demo-schema.js'

const rows = [...demoRows()]
const column = (table: DemoRow['table'], name: string): (string | number | null | undefined)[] => {
  const index = DEMO_TABLES[table].indexOf(name)
  return rows.filter(row => row.table === table).map(({ values }) => values[index])
}
const digest = (all: Iterable<DemoRow>): string => createHash('sha256').update(JSON.stringify([...all])).digest('hex')

t.equal(digest(demoRows()), digest(rows), 'the same people every time')
t.equal(column('contacts', 'id').length, DEMO_COUNTS.contacts)
t.ok(DEMO_COUNTS.contacts + DEMO_COUNTS.leads >= 5_000)
t.ok(rows.every(({ table, values }) => values.length === DEMO_TABLES[table].length))

const emails = column('contacts', 'email')
t.equal(new Set(emails).size, emails.length, 'addresses of contacts are unique')
t.same([...emails, ...column('leads', 'email')].filter(email => !/^[a-z]+\.[a-z]+\d*@example\.(com|net|org)$/.test(String(email))), [])
t.ok(column('leads', 'email').filter(email => emails.includes(email ?? null)).length >= 100, 'some leads are contacts')
t.same(column('contacts', 'birth_date').filter(date => date !== null && !/^(19|20)\d\d-\d\d-\d\d$/.test(String(date))), [])
t.ok(column('contacts', 'notes').includes('') && column('contacts', 'notes').includes(null), 'both kinds of nothing')
t.ok(column('contacts', 'last_name').some(name => /[äöüß]/.test(String(name))), 'letters beyond ASCII')
const phones = [...column('contacts', 'phone'), ...column('leads', 'phone')].filter(phone => phone !== null)
t.ok(phones.every(phone => /^\+(49 (30 23125|40 66969|69 90009|89 99998|221 4710) |44 (20 7946|161 496) 0|44 7700 900|1 212 555 0)\d{3}$/.test(String(phone))), 'numbers kept for examples')
