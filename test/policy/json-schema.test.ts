import { readFileSync } from 'node:fs'
import t from 'tap'
import { policyJsonSchema } from '../../src/policy/json-schema.js'

t.test('policies/policy.schema.json is what `pgveil policy schema` prints', async t => {
  t.equal(readFileSync(new URL('../../policies/policy.schema.json', import.meta.url), 'utf8'), policyJsonSchema())
})

t.test('the schema refuses unknown keys, like the parser', async t => {
  const schema: unknown = JSON.parse(policyJsonSchema())
  t.match(schema, { additionalProperties: false, required: ['version'] })
})
