import { readFileSync } from 'node:fs'
import tap from 'tap'
import { EVENT_TYPES } from '../../src/audit/event.js'
import { eventJsonSchema } from '../../src/audit/event-schema.js'

tap.test('the published schema is the one of the code', async t => {
  t.equal(readFileSync(new URL('../../docs/audit-event.schema.json', import.meta.url), 'utf8'), eventJsonSchema())
  for (const type of EVENT_TYPES) t.ok(eventJsonSchema().includes(`"const": "${type}"`), type)
})
