import t from 'tap'
import { createDatabase, createLogin } from '../support/cluster.js'
import { startTestProxy } from '../support/proxy.js'

const SCHEMA = 'CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, city text)'
const policyFor = (user: string): string => `
version: 1
trust_database_logins: true
tables:
  public.people:
    subject: { type: customer, key: id }
    columns:
      email: { category: user.contact.email, protect: equality }
roles:
  crm: { match: { db_user: [${user}] }, read: { "*": reveal }, search: ["*"], write: ["*"] }
default: { read: { "*": { mask: redact } } }
`

await t.test('seals on the way in, opens on the way out, masks for others', async test => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const login = await createLogin(test, database)
  await database.query(`GRANT ALL ON people TO ${login.user}`)
  const proxy = await startTestProxy(test, { database, policy: policyFor(login.user) })
  const crm = await database.client(proxy.urlFor(login))
  await crm.query('INSERT INTO people VALUES ($1, $2, $3)', [1, 'jane@example.com', 'Bonn'])
  const { rows } = await crm.query("SELECT id, email, city FROM people WHERE email = 'jane@example.com'")
  test.same(rows, [{ id: 1, email: 'jane@example.com', city: 'Bonn' }])
  const stored = await database.query<{ email: string }>('SELECT email FROM people')
  test.match(stored.rows[0]?.email, /^~pv1\./)
  const other = await database.client(proxy.urlFor())
  const masked = await other.query<{ email: string }>('SELECT email FROM people')
  test.notMatch(masked.rows[0]?.email, /jane|~pv1/)
})
