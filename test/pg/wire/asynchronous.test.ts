/** What comes unasked: notifications, the end of the server's process, cancellation. */
import t from 'tap'
import { send } from '../../support/frontend-messages.js'
import { RawClient } from '../../support/raw-client.js'
import { checkConversations, outline, type Conversation } from './compare.js'

const CONVERSATIONS: readonly Conversation[] = [
  {
    name: 'notifications, when idle and among answers',
    run: async (client, { database }) => {
      await client.ask(send.query('LISTEN ch'))
      await database.query("SELECT pg_notify('ch', 'while idle')")
      await client.until('A')
      await client.ask(send.query("NOTIFY ch, 'from itself'; SELECT 1"))
      await client.ask(send.query('BEGIN'))
      await client.ask(send.query("NOTIFY ch, 'at commit'"))
      await client.ask(send.query('COMMIT'))
      await client.ask(send.query('UNLISTEN *'))
    },
  },
  {
    name: 'the server ends an idle session',
    run: async (client, { database }) => {
      const pid = client.keyData.readInt32BE(0)
      await client.ask(send.query('SELECT 1'))
      await database.query('SELECT pg_terminate_backend($1)', [pid])
      await client.untilEnd()
    },
  },
  {
    name: 'the server ends a session at work, with more in the pipeline',
    run: async (client, { database }) => {
      const pid = client.keyData.readInt32BE(0)
      client.send(send.query('SELECT pg_sleep(30)'), send.query('SELECT 2'))
      await database.query("DO $$BEGIN WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)' AND state = 'active') LOOP PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END$$")
      await database.query('SELECT pg_terminate_backend($1)', [pid])
      await client.untilEnd()
    },
    view: outline,
  },
  {
    name: 'a session that ends itself',
    run: async client => {
      client.send(send.query('SELECT pg_terminate_backend(pg_backend_pid())'), send.query('SELECT 1'))
      await client.untilEnd()
    },
  },
  {
    name: 'Terminate after the last answer, and in the middle',
    run: async client => {
      client.send(send.query('SELECT 1'), send.terminate())
      await client.untilEnd()
    },
  },
  {
    name: 'the client closes its half and still gets its answers',
    run: async client => {
      client.send(send.query('SELECT pg_sleep(0.1), 1'), send.query('SELECT 2'))
      client.end()
      await client.untilEnd()
    },
  },
  {
    name: 'a cancel request reaches the statement, and is answered by closing',
    run: async (client, { address }) => {
      client.send(send.query("SELECT 'cancel me', pg_sleep(30)"))
      await new Promise(resolve => setTimeout(resolve, 300))
      const messenger = await RawClient.open(t, address)
      messenger.send(send.cancel(client.keyData.subarray(0, 4), client.keyData.subarray(4)))
      await messenger.untilEnd()
      await client.until('Z')
      await client.ask(send.query('SELECT 1'))
    },
  },
  {
    name: 'a cancel request with a wrong key does nothing',
    run: async (client, { address }) => {
      const messenger = await RawClient.open(t, address)
      messenger.send(send.cancel(client.keyData.subarray(0, 4), Buffer.from('wrong!!!').subarray(0, client.keyData.length - 4)))
      await messenger.untilEnd()
      await client.ask(send.query('SELECT pg_sleep(0.05)'))
    },
  },
]

void t.test('what comes unasked comes as it does without the proxy', test => checkConversations(test, CONVERSATIONS))
