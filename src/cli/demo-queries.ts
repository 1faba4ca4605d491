/** What the tour asks the database, as whom, and what comes back. */
import { Client, DatabaseError } from 'pg'
import { ProxyError } from '../errors.js'
import type { Stage } from './demo-stage.js'

/** Its connections say so, which finds their events in the log. */
export const DEMO_APP_NAME = 'pgveil-demo'

export type Cell = string | null
export type Answer =
  | { readonly kind: 'rows'; readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'refused'; readonly sqlState: string; readonly message: string; readonly hint: string | undefined }

/** Values as the server writes them: a date must not pass through a Date. */
const AS_TEXT = { getTypeParser: () => (value: string): string => value }

/** Runs one statement on a connection of its own. */
export const ask = async (url: string, text: string): Promise<Answer> => {
  const client = new Client({ connectionString: url, application_name: DEMO_APP_NAME })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { fields, rows } = await client.query<(string | null)[]>({ text, rowMode: 'array', types: AS_TEXT })
    return { kind: 'rows', columns: fields.map(({ name }) => name), rows }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return { kind: 'refused', sqlState: error.code ?? '', message: error.message, hint: error.hint }
  } finally {
    await client.end()
  }
}

/** The account's connection string. Throws `internal` for an account that the demo lacks. */
export const urlOf = ({ accounts }: Stage, user: string): string => {
  const account = accounts.find(each => each.user === user)
  if (account === undefined) throw new ProxyError('internal', { reason: `the demo has no account ${user}` })
  return account.url
}

export const SAME_QUERY = 'SELECT id, first_name, last_name, email, phone, birth_date FROM contacts WHERE id <= 2 ORDER BY id'

/** A statement that is refused, and one that gives what was wanted. */
export interface Refusal {
  readonly user: string
  readonly sql: string
  readonly instead: { readonly user: string; readonly sql: string; readonly advice: string }
}

export const REFUSALS: readonly Refusal[] = [
  {
    user: 'crm_app',
    sql: 'SELECT id, last_name FROM contacts ORDER BY last_name LIMIT 3',
    instead: { user: 'crm_app', sql: 'SELECT id, last_name FROM contacts ORDER BY created_at DESC, id LIMIT 3', advice: 'order by a column that is not sealed, or sort the page in the application' },
  },
  {
    user: 'dba',
    sql: "SELECT id, first_name FROM contacts WHERE email = 'erika.mustermann@example.com'",
    instead: { user: 'crm_app', sql: "SELECT id, first_name FROM contacts WHERE email = 'erika.mustermann@example.com'", advice: 'only roles with `search` may look for a value; the CRM may' },
  },
  {
    user: 'max',
    sql: 'SELECT id, notes FROM contacts WHERE id = 1',
    instead: { user: 'max', sql: 'SELECT id, first_name, email FROM contacts WHERE id = 1', advice: 'leave out the column that the policy denies; marketing works with pseudonyms' },
  },
]
