/** COPY in both directions: what answers what, and which Syncs the server swallows. */
import t from 'tap'
import { send } from '../../support/frontend-messages.js'
import { checkConversations, type Conversation } from './compare.js'

const COPY_IN = 'COPY items FROM STDIN'
const copyIn = (sql = COPY_IN): readonly Buffer[] => [send.parse(sql), send.bind(), send.execute()]

const CONVERSATIONS: readonly Conversation[] = [
  {
    name: 'COPY TO STDOUT, simple and extended, all formats',
    run: async client => {
      for (const options of ['', '(FORMAT csv, HEADER)', '(FORMAT binary)']) await client.ask(send.query(`COPY items TO STDOUT ${options}`))
      await client.ask(send.query('COPY (SELECT label, id FROM items ORDER BY id) TO STDOUT'))
      await client.ask([send.parse('COPY items TO STDOUT'), send.bind(), send.describe('P'), send.execute(), send.sync()])
      await client.ask(send.query('SELECT 1; COPY items TO STDOUT; SELECT 2'))
      await client.ask(send.query('COPY (SELECT 1/(id - 3) FROM items ORDER BY id) TO STDOUT'))
      await client.ask(send.query('SELECT 1'))
    },
  },
  {
    name: 'COPY FROM STDIN, simple',
    run: async client => {
      client.send(send.query(COPY_IN))
      await client.until('G')
      client.send(send.copyData('10\tten\n11\t'), send.copyData('elf'), send.copyData('\n12\t\\N\n'), send.copyDone())
      await client.until('Z')
      await client.ask(send.query('SELECT * FROM items ORDER BY id'))
    },
  },
  {
    name: 'COPY FROM STDIN, simple, CSV and binary',
    run: async client => {
      client.send(send.query('COPY items FROM STDIN (FORMAT csv, HEADER)'))
      await client.until('G')
      await client.ask([send.copyData('id,label\n20,"a ""quoted""\nline"\n21,\n'), send.copyDone()])
      client.send(send.query('COPY items FROM STDIN (FORMAT binary)'))
      await client.until('G')
      const row = Buffer.from('0002000000040000001e00000003616263', 'hex')
      await client.ask([send.copyData(Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8), row])), send.copyData(Buffer.from('ffff', 'hex')), send.copyDone()])
      await client.ask(send.query('SELECT * FROM items ORDER BY id'))
    },
  },
  {
    name: 'optimistic data, before the server has asked for it',
    run: async client => {
      await client.ask([send.query(COPY_IN), send.copyData('30\tthirty\n'), send.copyDone()])
      await client.ask([send.query('COPY nosuch FROM STDIN'), send.copyData('1\tx\n'), send.copyDone()])
      await client.ask([send.query('SELECT 1'), send.copyData('1\tx\n'), send.copyFail('late')])
      await client.ask(send.query('SELECT count(*) FROM items'))
    },
  },
  {
    name: 'late data after the COPY has failed',
    run: async client => {
      client.send(send.query(COPY_IN))
      await client.until('G')
      client.send(send.copyData('x\tnot a number\n'))
      await client.until('Z')
      client.send(send.copyData('41\ty\n'), send.copyData('42\tz\n'), send.copyDone())
      await client.ask(send.query('SELECT count(*) FROM items'))
    },
  },
  {
    name: 'the client gives up',
    run: async client => {
      client.send(send.query(COPY_IN))
      await client.until('G')
      await client.ask([send.copyData('50\tx\n'), send.copyFail('changed my mind')])
      client.send(...copyIn(), send.flush())
      await client.until('G')
      await client.ask([send.copyData('51\tx\n'), send.copyFail('again'), send.sync()])
      await client.ask(send.query('SELECT count(*) FROM items'))
    },
  },
  {
    name: 'extended: Syncs and Flushes within the COPY are swallowed',
    run: async client => {
      client.send(...copyIn(), send.sync())
      await client.until('G')
      client.send(send.copyData('60\ta\n'), send.sync(), send.flush(), send.copyData('61\tb\n'), send.copyDone(), send.sync())
      await client.until('Z')
      await client.ask(send.query('SELECT count(*) FROM items'))
      client.send(...copyIn(), send.flush())
      await client.until('G')
      client.send(send.copyData('62\tc\n'), send.copyDone(), send.sync())
      await client.until('Z')
      await client.ask(send.query('SELECT count(*) FROM items'))
    },
  },
  {
    name: 'extended: all in one write',
    run: async client => {
      client.send(...copyIn(), send.copyData('70\ta\n71\tb\n'), send.copyDone(), send.sync(), send.query('SELECT count(*) FROM items'))
      await client.until('Z', 2)
    },
  },
  {
    name: 'extended: a bad row skips to the next Sync',
    run: async client => {
      client.send(...copyIn(), send.sync())
      await client.until('G')
      client.send(send.copyData('bad\n'))
      await client.until('E')
      client.send(send.copyData('80\tx\n'), send.parse('SELECT 1'), send.copyDone(), send.sync())
      await client.until('Z')
      await client.ask(send.query('SELECT count(*) FROM items'))
    },
  },
  {
    name: 'extended: the COPY does not start',
    run: async client => {
      for (const sql of ['COPY nosuch FROM STDIN', 'COPY items (nosuch) FROM STDIN']) {
        await client.ask([...copyIn(sql), send.sync()])
        await client.ask(send.query('SELECT 1'))
      }
    },
  },
  {
    name: 'a trigger of the statement raises',
    run: async client => {
      client.send(send.query('COPY touchy FROM STDIN'), send.copyData('1\n'), send.copyDone())
      await client.until('Z')
      await client.ask(send.query('SELECT count(*) FROM touchy'))
    },
  },
  {
    name: 'COPY inside transactions and between other statements',
    run: async client => {
      await client.ask(send.query('BEGIN'))
      client.send(send.query(`SELECT 1; ${COPY_IN}; SELECT 2`))
      await client.until('G')
      await client.ask([send.copyData('90\tx\n'), send.copyDone()])
      await client.ask(send.query('SELECT count(*) FROM items; ROLLBACK'))
      client.send(send.query(`${COPY_IN}; ${COPY_IN}; SELECT count(*) FROM items`))
      await client.until('G')
      client.send(send.copyData('91\tx\n'), send.copyDone())
      await client.until('G')
      await client.ask([send.copyData('92\tx\n'), send.copyDone()])
    },
  },
  {
    name: 'stray COPY messages outside a COPY are ignored',
    run: async client => {
      await client.ask([send.copyData('x'), send.copyDone(), send.query('SELECT 1')])
      await client.ask([send.copyFail('x'), send.parse('SELECT 2'), send.copyData('y'), send.bind(), send.execute(), send.copyDone(), send.sync()])
    },
  },
  {
    name: 'a Query inside a COPY ends the connection',
    run: async client => {
      client.send(send.query(COPY_IN))
      await client.until('G')
      client.send(send.query('SELECT 1'))
      await client.untilEnd()
    },
  },
]

void t.test('COPY goes as it does without the proxy', test => checkConversations(test, CONVERSATIONS))
