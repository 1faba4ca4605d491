import { spawn } from 'node:child_process'
import { readFileSync, renameSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import tap from 'tap'
import { createAuditLog } from '../../src/audit/log.js'
import { openAuditFile } from '../../src/server/audit-file.js'
import { readHeads, writeHead } from '../../src/server/audit-heads.js'
import { DENY, problemKinds, verifyBytes } from '../audit/log-fixture.js'

const WRITER = fileURLToPath(new URL('audit-file-writer.ts', import.meta.url))

const open = (path: string) => {
  const file = openAuditFile(path)
  const log = createAuditLog({ now: () => new Date(), randomBytes, append: bytes => file.append(bytes), policyVersion: 'p', tail: file.tail })
  return { file, log }
}

tap.test('every event that was acknowledged before a kill -9 is in the file', async t => {
  const path = join(t.testdir(), 'audit.jsonl')
  const child = spawn(process.execPath, ['--import=tsx', WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  const enough = new Promise<void>(resolve => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.length > 27 * 500) resolve()
    })
  })
  await enough
  child.kill('SIGKILL')
  await once(child, 'close')
  const { file, log } = open(path)
  log.append([DENY])
  log.stop()
  file.close()
  const bytes = readFileSync(path)
  const ids = new Set(bytes.toString().split('\n').map(line => line.slice(13, 39)))
  const acknowledged = said.split('\n').filter(id => id.length === 26)
  t.ok(acknowledged.length >= 500)
  t.same(acknowledged.filter(id => !ids.has(id)), [])
  t.same(problemKinds(verifyBytes(bytes)), [])
  t.equal(statSync(path).mode & 0o777, 0o600)
})

tap.test('a file that may grow no more: the append throws, and the log can be gone on with', async t => {
  const path = join(t.testdir(), 'audit.jsonl')
  const child = spawn('bash', ['-c', `ulimit -f 20; exec "$0" --import=tsx "$1" "$2" until-full`, process.execPath, WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = await once(child, 'close')
  t.equal(code, 0)
  t.equal(statSync(path).size, 20 * 1024)
  const { file, log } = open(path)
  log.stop()
  file.close()
  const bytes = readFileSync(path)
  t.same(problemKinds(verifyBytes(bytes)), [])
  for (const id of said.split('\n').filter(text => text.length === 26)) t.ok(bytes.includes(id))
})

tap.test('rotation by rename: the chain goes on in the new file', async t => {
  const path = join(t.testdir(), 'audit.jsonl')
  const { file, log } = open(path)
  log.append([DENY])
  file.reopen()
  renameSync(path, `${path}.1`)
  log.append([DENY])
  file.sync()
  file.reopen()
  log.append([DENY])
  log.stop()
  file.close()
  const [old, current] = [readFileSync(`${path}.1`), readFileSync(path)]
  t.equal(verifyBytes(old).events, 3)
  t.equal(verifyBytes(current).events, 2)
  t.ok(verifyBytes(Buffer.concat([old, current])).ok)
  t.same(problemKinds(verifyBytes(current)), ['missing_start'])
})

tap.test('heads are replaced whole; a file that is none is told', async t => {
  const folder = join(t.testdir(), 'heads')
  const head = { chain: 'ab', seq: 1, hash: '0'.repeat(64), time: '2030-01-01T00:00:00.000Z', key_id: 'k', signature: '' }
  writeHead(folder, 'ab', JSON.stringify(head))
  writeHead(folder, 'ab', JSON.stringify({ ...head, seq: 2 }))
  writeHead(folder, 'cd', 'x')
  t.match(readHeads(folder), [{ head: { seq: 2 } }, { head: undefined }])
  t.throws(() => writeHead(folder, '../x', ''), { code: 'internal' })
  t.throws(() => readHeads(join(folder, 'none')), { code: 'file_unreadable' })
})
