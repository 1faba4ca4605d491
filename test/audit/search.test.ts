import tap from 'tap'
import type { AuditEvent } from '../../src/audit/event.js'
import { matches, type SearchFilter } from '../../src/audit/search.js'
import { QUERY } from './log-fixture.js'

const EVENT: AuditEvent = { v: 1, id: '', time: '2030-01-01T12:00:00.000Z', chain: '', seq: 1, prev_hash: '', hash: '', ...QUERY }

const cases: readonly [SearchFilter, boolean][] = [
  [{}, true],
  [{ user: 'crm_app', role: 'crm', type: 'query', outcome: 'modified' }, true],
  [{ user: 'crm' }, false],
  [{ role: 'support' }, false],
  [{ type: 'deny' }, false],
  [{ table: 'contacts' }, true],
  [{ table: 'public.contacts', column: 'email' }, true],
  [{ table: 'other.contacts' }, false],
  [{ column: 'phone' }, false],
  [{ category: 'user.contact.email' }, true],
  [{ category: 'user.contact.*', treatment: 'mask' }, true],
  [{ category: 'user.contact' }, false],
  [{ column: 'email', treatment: 'reveal' }, false],
  [{ since: '2030-01-01T12:00:00.000Z' }, true],
  [{ until: '2030-01-01T12:00:00.000Z' }, false],
  [{ subjectsMin: 3 }, true],
  [{ subjectsMin: 4 }, false],
]

tap.test('filters', async t => {
  for (const [filter, expected] of cases) t.equal(matches(filter, EVENT), expected, JSON.stringify(filter))
  const { subjects: _, ...unknown } = QUERY
  t.notOk(matches({ subjectsMin: 1 }, { ...EVENT, ...unknown, subjects: undefined }))
})
