/** A proxy that is killed has released nothing that is not on record, and lost no committed write. */
import t from 'tap'
import { send } from '../support/frontend-messages.js'
import { runCommand, startProcess } from '../support/proxy-process.js'
import type { RawClient } from '../support/raw-client.js'
import { eventsIn, recorded, SECRET, setStage } from './audit-stage.js'

const CLIENTS = 4
/** Each client has read so often before the proxy is killed. */
const READS_MIN = 50

/** Counts inserts that the client knows to be committed, and reads whose values it has seen. */
interface Work {
  inserted: number
  seen: number
}

/** Inserts and reads in turn until the connection is gone. */
const work = async (client: RawClient, name: string, done: Work): Promise<void> => {
  for (;;) {
    const write = await client.ask(send.query(`INSERT INTO people (client, name) VALUES ('${name}', '${SECRET}')`))
    if (write.some(message => message.tag === 'C')) done.inserted++
    const read = await client.ask(send.query(`SELECT name FROM people WHERE client = '${name}' ORDER BY id LIMIT 1`))
    if (read.some(message => message.tag === 'D')) done.seen++
    if (client.hasEnded || read.at(-1)?.tag !== 'Z') return
  }
}

void t.test('kill -9 under load', async test => {
  const { database, files, connect } = await setStage(test)
  const proxy = await startProcess(test, files)
  const workers = await Promise.all(Array.from({ length: CLIENTS }, async (_, n) => ({ name: `load-${n}`, client: await connect(proxy, `load-${n}`), done: { inserted: 0, seen: 0 } })))
  const working = workers.map(({ name, client, done }) => work(client, name, done))
  while (workers.some(({ done }) => done.seen < READS_MIN)) await new Promise(resolve => setTimeout(resolve, 20))
  proxy.child.kill('SIGKILL')
  await proxy.ended
  await Promise.all(working)
  const events = eventsIn(files.auditLog)
  for (const { name, done: { inserted, seen } } of workers) {
    test.ok(recorded(events, name, 'SELECT') >= seen, `${name}: each of ${seen} reads that it has seen is on record`)
    test.ok(recorded(events, name, 'INSERT') >= inserted, `${name}: each write, too`)
    const { rows } = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM people WHERE client = $1', [name])
    test.ok((rows[0]?.n ?? 0) >= inserted, `${name}: no committed write is lost`)
  }

  const again = await startProcess(test, files)
  const client = await connect(again, 'after')
  const rows = (await client.ask(send.query('SELECT name FROM people'))).filter(message => message.tag === 'D')
  test.ok(rows.length > 0 && rows.every(({ body }) => body.includes(SECRET)), 'every value opens after the restart')
  again.child.kill('SIGTERM')
  await again.ended
  test.equal(again.child.exitCode, 0, 'SIGTERM ends it')
  const verified = await runCommand(files, ['audit', 'verify'])
  test.equal(verified.exitCode, 0, 'audit verify passes')
  test.match(verified.output, /tail: ok|ok: \d+ events/)
})
