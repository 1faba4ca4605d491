import tap from 'tap'
import { createSubjectCounter, subjectRef } from '../../src/audit/subjects.js'
import { scrubAppName, scrubBody } from '../../src/audit/scrub.js'
import { AUDIT_NAME_CHARACTERS_MAX, AUDIT_REFS_MAX, AUDIT_SUBJECTS_MAX } from '../../src/limits.js'

const KEY = new Uint8Array(32).fill(7)

const countTo = (count: number) => {
  const counter = createSubjectCounter(KEY, 'customer')
  for (let id = 0; id < count; id++) counter.add(String(id))
  for (let id = 0; id < count; id++) counter.add(String(id))
  return counter.report()
}

tap.test('counts people once, names them up to 200, counts exactly up to 10,000', async t => {
  t.equal(countTo(0), undefined)
  t.equal(countTo(AUDIT_REFS_MAX)?.refs?.length, AUDIT_REFS_MAX)
  t.same(countTo(AUDIT_REFS_MAX + 1), { type: 'customer', count: AUDIT_REFS_MAX + 1, count_exact: true })
  t.match(countTo(AUDIT_SUBJECTS_MAX), { count: AUDIT_SUBJECTS_MAX, count_exact: true })
  t.match(countTo(AUDIT_SUBJECTS_MAX + 1), { count: AUDIT_SUBJECTS_MAX, count_exact: false })
})

tap.test('a reference depends on key, type and person, and on nothing else', async t => {
  const ref = subjectRef(KEY, 'customer', '4711')
  t.equal(ref, subjectRef(KEY, 'customer', Buffer.from('4711')))
  t.not(ref, subjectRef(new Uint8Array(32), 'customer', '4711'))
  t.not(ref, subjectRef(KEY, 'lead', '4711'))
  t.not(subjectRef(KEY, 'a', 'bc'), subjectRef(KEY, 'ab', 'c'))
})

tap.test('application names', async t => {
  for (const [given, shown] of [
    ['psql', 'psql'],
    ['DBeaver 24 - Main', 'DBeaver 24 - Main'],
    ['a12345', 'a12345'],
    ['a123456', '*'],
    ['erika@example.org', '*'],
    ['٠٠٠٠٠٠', '*'],
    ['x\u001b[31m', 'x??31m'],
    ['a'.repeat(AUDIT_NAME_CHARACTERS_MAX + 1), 'a'.repeat(AUDIT_NAME_CHARACTERS_MAX)],
  ] as const) {
    t.equal(scrubAppName(given), shown)
  }
})

tap.test('the name of a failed login is as good as any text that a client sends', async t => {
  const failed = (dbUser: string): unknown => {
    const body = scrubBody({ type: 'login.failed', outcome: 'denied', actor: { db_user: dbUser, session_id: 's', source_ip: '::1' }, db: 'crm' })
    return 'actor' in body ? body.actor.db_user : undefined
  }
  t.equal(failed('crm_app'), 'crm_app')
  t.equal(failed('erika@example.com'), '*')
})
