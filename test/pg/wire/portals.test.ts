/** Statements and portals: names, lifetimes, row limits, formats. */
import t from 'tap'
import { send } from '../../support/frontend-messages.js'
import { checkConversations, outline, type Conversation } from './compare.js'

const CONVERSATIONS: readonly Conversation[] = [
  {
    name: 'a portal is read in portions',
    run: async client => {
      await client.ask([send.parse('SELECT id, label FROM items ORDER BY id'), send.bind({ portal: 'p' }), send.describe('P', 'p'), send.execute('p', 2), send.execute('p', 2), send.execute('p', 1), send.execute('p', 1), send.sync()])
      await client.ask([send.execute('p', 1), send.sync()])
    },
  },
  {
    name: 'portals of one transaction are read in turn, over several Syncs',
    run: async client => {
      await client.ask(send.query('BEGIN'))
      await client.ask([send.parse('SELECT id FROM items ORDER BY id', 'a'), send.parse('SELECT label FROM items ORDER BY id DESC', 'b'), send.bind({ portal: 'pa', statement: 'a' }), send.bind({ portal: 'pb', statement: 'b', resultFormats: [1] }), send.sync()])
      for (const portal of ['pa', 'pb', 'pa', 'pb']) await client.ask([send.execute(portal, 2), send.sync()])
      client.send(send.execute('pa', 0), send.flush())
      await client.until('C')
      await client.ask([send.close('P', 'pb'), send.execute('pb'), send.sync()])
      await client.ask(send.query('ROLLBACK'))
    },
  },
  {
    name: 'lifetimes of named and unnamed statements',
    run: async client => {
      await client.ask([send.parse('SELECT 1', 'keep'), send.parse('SELECT 2'), send.sync()])
      await client.ask([send.bind(), send.execute(), send.sync()])
      await client.ask(send.query('SELECT 3'))
      await client.ask([send.bind(), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT 4', 'keep'), send.sync()])
      await client.ask([send.bind({ statement: 'keep' }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT 5'), send.sync()])
      await client.ask([send.parse('SELEC'), send.sync()])
      await client.ask([send.bind(), send.execute(), send.sync()])
      await client.ask([send.close('S', 'keep'), send.bind({ statement: 'keep' }), send.sync()])
      await client.ask([send.close('S', 'keep'), send.parse('SELECT 6', 'keep'), send.bind({ statement: 'keep' }), send.execute(), send.sync()])
    },
  },
  {
    name: 'a named statement outlives a rollback, and one whose Parse was skipped does not exist',
    run: async client => {
      await client.ask(send.query('BEGIN'))
      await client.ask([send.parse('SELECT 7', 'r1'), send.sync()])
      await client.ask([send.parse('SELEC', 'r2'), send.parse('SELECT 8', 'r3'), send.sync()])
      await client.ask(send.query('ROLLBACK'))
      for (const statement of ['r1', 'r2', 'r3']) await client.ask([send.bind({ statement }), send.execute(), send.sync()])
    },
  },
  {
    name: 'SQL and protocol share statement names',
    run: async client => {
      await client.ask(send.query('PREPARE sp(int) AS SELECT label FROM items WHERE id = $1'))
      await client.ask([send.describe('S', 'sp'), send.bind({ statement: 'sp', values: ['2'] }), send.describe('P'), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT id FROM items WHERE label = $1', 'pp'), send.sync()])
      await client.ask(send.query("EXECUTE pp('label 4')"))
      await client.ask(send.query('DEALLOCATE pp'))
      await client.ask([send.bind({ statement: 'pp', values: ['label 4'] }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT 1', 'p2'), send.sync()])
      await client.ask(send.query('DEALLOCATE ALL'))
      for (const statement of ['sp', 'p2']) await client.ask([send.bind({ statement, values: statement === 'sp' ? ['1'] : [] }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT 1', 'p3'), send.sync()])
      await client.ask(send.query('DISCARD ALL'))
      await client.ask([send.parse('SELECT 2', 'p3'), send.bind({ statement: 'p3' }), send.execute(), send.sync()])
    },
  },
  {
    name: 'SQL and protocol share portal names',
    run: async client => {
      await client.ask(send.query('BEGIN'))
      await client.ask(send.query('DECLARE c CURSOR FOR SELECT id, label FROM items ORDER BY id'))
      await client.ask([send.describe('P', 'c'), send.execute('c', 2), send.sync()])
      await client.ask([send.parse('SELECT label FROM items ORDER BY id'), send.bind({ portal: 'pp' }), send.sync()])
      await client.ask(send.query('FETCH 2 FROM pp'))
      await client.ask(send.query('FETCH ALL FROM c'))
      await client.ask(send.query('CLOSE c; COMMIT'))
      await client.ask([send.execute('pp'), send.sync()])
    },
  },
  {
    name: 'binary cursors and mixed formats',
    run: async client => {
      await client.ask(send.query('BEGIN; DECLARE b BINARY CURSOR FOR SELECT id, label FROM items ORDER BY id; FETCH 2 FROM b; COMMIT'))
      await client.ask([send.parse('SELECT id, label, 1.5::numeric, now() IS NULL FROM items ORDER BY id', 'm'), send.describe('S', 'm'), send.sync()])
      for (const resultFormats of [[], [0], [1], [0, 1, 0, 1], [0, 1]] as const) {
        await client.ask([send.bind({ statement: 'm', resultFormats }), send.describe('P'), send.execute('', 2), send.sync()])
      }
    },
  },
  {
    name: 'a cached plan whose result type changes',
    run: async client => {
      await client.ask(send.query('CREATE TEMP TABLE shape (a int); INSERT INTO shape VALUES (1)'))
      await client.ask([send.parse('SELECT * FROM shape', 'sh'), send.describe('S', 'sh'), send.bind({ statement: 'sh' }), send.execute(), send.sync()])
      await client.ask(send.query('ALTER TABLE shape ADD COLUMN b text'))
      await client.ask([send.bind({ statement: 'sh' }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT * FROM shape', 'sh2'), send.describe('S', 'sh2'), send.bind({ statement: 'sh2' }), send.execute(), send.sync()])
    },
    view: outline,
  },
  {
    name: 'parameter types: given, short lists, inferred, arrays',
    run: async client => {
      await client.ask([send.parse('SELECT $1, $2, $3', 't', [23]), send.describe('S', 't'), send.bind({ statement: 't', values: ['1', 'b', null] }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT id FROM items WHERE id = ANY($1)'), send.describe('S'), send.bind({ values: ['{1,3}'] }), send.execute(), send.sync()])
      await client.ask([send.parse('SELECT $1::int, $1::text'), send.describe('S'), send.sync()])
      await client.ask([send.parse('SELECT 1', '', [23, 25]), send.describe('S'), send.sync()])
    },
  },
]

void t.test('statements and portals live as they do without the proxy', test => checkConversations(test, CONVERSATIONS))
