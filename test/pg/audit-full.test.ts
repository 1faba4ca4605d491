/** A proxy whose log can't grow releases nothing more. */
import t from 'tap'
import { send } from '../support/frontend-messages.js'
import { runCommand, startProcess } from '../support/proxy-process.js'
import { LoginFailed } from '../support/raw-client.js'
import { fieldsOf } from '../support/transcript.js'
import { eventsIn, recorded, SECRET, setStage } from './audit-stage.js'

void t.test('a log that can not grow', async test => {
  const { database, files, connect } = await setStage(test)
  const before = await startProcess(test, files)
  const writer = await connect(before, 'writer')
  await writer.ask(send.query(`INSERT INTO people (client, name) VALUES ('full', '${SECRET}')`))
  before.child.kill('SIGTERM')
  await before.ended

  const proxy = await startProcess(test, files, 200)
  const client = await connect(proxy, 'full')
  let seen = 0
  let failure: string | undefined
  while (failure === undefined && seen < 5_000) {
    const answer = await client.ask(send.query('SELECT name FROM people'))
    const error = answer.find(message => message.tag === 'E')
    if (answer.some(message => message.tag === 'D' && message.body.includes(SECRET))) {
      seen++
    } else failure = error === undefined ? 'closed' : (fieldsOf(error)['C'] ?? '')
  }
  test.ok(failure === '58030' || failure === 'closed', `it ends with 58030 or a closed connection: ${failure}`)
  test.ok(recorded(eventsIn(files.auditLog), 'full', 'SELECT') >= seen, `each of ${seen} reads is on record`)

  const already = client.bytes.length
  for (let n = 0; n < 10 && !client.hasEnded; n++) await client.ask(send.query('SELECT name FROM people'))
  test.notOk(client.bytes.subarray(already).includes(SECRET), 'nothing more is released on it')
  try {
    const other = await connect(proxy, 'other')
    await other.ask(send.query('SELECT name FROM people'))
    await other.ask([send.parse('SELECT name FROM people'), send.bind(), send.execute(), send.sync()])
    await other.ask(send.query('COPY people TO STDOUT'))
    test.notOk(other.bytes.includes(SECRET), 'nor on another connection')
  } catch (error) {
    test.ok(error instanceof LoginFailed || /closed|ECONN/.test(String(error)), 'a new login is refused')
  }
  proxy.child.kill('SIGKILL')
  await proxy.ended

  const after = await startProcess(test, files)
  const again = await connect(after, 'again')
  test.ok((await again.ask(send.query('SELECT name FROM people'))).some(message => message.body.includes(SECRET)), 'with room, it works again')
  after.child.kill('SIGTERM')
  await after.ended
  const verified = await runCommand(files, ['audit', 'verify'])
  test.equal(verified.exitCode, 0, 'audit verify passes')
  test.match(verified.output, /tail: ok|ok: \d+ events/)
  test.equal((await database.query<{ n: number }>('SELECT count(*)::int AS n FROM people')).rows[0]?.n, 1)
})
