/** What the tests of the access log have in common: a table, a login, and files to start the proxy with. */
import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import type { AuditEvent } from '../../src/audit/event.js'
import { createDatabase, createLogin, type TestDatabase } from '../support/cluster.js'
import { prepareFiles, type ProxyFiles, type ProxyProcess } from '../support/proxy-process.js'
import { RawClient } from '../support/raw-client.js'

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

/** Each protected value of these tests. */
export const SECRET = 'Canary Killington'

export interface Stage {
  readonly database: TestDatabase
  readonly files: ProxyFiles
  readonly connect: (proxy: ProxyProcess, name: string) => Promise<RawClient>
}

/** A new database behind a proxy that is yet to be started. */
export const setStage = async (test: Test): Promise<Stage> => {
  const database = await createDatabase(test, { schema: 'CREATE TABLE people (id serial PRIMARY KEY, client text, name text)' })
  const login = await createLogin(test, database)
  await database.query(`GRANT ALL ON people TO ${login.user}; GRANT ALL ON SEQUENCE people_id_seq TO ${login.user}`)
  const files = await prepareFiles(test, database, policyFor(login.user))
  const connect: Stage['connect'] = ({ host, port }, name) => RawClient.login(test, { host, port, database: database.name, ...login }, { application_name: name })
  return { database, files, connect }
}

/** The whole lines of a log. */
export const eventsIn = (path: string): readonly AuditEvent[] =>
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
export const recorded = (events: readonly AuditEvent[], name: string, kind: string): number =>
  events.filter(event => event.type === 'query' && event.phase !== 'final' && event.actor.app_name === name && event.stmt?.kind === kind).length
