import * as fc from 'fast-check'
import tap from 'tap'
import { eventSchema } from '../../src/audit/event-schema.js'
import { readTail } from '../../src/audit/recover.js'
import { AUDIT_HEAD_EVENTS_MAX } from '../../src/limits.js'
import { ACTOR, DENY, memoryFile, openLog, problemKinds, QUERY, verifyBytes } from './log-fixture.js'

const linesOf = (bytes: Buffer): readonly string[] => bytes.toString().split('\n').slice(0, -1)

tap.test('every event fits the published schema and the chain holds', async t => {
  const file = memoryFile()
  const log = openLog(file)
  log.append([
    { type: 'session.start', outcome: 'allowed', actor: ACTOR, db: 'crm', policy_version: 'p' },
    { type: 'login.failed', outcome: 'denied', sqlstate: '28P01', actor: { db_user: 'x', session_id: 's2', source_ip: '::1' }, db: 'crm' },
  ])
  const [begin] = log.append([{ ...QUERY, phase: 'begin', result: undefined }])
  log.append([{ ...QUERY, phase: 'final', begin_id: begin }, DENY])
  log.append([{ type: 'alert', outcome: 'modified', alert: { rule: 'token_forged', count: 1 }, actor: ACTOR, db: 'crm', policy_version: 'p' }])
  log.append([{ type: 'policy.change', outcome: 'allowed', policy_version: 'q', previous_policy_version: 'p' }])
  log.append([{ type: 'session.end', outcome: 'allowed', actor: ACTOR, db: 'crm' }])
  log.stop()
  const events = linesOf(file.bytes).map(line => JSON.parse(line))
  for (const event of events) t.ok(eventSchema.safeParse(event).success, event.type)
  t.equal(events[4].begin_id, events[3].id)
  t.equal(new Set(events.map(event => event.id)).size, events.length)
  t.same(events.map(event => event.id), events.map(event => event.id).toSorted((left, right) => (left < right ? -1 : 1)))
  t.notOk(file.bytes.toString().includes('null'))
  const result = verifyBytes(file.bytes)
  t.match(result, { ok: true, events: 10, tail: 'not checked' })
  t.same(result.problems, [])
  t.throws(() => log.append([DENY]), { code: 'audit_unwritable' })
})

tap.test('a property that is no field of the log does not get in', async t => {
  const file = memoryFile()
  openLog(file).append([{ ...QUERY, password: 'hunter2', actor: { ...ACTOR, email: 'erika@example.org' } } as typeof QUERY])
  t.notOk(file.bytes.includes('hunter2'))
  t.notOk(file.bytes.includes('erika'))
})

tap.test('property: whatever the moment at which the disk fills up, the log stays whole', async () => {
  fc.assert(
    fc.property(fc.array(fc.record({ room: fc.nat({ max: 4000 }), batch: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 6 }), steps => {
      const file = memoryFile()
      const log = openLog(file)
      let acknowledged = 1
      for (const { room, batch } of steps) {
        file.room = room
        try {
          acknowledged += log.append(Array.from({ length: batch }, () => QUERY)).length
          if (!log.healthy()) return false
        } catch {
          if (log.healthy()) return false
        }
      }
      file.room = Number.POSITIVE_INFINITY
      acknowledged += log.append([DENY]).length
      log.stop()
      const result = verifyBytes(file.bytes)
      return result.ok && !log.healthy() && result.events > acknowledged && log.seq === result.events
    }),
    { numRuns: 200 },
  )
})

tap.test('property: a line that a crash cuts anywhere is accounted for by the next chain', async t => {
  const whole = memoryFile()
  const first = openLog(whole)
  first.append([QUERY, DENY])
  const lastStart = whole.bytes.lastIndexOf(10, whole.bytes.length - 2) + 1
  for (let end = lastStart; end <= whole.bytes.length; end++) {
    const file = memoryFile()
    file.bytes = whole.bytes.subarray(0, end)
    const tail = readTail(file.bytes)
    const next = openLog(file, { tail })
    next.append([QUERY])
    const result = verifyBytes(file.bytes)
    if (!result.ok) t.fail(`cut at ${end}: ${JSON.stringify(result.problems)}`)
    const isTorn = end > lastStart && end < whole.bytes.length - 1
    if (file.bytes.includes('"type":"recovered"') !== isTorn) t.fail(`recovered at ${end}`)
  }
  t.pass('every cut')
})

tap.test('a torn line to which another process appended is told apart', async t => {
  const file = memoryFile()
  const one = openLog(file)
  const other = openLog(file, { tail: readTail(file.bytes) })
  file.room = 100
  t.throws(() => one.append([QUERY]), { code: 'audit_unwritable' })
  file.room = Number.POSITIVE_INFINITY
  other.append([DENY])
  t.same(problemKinds(verifyBytes(file.bytes)), ['torn_line'])
  one.append([QUERY])
  t.same(problemKinds(verifyBytes(file.bytes)), [])
})

tap.test('a head at the start, each 1,000 events, at ticks with news and at the stop', async t => {
  const heads: string[] = []
  const file = memoryFile()
  const signer = { keyId: 'k', sign: () => new Uint8Array(64) }
  const log = openLog(file, { heads: { signer, write: (_, text) => heads.push(text) } })
  log.tick()
  t.equal(heads.length, 1)
  log.append(Array.from({ length: AUDIT_HEAD_EVENTS_MAX - 1 }, () => DENY))
  t.equal(heads.length, 1)
  log.append([DENY])
  t.equal(heads.length, 2)
  log.append([DENY])
  log.tick()
  log.tick()
  t.equal(heads.length, 3)
  log.stop()
  t.equal(JSON.parse(heads[3] ?? '').seq, AUDIT_HEAD_EVENTS_MAX + 2)
})

tap.test('a head that cannot be stored stops no statement but shows', async t => {
  let isFull = true
  const heads = { signer: { keyId: 'k', sign: () => new Uint8Array(64) }, write: () => { if (isFull) throw new RangeError('full') } }
  const log = openLog(memoryFile(), { heads })
  t.notOk(log.healthy())
  log.append([DENY])
  isFull = false
  log.tick()
  t.ok(log.healthy())
})
