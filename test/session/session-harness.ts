/** A session between two fake sockets: what the server says is scripted, what goes out is kept. */
import { randomBytes } from 'node:crypto'
import { createAuditLog } from '../../src/audit/log.js'
import type { AuditEvent } from '../../src/audit/event.js'
import type { Catalog, Column, Relation } from '../../src/catalog/types.js'
import { Vault } from '../../src/crypto/vault.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Field, Policy } from '../../src/policy/types.js'
import { Planner } from '../../src/session/planning.js'
import type { Peer, Services } from '../../src/session/services.js'
import { Session } from '../../src/session/session.js'
import { loadParser } from '../../src/sql/index.js'
import { encodeAuthentication } from '../../src/wire/backend/authentication.js'
import { encodeCommandComplete } from '../../src/wire/backend/command-complete.js'
import { encodeDataRow } from '../../src/wire/backend/data-row.js'
import { encodeErrorResponse, encodeNoticeResponse } from '../../src/wire/backend/error-response.js'
import { encodeParameterStatus } from '../../src/wire/backend/parameter-status.js'
import { encodeRowDescription } from '../../src/wire/backend/row-description.js'
import { readStartup } from '../../src/wire/startup.js'
import { unlockedFor } from '../crypto/keys-for-tests.js'
import { send } from '../support/frontend-messages.js'

await loadParser()

export const TEXT = 25
export const INT4 = 23
export const CUSTOMERS_OID = 16_385
const PLAIN_OID = 16_386

export const POLICY_YAML = `
version: 1
trust_database_logins: true
tables:
  public.customers:
    subject: { type: customer, key: id }
    columns:
      name: { category: user.name, protect: random }
      email: { category: user.contact.email, protect: equality, type: varchar(20) }
      dob: { category: user.demographic.date_of_birth, protect: random, type: date }
roles:
  reader:
    match: { db_user: [reader] }
    read: { "*": reveal }
    search: ["*"]
    write: ["*"]
  masked:
    match: { db_user: [masked] }
    read: { user.contact.email: { mask: email }, "*": { mask: redact } }
default: { read: { "*": { mask: redact } } }
`

export const policyOf = (text: string): Policy => parsePolicy([{ path: 'test.yaml', text }])

export const fieldOf = (policy: Policy, name: string): Field => {
  const field = policy.fields.get(name)
  if (field === undefined) throw new Error(`no field ${name}`)
  return field
}

const column = (attnum: number, name: string, typeOid: number, field?: Field): Column => ({
  attnum, name, typeOid, typmod: -1, isNotNull: false, hasDefault: false, isGenerated: false, field, isGuarded: field !== undefined,
})

const relation = (oid: number, schema: string, name: string, columns: readonly Column[]): Relation => ({
  oid, schema, name, kind: 'table', columns, primaryKey: ['id'], definition: undefined, isProtected: columns.some(each => each.field !== undefined), rowTypeOid: 0,
})

/** `public.customers` (id, name, email, dob), and in both schemas a table `plain`; `other.customers` is not protected. */
export const catalogFor = (policy: Policy, version = 1): Catalog => {
  const own = (name: string): Field => fieldOf(policy, `public.customers.${name}`)
  const relations = [
    relation(CUSTOMERS_OID, 'public', 'customers', [
      column(1, 'id', INT4), column(2, 'name', TEXT, own('name')), column(3, 'email', TEXT, own('email')), column(4, 'dob', TEXT, own('dob')),
    ]),
    relation(PLAIN_OID, 'public', 'plain', [column(1, 'id', INT4), column(2, 'body', TEXT)]),
    relation(PLAIN_OID + 1, 'other', 'customers', [column(1, 'id', INT4), column(2, 'name', TEXT), column(3, 'email', TEXT), column(4, 'dob', TEXT)]),
  ]
  return {
    version, serverVersion: 180_000, findings: [],
    relationByOid: oid => relations.find(each => each.oid === oid),
    relation: (schema, name) => relations.find(each => each.schema === schema && each.name === name),
    relationsNamed: name => relations.filter(each => each.name === name),
    routinesNamed: () => [],
    type: () => undefined,
    membershipsOf: () => new Set(),
  }
}

class FakePeer implements Peer {
  #chunks: Buffer[] = []
  isPaused = false
  hasEnded = false
  isDestroyed = false

  write(bytes: Buffer): boolean {
    this.#chunks.push(Buffer.from(bytes))
    return true
  }

  pauseReading(): void {
    this.isPaused = true
  }

  resumeReading(): void {
    this.isPaused = false
  }

  end(): void {
    this.hasEnded = true
  }

  destroy(): void {
    this.isDestroyed = true
  }

  /** What was written since the last call. */
  take(): Buffer {
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = []
    return bytes
  }

  /** The tags of the messages that were written since the last call. */
  tags(): string {
    const bytes = this.take()
    let tags = ''
    for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) tags += bytes[at] === 0 ? '!' : bytes.toString('latin1', at, at + 1)
    return tags
  }
}

const diagnostic = (state: string, text: string, severity: string) => ({
  fields: [['S', severity], ['V', severity], ['C', state], ['M', text]].map(([code = '', value = '']) => ({ code, value: Buffer.from(value) })),
})

