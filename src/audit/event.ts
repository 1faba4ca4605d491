/**
 * What the access log holds, as types. An event says who reached which columns, how they were treated and how many people
 * they concern; it never holds a value. Fields that are not known are left out. `event-schema.ts` is the same for strangers.
 */
import type { Treatment } from '../policy/types.js'

export type Outcome = 'allowed' | 'modified' | 'denied' | 'error'

/** How a column is used by a statement; the words of the statement plan. */
export type ColumnUse = 'output' | 'compare' | 'join' | 'group' | 'null_test' | 'insert' | 'overwrite' | 'copy'

export interface Actor {
  readonly db_user: string
  /** As the client sent it; the log cuts and scrubs it (`scrub.ts`). */
  readonly app_name?: string | undefined
  /** The role of the policy; unknown before the login has succeeded. */
  readonly role?: string | undefined
  readonly session_id: string
  readonly source_ip: string
}

export interface Statement {
  /** SELECT, INSERT, COPY … in PostgreSQL's words; left out when the text does not parse. */
  readonly kind?: string | undefined
  /** Equal for statements that differ in constants only. */
  readonly fingerprint?: string | undefined
  /** Normalised by the planner: no constant, comment or client-made name is in it. The log cuts it. */
  readonly text?: string | undefined
  /** Bytes of the text and its keyed hash, where the text itself can't be shown since it does not parse. */
  readonly length?: number | undefined
  readonly text_hash?: string | undefined
  readonly protocol: 'simple' | 'extended' | 'copy'
  /** Set by the log when it has cut `text`. */
  readonly truncated?: boolean | undefined
}

export interface AccessedColumn {
  readonly name: string
  readonly category: string
  /** Left out in denials: a statement that was refused used nothing. */
  readonly use?: ColumnUse | undefined
  /** What was delivered; left out for uses that deliver nothing. */
  readonly treatment?: Treatment['action'] | undefined
  /** The policy line behind it, like `roles.support.read["user.name.*"]`. */
  readonly rule?: string | undefined
}

export interface AccessedObject {
  readonly schema: string
  readonly table: string
  readonly columns: readonly AccessedColumn[]
}

export interface Result {
  readonly rows: number
  /** False when the client did not fetch all rows, or the statement failed on the way. */
  readonly completed: boolean
}

/** How many sealed values a result held, by what became of them. Zero may be left out. */
export interface ValueCounts {
  readonly opened?: number | undefined
  readonly masked?: number | undefined
  readonly redacted?: number | undefined
  /** Found in a column that is no home of their field. */
  readonly relocated?: number | undefined
  /** Masked since the quoting around them could not be told. */
  readonly ambiguous?: number | undefined
  /** Delivered as tokens. */
  readonly sealed?: number | undefined
  /** Well-formed, but did not open. */
  readonly failed?: number | undefined
}

/** Distinct people in a result. When `count_exact` is false, `count` is an estimate by values shown (no key in the result), or a lower bound (too many keys). `refs` are keyed hashes. */
export interface Subjects {
  readonly type: string
  readonly count: number
  readonly count_exact: boolean
  readonly refs?: readonly string[] | undefined
}

/** Something a reviewer should look at, although no statement was refused for it. */
export type AlertRule = 'token_forged' | 'token_relocated' | 'token_write' | 'unguarded' | 'key_missing' | 'duplicate_value' | 'upsert_without_row'

interface Session {
  readonly actor: Actor
  readonly db: string
}

interface OnStatement extends Session {
  readonly policy_version: string
  readonly stmt?: Statement | undefined
  readonly objects?: readonly AccessedObject[] | undefined
  readonly sqlstate?: string | undefined
}

export interface SessionStartBody extends Session {
  readonly type: 'session.start'
  readonly outcome: 'allowed'
  readonly policy_version: string
}

export interface SessionEndBody extends Session {
  readonly type: 'session.end'
  readonly outcome: Outcome
  readonly sqlstate?: string | undefined
}

export interface LoginFailedBody extends Session {
  readonly type: 'login.failed'
  readonly outcome: 'denied' | 'error'
  readonly sqlstate?: string | undefined
}

/** One execution of a statement. `begin` comes before the first row leaves, `final` when the end is known, `only` is both. */
export interface AccessBody extends OnStatement {
  readonly type: 'query' | 'copy'
  readonly phase: 'begin' | 'final' | 'only'
  /** On `final`: the id of the begin event, as `append` returned it. */
  readonly begin_id?: string | undefined
  readonly outcome: Outcome
  readonly result?: Result | undefined
  readonly values?: ValueCounts | undefined
  /** One entry for each type of subject. */
  readonly subjects?: readonly Subjects[] | undefined
}

/** A statement or value that the proxy refused. */
export interface DenyBody extends OnStatement {
  readonly type: 'deny'
  readonly outcome: 'denied'
  readonly sqlstate: string
  /** Code of the error list, like `search_denied`. */
  readonly error: string
}

export interface AlertBody extends OnStatement {
  readonly type: 'alert'
  readonly outcome: Outcome
  readonly alert: { readonly rule: AlertRule; readonly count: number }
}

export interface PolicyChangeBody {
  readonly type: 'policy.change'
  /** `denied`: the new policy was refused and the old one stays. */
  readonly outcome: 'allowed' | 'denied'
  /** The version in force from now on. */
  readonly policy_version: string
  readonly previous_policy_version: string
}

/** What the session and server code hands to the log. */
export type EventBody = SessionStartBody | SessionEndBody | LoginFailedBody | AccessBody | DenyBody | AlertBody | PolicyChangeBody

export interface ChainStartBody {
  readonly type: 'chain.start'
  readonly outcome: 'allowed'
  readonly policy_version: string
  readonly keyring_id?: string | undefined
  /** Hash of the last event that the file held; 64 zeros if it held none. */
  readonly previous_hash: string
}

export interface ChainStopBody {
  readonly type: 'chain.stop'
  readonly outcome: 'allowed'
}

/** Accounts for the piece of a line that a crash or a full disk left in the file. */
export interface RecoveredBody {
  readonly type: 'recovered'
  readonly outcome: 'allowed'
  readonly fragment: Fragment
}

/** A piece of a line without its end: how long it is and its SHA-256 in hex. */
export interface Fragment {
  readonly bytes: number
  readonly sha256: string
}

/** What the log itself writes about its chain. */
export type ChainBody = ChainStartBody | ChainStopBody | RecoveredBody

export interface Envelope {
  readonly v: 1
  /** ULID. */
  readonly id: string
  /** ISO 8601, UTC, milliseconds. */
  readonly time: string
  readonly chain: string
  /** From 0 within the chain. */
  readonly seq: number
  /** Hash of the event before in this chain; 64 zeros in its first one. */
  readonly prev_hash: string
  readonly hash: string
}

export type AuditEvent = Envelope & (EventBody | ChainBody)

export const EVENT_TYPES: readonly AuditEvent['type'][] = [
  'session.start',
  'session.end',
  'login.failed',
  'query',
  'copy',
  'deny',
  'alert',
  'policy.change',
  'chain.start',
  'chain.stop',
  'recovered',
]
