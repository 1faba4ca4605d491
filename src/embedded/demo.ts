import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from './cluster.js'
import { withClient } from './connection.js'
import { DEMO_CATALOG_LOGIN, DEMO_GRANTS, DEMO_GROUPS, DEMO_LOGINS, DEMO_SCHEMA } from './demo-schema.js'

export const DEMO_DATABASE = 'crm'

export interface DemoAccount {
  readonly user: string
  readonly password: string
  /** Role of the example policy which the login gets; `default` if none matches. */
  readonly role: string
}

export interface DemoAccounts {
  readonly accounts: readonly DemoAccount[]
  /** Connection string of the login without privileges that reads the catalogue. */
  readonly catalogUrl: string
}

/**
 * Makes the sample CRM: database, empty tables, logins with passwords of their own for each data-dir. May be called at
 * every start; then it only sets the passwords kept in `demo.accounts.json` (mode 0600). Errors of the server pass through.
 */
export const prepareDemo = async (cluster: Cluster, dataDir: string): Promise<DemoAccounts> => {
  const passwords = await keptPasswords(join(dataDir, 'demo.accounts.json'))
  await withClient(cluster.url(), async client => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DEMO_DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DEMO_DATABASE}`)
  })
  await withClient(cluster.url(DEMO_DATABASE), client => client.query(setupScript(passwords)))
  const accounts = DEMO_LOGINS.map(({ user, role }) => ({ user, role, password: passwords[user] ?? '' }))
  const { user } = DEMO_CATALOG_LOGIN
  const catalogUrl = `postgresql://${user}:${passwords[user] ?? ''}@${cluster.host}:${cluster.port}/${DEMO_DATABASE}`
  return { accounts, catalogUrl }
}

type Passwords = Readonly<Record<string, string>>

const keptPasswords = async (path: string): Promise<Passwords> => {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  const kept: Passwords = JSON.parse(text)
  const users = [...DEMO_LOGINS, DEMO_CATALOG_LOGIN].map(({ user }) => user)
  if (users.every(user => user in kept)) return kept
  const passwords = Object.fromEntries(users.map(user => [user, kept[user] ?? randomBytes(18).toString('base64url')]))
  await writeFile(`${path}.new`, JSON.stringify(passwords), { mode: 0o600 })
  await rename(`${path}.new`, path)
  return passwords
}

// A simple query of several statements is one transaction: all of it is there afterwards, or nothing.
const setupScript = (passwords: Passwords): string => {
  const groups = DEMO_GROUPS.map(name => createRole(name, ''))
  const logins = [...DEMO_LOGINS, DEMO_CATALOG_LOGIN].map(({ user, attributes = '' }) =>
    createRole(user, `LOGIN ${attributes} PASSWORD '${passwords[user] ?? ''}'`),
  )
  return [...groups, ...logins, DEMO_SCHEMA, DEMO_GRANTS].join('\n')
}

// Names and passwords (base64url) hold nothing that needs quoting.
const createRole = (name: string, options: string): string => `
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN CREATE ROLE ${name}; END IF;
END $$;
ALTER ROLE ${name} ${options};`
