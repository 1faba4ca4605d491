import t from 'tap'
import { MODES, runAll } from '../support/answers.js'
import { startFixture } from '../support/fixture/start.js'
import { send } from '../support/frontend-messages.js'
import { RawClient } from '../support/raw-client.js'
import { WRITE_CASES } from './corpus-writes.js'
import { appendFileSync } from 'node:fs'
void t.test('x', async test => {
  const f = await startFixture(test)
  const wanted = new Set((process.env['IDS'] ?? '').split(','))
  const mode = (process.env['MODE'] ?? 'simple') as typeof MODES[number]
  const out = (s: string) => appendFileSync('/tmp/scratch-out.txt', s + '\n')
  for (const c of WRITE_CASES) {
    if (!wanted.has(c.id)) continue
    out(`### ${c.id} ${c.sql.join(' ;; ')}`)
    for (const [n, a] of [['me', f.through(f.reader)], ['tw', f.direct(f.reader, f.twin)], ['mk', f.through(f.masked)]] as const) {
      const client = await RawClient.login(test, a)
      if ((c as any).isUndone) await client.ask(send.query('BEGIN'))
      const as = await runAll(client, c.sql, mode)
      for (const x of as) out(`${n}: ${x.error ? x.error.sqlState + ' ' + x.error.message : JSON.stringify(x)}`.slice(0, 600))
      client.socket.destroy()
    }
  }
  test.pass()
})
