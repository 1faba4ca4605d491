/** Runs a conversation directly, through the proxy, and through the proxy in small pieces: the client must see the same. */
import type { Test } from 'tap'
import { createDatabase, createLogin, type TestDatabase } from '../../support/cluster.js'
import { startTestProxy, type TestProxy } from '../../support/proxy.js'
import { RawClient, type Address } from '../../support/raw-client.js'
import { lineOf, messagesIn, sqlStatesOf, tagsOf } from '../../support/transcript.js'

/** What a conversation may use besides its own connection. */
export interface World {
  readonly database: TestDatabase
  /** Where it is connected to. */
  readonly address: Address
  /** Another connection the same way. */
  readonly connect: () => Promise<RawClient>
}

export interface Conversation {
  readonly name: string
  readonly run: (client: RawClient, world: World) => Promise<void>
  /** What the client sees of it; all messages in order if absent. */
  readonly view?: (bytes: Buffer) => unknown
}

/** A view for conversations whose messages hold what differs between runs. */
export const outline = (bytes: Buffer): unknown => ({ tags: tagsOf(messagesIn(bytes)), errors: sqlStatesOf(messagesIn(bytes)) })

const SCHEMA = `
CREATE TABLE people (id int PRIMARY KEY, name text, email text);
CREATE TABLE items (id int PRIMARY KEY, label text);
CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE touchy (id int);
CREATE FUNCTION complain() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$;
CREATE TRIGGER touchy_insert BEFORE INSERT ON touchy EXECUTE FUNCTION complain();`

const RESET = `TRUNCATE people, items, late, touchy; INSERT INTO items SELECT n, 'label ' || n FROM generate_series(1, 5) n; INSERT INTO late VALUES (1)`

/** With a protected table, so that every statement is planned and every result looked at. */
const policyFor = (user: string): string => `
version: 1
trust_database_logins: true
tables:
  public.people:
    columns:
      name: { category: user.name, protect: random }
      email: { category: user.contact.email, protect: equality }
roles:
  app:
    match: { db_user: [${user}] }
    read: { "*": reveal }
    write: ["*"]
`

export interface Stage {
  readonly database: TestDatabase
  readonly proxy: TestProxy
  readonly direct: Address
  readonly whole: Address
  /** Both legs hand bytes on in pieces of 1 to 7. */
  readonly pieces: Address
}

/** A database with unprotected tables and a protected one, a login, and proxies in front of it. */
export const setStage = async (test: Test): Promise<Stage> => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const login = await createLogin(test, database)
  await database.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${login.user}; GRANT pg_signal_backend TO ${login.user}; GRANT CREATE ON SCHEMA public TO ${login.user}`)
  const policy = policyFor(login.user)
  const proxy = await startTestProxy(test, { database, policy })
  const inPieces = await startTestProxy(test, { database, policy, keyring: proxy.keyring, pieces: {} })
  const direct = { host: database.cluster.host, port: database.cluster.port, database: database.name, ...login }
  return { database, proxy, direct, whole: { ...direct, host: proxy.host, port: proxy.port }, pieces: { ...direct, host: inPieces.host, port: inPieces.port } }
}

/** What a client sees of a conversation at one address. */
export const witness = async (test: Test, { database }: Stage, address: Address, { run, view }: Conversation): Promise<unknown> => {
  await database.query(RESET)
  const client = await RawClient.login(test, address)
  await run(client, { database, address, connect: () => RawClient.login(test, address) })
  const bytes = client.bytes
  client.socket.destroy()
  return view === undefined ? messagesIn(bytes).map(lineOf) : view(bytes)
}

/** Checks each conversation: through the proxy, whole and in pieces, it goes as it does directly. */
export const checkConversations = async (test: Test, conversations: readonly Conversation[]): Promise<void> => {
  const stage = await setStage(test)
  for (const conversation of conversations) {
    await test.test(conversation.name, async t => {
      const direct = await witness(t, stage, stage.direct, conversation)
      t.ok(Array.isArray(direct) ? direct.length > 0 : direct !== undefined, 'the server answered')
      t.same(await witness(t, stage, stage.whole, conversation), direct, 'whole')
      t.same(await witness(t, stage, stage.pieces, conversation), direct, 'in pieces')
    })
  }
}
