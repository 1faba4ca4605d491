/** The events as a schema: docs/audit-event.schema.json is generated from it, and tests hold the writer against it. */
import { z } from 'zod'
import type { AuditEvent } from './event.js'
import { AUDIT_NAME_CHARACTERS_MAX, AUDIT_REFS_MAX, AUDIT_TEXT_CHARACTERS_MAX } from '../limits.js'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)
const outcome = z.enum(['allowed', 'modified', 'denied', 'error'])

const envelope = {
  v: z.literal(1),
  id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/).describe('ULID'),
  time: z.iso.datetime({ precision: 3 }).describe('UTC'),
  chain: z.string().regex(/^[0-9a-f]{16}$/).describe('one for each run of a process'),
  seq: count.describe('from 0 within the chain'),
  prev_hash: hash,
  hash: hash.describe('SHA-256 over prev_hash and the line without its member "hash"'),
}

const actor = z.strictObject({
  db_user: z.string().max(AUDIT_NAME_CHARACTERS_MAX),
  app_name: z.string().max(AUDIT_NAME_CHARACTERS_MAX).optional().describe('as the client says; * if it could hold a personal value'),
  role: z.string().optional(),
  session_id: z.string(),
  source_ip: z.string(),
})

const stmt = z.strictObject({
  kind: z.string().optional(),
  fingerprint: z.string().optional(),
  text: z.string().max(AUDIT_TEXT_CHARACTERS_MAX).optional().describe('without constants'),
  length: count.optional(),
  text_hash: z.string().optional().describe('keyed; instead of a text that does not parse'),
  protocol: z.enum(['simple', 'extended', 'copy']),
  truncated: z.boolean().optional(),
})

const column = z.strictObject({
  name: z.string(),
  category: z.string(),
  use: z.enum(['output', 'compare', 'join', 'group', 'null_test', 'insert', 'overwrite', 'copy']).optional(),
  treatment: z.enum(['reveal', 'mask', 'null', 'sealed', 'deny']).optional(),
  rule: z.string().optional().describe('the policy line behind the treatment'),
})

const objects = z.array(z.strictObject({ schema: z.string(), table: z.string(), columns: z.array(column) }))

const values = z.strictObject({
  opened: count.optional(),
  masked: count.optional(),
  redacted: count.optional(),
  relocated: count.optional(),
  ambiguous: count.optional(),
  sealed: count.optional(),
  failed: count.optional(),
})

const subjects = z.strictObject({
  type: z.string(),
  count: count.describe('distinct people'),
  count_exact: z.boolean().describe('false: an estimate, or a lower bound'),
  refs: z.array(z.string()).max(AUDIT_REFS_MAX).optional().describe('keyed hashes of type and key'),
})

const session = { ...envelope, actor, db: z.string() }
const onStatement = { ...session, policy_version: z.string(), stmt: stmt.optional(), objects: objects.optional() }
const sqlstate = z.string().regex(/^[0-9A-Z]{5}$/)

const access = <T extends string>(type: T) =>
  z.strictObject({
    ...onStatement,
    type: z.literal(type),
    phase: z.enum(['begin', 'final', 'only']),
    begin_id: z.string().optional(),
    outcome,
    sqlstate: sqlstate.optional(),
    result: z.strictObject({ rows: count, completed: z.boolean() }).optional(),
    values: values.optional(),
    subjects: z.array(subjects).optional(),
  })

const alertRule = z.enum(['token_forged', 'token_relocated', 'token_write', 'unguarded', 'key_missing', 'duplicate_value', 'upsert_without_row'])

/** Any event of the log. */
export const eventSchema: z.ZodType<AuditEvent> = z.discriminatedUnion('type', [
  z.strictObject({ ...session, type: z.literal('session.start'), outcome: z.literal('allowed'), policy_version: z.string() }),
  z.strictObject({ ...session, type: z.literal('session.end'), outcome, sqlstate: sqlstate.optional() }),
  z.strictObject({ ...session, type: z.literal('login.failed'), outcome: z.enum(['denied', 'error']), sqlstate: sqlstate.optional() }),
  access('query'),
  access('copy'),
  z.strictObject({ ...onStatement, type: z.literal('deny'), outcome: z.literal('denied'), sqlstate, error: z.string() }),
  z.strictObject({ ...onStatement, type: z.literal('alert'), outcome, sqlstate: sqlstate.optional(), alert: z.strictObject({ rule: alertRule, count }) }),
  z.strictObject({ ...envelope, type: z.literal('policy.change'), outcome: z.enum(['allowed', 'denied']), policy_version: z.string(), previous_policy_version: z.string() }),
  z.strictObject({
    ...envelope,
    type: z.literal('chain.start'),
    outcome: z.literal('allowed'),
    policy_version: z.string(),
    keyring_id: z.string().optional(),
    previous_hash: hash.describe('last event in the file before this chain; zeros if there was none'),
  }),
  z.strictObject({ ...envelope, type: z.literal('chain.stop'), outcome: z.literal('allowed') }),
  z.strictObject({ ...envelope, type: z.literal('recovered'), outcome: z.literal('allowed'), fragment: z.strictObject({ bytes: count, sha256: hash }) }),
])

/** The text of docs/audit-event.schema.json. */
export const eventJsonSchema = (): string => `${JSON.stringify({ title: 'pgveil access log event', ...z.toJSONSchema(eventSchema) }, null, 2)}\n`
