/** A small CRM behind the proxy for driver tests: an application that sees all, and a support team that sees masks. */
import type { Test } from 'tap'
import { createDatabase, createLogin, type TestDatabase } from './cluster.js'
import type { FragmentingOptions } from './fragmenting.js'
import { startTestProxy, type TestProxy } from './proxy.js'

const SCHEMA = `
CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE contacts (
  id serial PRIMARY KEY, account_id int REFERENCES accounts (id), first_name text, last_name text NOT NULL, email varchar(120) UNIQUE,
  phone text, birth_date date, notes text, tags text[], created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON contacts (last_name);
INSERT INTO accounts (name) VALUES ('Acme'), ('Globex')`

const policyFor = (app: string, support: string): string => `
version: 1
trust_database_logins: true
tables:
  public.contacts:
    subject: { type: customer, key: id }
    columns:
      first_name: { category: user.name.first, protect: random }
      last_name: { category: user.name.last, protect: equality }
      email: { category: user.contact.email, protect: equality, type: varchar(120) }
      phone: { category: user.contact.phone_number, protect: equality }
      birth_date: { category: user.demographic.date_of_birth, protect: random, type: date }
      notes: { category: user.content.private, protect: random }
roles:
  crm:
    match: { db_user: [${app}] }
    read: { "user.*": reveal }
    search: ["user.*"]
    write: ["user.*"]
  support:
    match: { db_user: [${support}] }
    read:
      user.name.*: reveal
      user.contact.email: { mask: email }
      user.contact.phone_number: { mask: last, keep: 3 }
      user.demographic.date_of_birth: { mask: year }
      "*": { mask: redact }
    search: [user.contact.email]
default: { read: { "*": { mask: redact } } }
`

export interface Crm {
  readonly database: TestDatabase
  readonly proxy: TestProxy
  /** Connection strings through the proxy. */
  readonly app: string
  readonly support: string
}

/** Starts it; the tables are empty but for two accounts. */
export const startCrm = async (test: Test, pieces?: FragmentingOptions): Promise<Crm> => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const app = await createLogin(test, database)
  const support = await createLogin(test, database)
  await database.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${app.user}, ${support.user}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${app.user}, ${support.user}`)
  const proxy = await startTestProxy(test, { database, policy: policyFor(app.user, support.user), ...(pieces === undefined ? {} : { pieces }) })
  return { database, proxy, app: proxy.urlFor(app), support: proxy.urlFor(support) }
}