export interface DescribedColumn {
  readonly name?: string
  readonly type?: number
  readonly table?: number
  readonly attnum?: number
}

/** Messages of a server. */
export const reply = {
  parsed: send.raw('1'),
  bound: send.raw('2'),
  closed: send.raw('3'),
  noData: send.raw('n'),
  suspended: send.raw('s'),
  copyIn: send.raw('G', Buffer.from([0, 0, 0])),
  copyOut: send.raw('H', Buffer.from([0, 0, 0])),
  ready: (status: 'I' | 'T' | 'E' = 'I'): Buffer => send.raw('Z', Buffer.from(status)),
  complete: (tag: string): Buffer => encodeCommandComplete({ tag }),
  error: (state: string, text = 'refused', severity = 'ERROR'): Buffer => encodeErrorResponse(diagnostic(state, text, severity)),
  notice: (text: string): Buffer => encodeNoticeResponse(diagnostic('00000', text, 'NOTICE')),
  status: (name: string, value: string): Buffer => encodeParameterStatus({ name, value: Buffer.from(value) }),
  columns: (...columns: readonly DescribedColumn[]): Buffer =>
    encodeRowDescription({
      columns: columns.map(({ name = '', type = TEXT, table = 0, attnum = 0 }) => ({
        name: Buffer.from(name), tableOid: table, attnum, typeOid: type, typeLength: -1, typmod: -1, format: 0,
      })),
    }),
  row: (...values: readonly (string | Buffer | null)[]): Buffer =>
    encodeDataRow({ values: values.map(value => (typeof value === 'string' ? Buffer.from(value) : value)) }),
  functionResult: (value: string): Buffer => send.raw('V', Buffer.from([0, 0, 0, value.length]), Buffer.from(value)),
} as const

export interface HarnessOptions {
  readonly user?: string
  readonly searchPath?: string
}

export interface Harness {
  readonly session: Session
  readonly client: FakePeer
  readonly server: FakePeer
  readonly services: Services
  readonly vault: Vault
  readonly policy: Policy
  /** Events after the login. */
  readonly events: () => readonly AuditEvent[]
  readonly fromClient: (...messages: readonly Buffer[]) => void
  readonly fromServer: (...messages: readonly Buffer[]) => void
  /** A sealed value of `public.customers.<column>`. */
  readonly sealed: (column: string, text: string) => string
  /** What tests change of the world. */
  readonly world: { policy: Policy; catalog: Catalog; isStale: boolean; isLogFull: boolean; refresh: () => Promise<Catalog> }
}

export const vaultFor = (policy: Policy): Vault => new Vault(unlockedFor([...policy.fields.keys()]), policy.fields)

/** A session that has just logged in; nothing of that is in what the peers kept. */
export const startSession = ({ user = 'reader', searchPath = '"$user", public' }: HarnessOptions = {}): Harness => {
  const policy = policyOf(POLICY_YAML)
  const vault = vaultFor(policy)
  const lines: string[] = []
  const world: Harness['world'] = {
    policy, catalog: catalogFor(policy), isStale: false, isLogFull: false,
    refresh: async () => {
      world.isStale = false
      return world.catalog
    },
  }
  const append = (bytes: Uint8Array): number => {
    if (world.isLogFull) throw new Error('no space left')
    lines.push(Buffer.from(bytes).toString())
    return bytes.length
  }
  let ids = 0
  const services: Services = {
    policy: () => world.policy,
    catalog: {
      current: () => world.catalog,
      refresh: () => world.refresh(),
      markStale: () => {
        world.isStale = true
      },
      get isStale() {
        return world.isStale
      },
    },
    vault,
    audit: createAuditLog({ now: () => new Date(0), randomBytes, append, policyVersion: policy.hash }),
    planner: new Planner(),
    logKey: vault.logKey(),
    textHash: () => 'hash',
    report: () => undefined,
    newId: () => `id-${String(++ids)}`,
  }
  const startup = readStartup(send.startup({ user, database: 'crm' }))
  if (startup.kind !== 'startup') throw new Error('no startup packet')
  const client = new FakePeer()
  const server = new FakePeer()
  const session = new Session({
    services, client, server, startup, address: '127.0.0.1', isClientEncrypted: false, isServerEncrypted: false, onReady: () => undefined,
  })
  const fromServer = (...messages: readonly Buffer[]): void => session.fromServer(Buffer.concat(messages))
  fromServer(
    encodeAuthentication({ kind: 'ok', data: new Uint8Array() }), reply.status('client_encoding', 'UTF8'), reply.status('standard_conforming_strings', 'on'),
    reply.status('DateStyle', 'ISO, MDY'), reply.status('search_path', searchPath), reply.ready(),
  )
  client.take()
  const loginEvents = lines.length
  return {
    session, client, server, services, vault, policy, world, fromServer,
    fromClient: (...messages) => session.fromClient(Buffer.concat(messages)),
    events: () => lines.slice(loginEvents).join('').split('\n').filter(line => line !== '').map((line): AuditEvent => JSON.parse(line)),
    sealed: (name, text) => {
      const field = fieldOf(policy, `public.customers.${name}`)
      return vault.seal({ name: field.name, protect: field.protect, isFixedWidth: field.type.kind === 'date' }, Buffer.from(text)).toString('latin1')
    },
  }
}
