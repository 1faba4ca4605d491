/**
 * How an event becomes a line and how lines are chained. A line is JSON with `v` and `id` first and `hash` as its last key;
 * the hash is SHA-256 over the previous hash (as hex text) and the line without its `hash`, so anybody can check it with sed and
 * sha256sum.
 */
import { hash as digest } from 'node:crypto'
import type { AuditEvent, ChainBody, Envelope, EventBody } from './event.js'

/** `prev_hash` of the first event of a chain, and `previous_hash` in an empty file. */
export const NO_HASH: string = '0'.repeat(64)

/** Every line starts with it. Quotes inside strings are escaped, so it occurs nowhere else: a line torn by a crash can be told from the one glued to it. */
export const LINE_START = '{"v":1,"id":"'

/** The closed list of keys: a property that stands not here can't get into the log. */
const KEYS: ReadonlySet<string> = new Set([
  'v id time chain seq prev_hash type phase begin_id outcome sqlstate error',
  'actor db_user app_name role session_id source_ip db',
  'stmt kind fingerprint text length text_hash protocol truncated',
  'objects schema table columns name category use treatment',
  'alert rule result rows completed',
  'values opened masked redacted relocated ambiguous sealed failed',
  'subjects count count_exact refs',
  'policy_version previous_policy_version keyring_id previous_hash fragment bytes sha256',
].flatMap(row => row.split(' ')))

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** A copy with known keys only. JSON.stringify's own list of keys does the same, but at four times the cost of the rest. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed)
  if (!isObject(value)) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) if (KEYS.has(key)) copy[key] = closed(value[key])
  return copy
}

/** Parts that a session's events have in common: the same object comes again and again, and is never changed. */
const REPEATED: ReadonlySet<string> = new Set(['actor', 'stmt', 'objects'])
const repeated: WeakMap<object, string> = new WeakMap()

const jsonOf = (key: string, value: unknown): string => {
  if (!REPEATED.has(key) || !isObject(value)) return JSON.stringify(closed(value))
  const known = repeated.get(value)
  if (known !== undefined) return known
  const json = JSON.stringify(closed(value))
  repeated.set(value, json)
  return json
}

/** The event as JSON, with known keys only. */
const textOf = (event: Unhashed): string => {
  let text = ''
  for (const [key, value] of Object.entries(event)) {
    if (value !== undefined && KEYS.has(key)) text += `${text === '' ? '{' : ','}"${key}":${jsonOf(key, value)}`
  }
  return `${text}}`
}

const HASH_MEMBER = /,"hash":"([0-9a-f]{64})"\}$/

/** Everything of an event but its hash. */
export type Unhashed = Omit<Envelope, 'hash'> & (EventBody | ChainBody)

const hashOf = (previous: string, text: string): string => digest('sha256', previous + text, 'hex')

export interface Line {
  /** With its newline. */
  readonly text: string
  readonly hash: string
}

/** The line of an event. */
export const encodeLine = (event: Unhashed): Line => {
  const text = textOf(event)
  const hash = hashOf(event.prev_hash, text)
  return { text: `${text.slice(0, -1)},"hash":"${hash}"}\n`, hash }
}

export type DecodedLine =
  | { readonly kind: 'event'; readonly event: AuditEvent }
  /** The line says one hash, its text another. `event` is what it claims. */
  | { readonly kind: 'hash_mismatch'; readonly event: AuditEvent }
  | { readonly kind: 'not_an_event' }

const hasEnvelope = (value: unknown): value is AuditEvent =>
  isObject(value) &&
  value['v'] === 1 &&
  ['id', 'time', 'chain', 'type', 'prev_hash', 'hash', 'outcome'].every(key => typeof value[key] === 'string') &&
  Number.isSafeInteger(value['seq'])

/** Reads a line (without its newline) and checks its own hash; whether it fits its chain is up to `verify.ts`. */
export const decodeLine = (line: string): DecodedLine => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { kind: 'not_an_event' }
  }
  if (!hasEnvelope(value)) return { kind: 'not_an_event' }
  const member = HASH_MEMBER.exec(line)
  if (member === null || member[1] !== hashOf(value.prev_hash, `${line.slice(0, member.index)}}`)) return { kind: 'hash_mismatch', event: value }
  return { kind: 'event', event: value }
}
