import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { Client } from 'pg'
import tap, { type Test } from 'tap'
import { decodeAuthentication, encodeAuthentication } from '../../src/wire/backend/authentication.js'
import { decodeBackendKeyData, encodeBackendKeyData } from '../../src/wire/backend/backend-key-data.js'
import { decodeBindComplete, encodeBindComplete } from '../../src/wire/backend/bind-complete.js'
import { decodeCommandComplete, encodeCommandComplete } from '../../src/wire/backend/command-complete.js'
import { decodeDataRow, encodeDataRow } from '../../src/wire/backend/data-row.js'
import { decodeErrorResponse, decodeNoticeResponse, encodeErrorResponse, encodeNoticeResponse } from '../../src/wire/backend/error-response.js'
import { decodeNotificationResponse, encodeNotificationResponse } from '../../src/wire/backend/notification-response.js'
import { decodeParameterStatus, encodeParameterStatus } from '../../src/wire/backend/parameter-status.js'
import { decodeParseComplete, encodeParseComplete } from '../../src/wire/backend/parse-complete.js'
import { decodeReadyForQuery, encodeReadyForQuery } from '../../src/wire/backend/ready-for-query.js'
import { decodeRowDescription, encodeRowDescription } from '../../src/wire/backend/row-description.js'
import { decodeBind, encodeBind } from '../../src/wire/frontend/bind.js'
import { decodeDescribe, encodeDescribe } from '../../src/wire/frontend/describe.js'
import { decodeExecute, encodeExecute } from '../../src/wire/frontend/execute.js'
import { decodeParse, encodeParse } from '../../src/wire/frontend/parse.js'
import { decodePassword, encodePassword } from '../../src/wire/frontend/password.js'
import { decodeQuery, encodeQuery } from '../../src/wire/frontend/query.js'
import { decodeSync, encodeSync } from '../../src/wire/frontend/sync.js'
import { encodeStartup, readStartup } from '../../src/wire/startup.js'
import { BACKEND, FRONTEND } from '../../src/wire/tags.js'
import { createDatabase } from '../support/cluster.js'

type Copied = (body: Uint8Array) => Buffer

/** Decodes and encodes again; what comes out must be what went in. */
const FROM_CLIENT: ReadonlyMap<number, Copied> = new Map<number, Copied>([
  [FRONTEND.BIND, body => encodeBind(decodeBind(body))],
  [FRONTEND.DESCRIBE, body => encodeDescribe(decodeDescribe(body))],
  [FRONTEND.EXECUTE, body => encodeExecute(decodeExecute(body))],
  [FRONTEND.PARSE, body => encodeParse(decodeParse(body))],
  [FRONTEND.PASSWORD, body => encodePassword(decodePassword(body))],
  [FRONTEND.QUERY, body => encodeQuery(decodeQuery(body))],
  [FRONTEND.SYNC, body => (decodeSync(body), encodeSync())],
])

const FROM_SERVER: ReadonlyMap<number, Copied> = new Map<number, Copied>([
  [BACKEND.AUTHENTICATION, body => encodeAuthentication(decodeAuthentication(body))],
  [BACKEND.BACKEND_KEY_DATA, body => encodeBackendKeyData(decodeBackendKeyData(body))],
  [BACKEND.BIND_COMPLETE, body => (decodeBindComplete(body), encodeBindComplete())],
  [BACKEND.COMMAND_COMPLETE, body => encodeCommandComplete(decodeCommandComplete(body))],
  [BACKEND.DATA_ROW, body => encodeDataRow(decodeDataRow(body))],
  [BACKEND.ERROR_RESPONSE, body => encodeErrorResponse(decodeErrorResponse(body))],
  [BACKEND.NOTICE_RESPONSE, body => encodeNoticeResponse(decodeNoticeResponse(body))],
  [BACKEND.NOTIFICATION_RESPONSE, body => encodeNotificationResponse(decodeNotificationResponse(body))],
  [BACKEND.PARAMETER_STATUS, body => encodeParameterStatus(decodeParameterStatus(body))],
  [BACKEND.PARSE_COMPLETE, body => (decodeParseComplete(body), encodeParseComplete())],
  [BACKEND.READY_FOR_QUERY, body => encodeReadyForQuery(decodeReadyForQuery(body))],
  [BACKEND.ROW_DESCRIPTION, body => encodeRowDescription(decodeRowDescription(body))],
])

/** A relay that keeps what both sides said. */
const recordingRelay = async (t: Test, target: { host: string; port: number }): Promise<{ port: number; client: Buffer[]; server: Buffer[] }> => {
  const client: Buffer[] = []
  const server: Buffer[] = []
  const listener = createServer(incoming => {
    const outgoing = connect(target)
    incoming.on('data', chunk => client.push(chunk)).on('error', () => undefined)
    outgoing.on('data', chunk => server.push(chunk)).on('error', () => undefined)
    incoming.pipe(outgoing)
    outgoing.pipe(incoming)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.teardown(() => listener.close())
  const address = listener.address()
  assert.ok(address !== null && typeof address === 'object')
  return { port: address.port, client, server }
}

/** Copies each message whose tag is in the table, compares, and returns the tags seen. */
const checkStream = (stream: Buffer, table: ReadonlyMap<number, Copied>): Set<number> => {
  const seen = new Set<number>()
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + stream.readInt32BE(at + 1)
    const message = stream.subarray(at, end)
    const tag = message[0] ?? 0
    const copied = table.get(tag)?.(message.subarray(5))
    if (copied !== undefined) {
      assert.deepEqual(copied, message)
      seen.add(tag)
    }
    at = end
  }
  return seen
}

void tap.test('every message of a real session comes out as it went in', async t => {
  const database = await createDatabase(t, { schema: 'CREATE TABLE person (id int PRIMARY KEY, name text, born date)' })
  const relay = await recordingRelay(t, database.cluster)
  const client = new Client({ connectionString: database.urlFor({ host: '127.0.0.1', port: relay.port }) })
  await client.connect()
  await client.query('LISTEN pulse')
  await client.query('INSERT INTO person VALUES ($1, $2, $3), (2, NULL, NULL)', [1, 'Zoë', '1999-01-08'])
  await client.query({ name: 'by-id', text: 'SELECT *, tableoid FROM person WHERE id = ANY($1)', values: [[1, 2]] })
  await client.query('SELECT 1 AS one; SELECT 2 AS two')
  await client.query("DO $$ BEGIN RAISE NOTICE 'héllo'; END $$; NOTIFY pulse, 'beat'; SET application_name = 'tëst'")
  await t.rejects(client.query('INSERT INTO person VALUES (1)'), { code: '23505' })
  await client.query('BEGIN')
  await t.rejects(client.query('SELEC'), { code: '42601' })
  await client.end()

  const said = Buffer.concat(relay.client)
  const startup = readStartup(said)
  t.equal(startup.kind, 'startup')
  if (startup.kind !== 'startup') return
  t.same(encodeStartup(startup), startup.raw)
  t.same(checkStream(said.subarray(startup.length), FROM_CLIENT), new Set(FROM_CLIENT.keys()))
  t.same(checkStream(Buffer.concat(relay.server), FROM_SERVER), new Set(FROM_SERVER.keys()))
})
