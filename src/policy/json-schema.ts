import { z } from 'zod'
import { policyForm } from './schema.js'

/** JSON Schema of a policy file, as text: published as `policies/policy.schema.json` so that editors complete and check keys. */
export const policyJsonSchema = (): string => {
  const { $schema, ...schema } = z.toJSONSchema(policyForm, { target: 'draft-2020-12', io: 'input' })
  return `${JSON.stringify({ $schema, title: 'pgveil policy file', ...schema }, undefined, 2)}\n`
}
