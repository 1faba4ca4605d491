/** Pipelining: who answers what, and what an error skips. */
import t from 'tap'
import { send } from '../../support/frontend-messages.js'
import { checkConversations, type Conversation } from './compare.js'

const select = (sql: string): readonly Buffer[] => [send.parse(sql), send.bind(), send.describe('P'), send.execute()]

const CONVERSATIONS: readonly Conversation[] = [
  {
    name: 'a hundred statements before the first answer is read',
    run: async client => {
      for (let n = 0; n < 100; n++) client.send(...select(`SELECT ${n}, label FROM items WHERE id = ${n % 5}`))
      client.send(send.sync())
      await client.until('Z')
    },
  },
  {
    name: 'many cycles in one write',
    run: async client => {
      const cycles = Array.from({ length: 20 }, (_, n) => [...select(`SELECT ${n}`), send.sync(), send.query(`SELECT 'simple ${n}'`)])
      client.send(...cycles.flat())
      await client.until('Z', 40)
    },
  },
  {
    name: 'an error skips to the Sync, a Query included',
    run: async client => {
      client.send(send.parse('SELEC 1'), send.bind(), send.execute(), send.query('SELECT 1'), send.sync(), send.query('SELECT 2'))
      await client.until('Z', 2)
    },
  },
  {
    name: 'errors in each extended message',
    run: async client => {
      await client.ask([...select('SELECT 1'), send.bind({ statement: 'nosuch' }), send.execute(), send.sync()])
      await client.ask([send.describe('S', 'nosuch'), send.execute(), send.sync()])
      await client.ask([send.execute('nosuch'), ...select('SELECT 1'), send.sync()])
      await client.ask([send.describe('P', 'nosuch'), send.close('S', 'nosuch'), send.sync()])
      await client.ask([send.close('S', 'nosuch'), send.close('P', 'nosuch'), send.sync()])
      await client.ask([...select('SELECT 1/0'), ...select('SELECT 2'), send.sync()])
      await client.ask([send.parse('SELECT $1::int'), send.bind({ values: ['x'] }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT $1::int'), send.bind({ values: ['1', '2'] }), send.execute(), send.sync()])
      await client.ask(send.query('SELECT 3'))
    },
  },
  {
    name: 'the error comes at Sync, which skips nothing',
    run: async client => {
      client.send(...select('INSERT INTO late VALUES (1)'), send.sync(), ...select('SELECT count(*) FROM late'), send.sync(), send.query('SELECT 1'))
      await client.until('Z', 3)
    },
  },
  {
    name: 'the error comes at COMMIT',
    run: async client => {
      client.send(send.query('BEGIN'), send.query('INSERT INTO late VALUES (1)'), send.query('COMMIT'), send.query('SELECT count(*) FROM late'))
      await client.until('Z', 4)
      await client.ask([...select('BEGIN'), ...select('INSERT INTO late VALUES (1)'), ...select('COMMIT'), ...select('SELECT 1'), send.sync(), send.query('SELECT 2')], 2)
    },
  },
  {
    name: 'a failed transaction stays failed until it is rolled back',
    run: async client => {
      client.send(send.query('BEGIN'), send.query('SELECT 1/0'), send.query('SELECT 1'), ...select('SELECT 2'), send.sync(), send.query('ROLLBACK'), send.query('SELECT 3'))
      await client.until('Z', 6)
    },
  },
  {
    name: 'Flush alone brings answers',
    run: async client => {
      client.send(send.parse('SELECT $1::text', 'f1'), send.describe('S', 'f1'), send.flush())
      await client.until('T')
      client.send(send.bind({ statement: 'f1', values: ['a'] }), send.flush())
      await client.until('2')
      client.send(send.execute(), send.flush())
      await client.until('C')
      client.send(send.parse('SELEC', 'f2'), send.flush())
      await client.until('E')
      client.send(send.parse('SELECT 1', 'f3'), send.flush(), send.sync())
      await client.until('Z')
      await client.ask(send.query('SELECT 1'))
    },
  },
  {
    name: 'several statements in one Query',
    run: async client => {
      await client.ask(send.query("SELECT 1; SELECT label FROM items WHERE id < 3; SELECT 'b' AS c"))
      await client.ask(send.query('SELECT 1; SELECT 1/0; SELECT 2'))
      await client.ask(send.query('SELECT 1; SELEC; SELECT 2'))
      await client.ask(send.query('INSERT INTO items VALUES (10); SELECT 1/0'))
      await client.ask(send.query('SELECT count(*) FROM items'))
      await client.ask(send.query("BEGIN; INSERT INTO items VALUES (11, 'x'); COMMIT; SELECT 1/0"))
      await client.ask(send.query('SELECT count(*) FROM items; ; -- end'))
      await client.ask(send.query('SET work_mem = 1024; SHOW work_mem; RESET work_mem'))
    },
  },
  {
    name: 'empty queries',
    run: async client => {
      for (const sql of ['', ';', ';;', ' ', '-- nothing', '/* nothing */;', 'SELECT 1;;SELECT 2;']) await client.ask(send.query(sql))
      await client.ask([send.parse(''), send.bind(), send.describe('P'), send.execute(), send.describe('S'), send.sync()])
    },
  },
  {
    name: 'Sync by Sync',
    run: async client => {
      client.send(send.sync(), send.sync(), send.flush(), send.sync())
      await client.until('Z', 3)
    },
  },
  {
    name: 'function calls',
    run: async client => {
      // Other functions than those of large objects are refused.
      const { oid } = JSON.parse(valueOf(await client.ask(send.query("SELECT json_build_object('oid', 'pg_catalog.lo_create(oid)'::regprocedure::oid)"))))
      client.send(send.functionCall(Number(oid), ['424242']), send.functionCall(Number(oid), ['x']), send.query('SELECT lo_unlink(424242)'))
      await client.until('Z', 3)
    },
  },
  {
    name: 'notices, settings and large values',
    run: async client => {
      await client.ask(send.query("DO $$BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'x' USING detail = 'd', hint = 'h'; END$$"))
      await client.ask(send.query("SET application_name = 'other'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, DMY'"))
      await client.ask(send.query('BEGIN; SET LOCAL client_encoding = LATIN1; SELECT chr(228); ROLLBACK'))
      await client.ask(send.query("SELECT repeat('long ', 30000)"))
      await client.ask([send.parse('SELECT $1::text, $2::bytea'), send.bind({ values: ['y'.repeat(20_000), Buffer.alloc(3000, 7)], valueFormats: [0, 1], resultFormats: [0, 1] }), send.execute(), send.sync()])
    },
  },
]

const valueOf = (messages: readonly { tag: string; body: Buffer }[]): string => messages.find(message => message.tag === 'D')?.body.toString('utf8', 6) ?? '{}'

void t.test('pipelines go as they do without the proxy', test => checkConversations(test, CONVERSATIONS))
