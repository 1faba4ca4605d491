import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../../src/embedded/free-port.js'
import { stopServer } from '../../src/embedded/server-control.js'

await t.test('a program that was given the id of a dead server is left alone', async test => {
  const home = await mkdtemp(join(tmpdir(), 'pgveil-test-'))
  test.teardown(() => rm(home, { recursive: true, force: true }))
  const innocent = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' })
  await mkdir(join(home, 'pg'))
  await writeFile(join(home, 'pg/postmaster.pid'), [innocent.pid, join(home, 'pg'), 0, await freePort(), '', '127.0.0.1', '', 'ready'].join('\n'))
  await stopServer({ binFolder: '/nowhere', identity: undefined, home })
  test.equal(innocent.exitCode, null)
  innocent.kill()
  await once(innocent, 'exit')
})

await t.test('no pid file, or a damaged one, is no server', async test => {
  const home = await mkdtemp(join(tmpdir(), 'pgveil-test-'))
  test.teardown(() => rm(home, { recursive: true, force: true }))
  await stopServer({ binFolder: '/nowhere', identity: undefined, home })
  await mkdir(join(home, 'pg'))
  for (const text of ['', '1', '1\n\n\nx\n', '1\n\n\n99999999\n', '1\n\n\n-1\n']) {
    await writeFile(join(home, 'pg/postmaster.pid'), text)
    await test.resolves(stopServer({ binFolder: '/nowhere', identity: undefined, home }))
  }
})
