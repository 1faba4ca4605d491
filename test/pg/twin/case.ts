/** Statements whose answers through the proxy are held against those of the unprotected twin. */

export interface Refusal {
  readonly sqlState: string
  /** Part of the message. */
  readonly reason: string
}

export interface TwinCase {
  /** Sent one after the other in a transaction that is rolled back. */
  readonly sql: readonly string[]
  /** Parameters of the last statement; the case then runs in the extended protocol only. */
  readonly values: readonly (string | null)[] | undefined
  /** Sent as the data of a COPY FROM STDIN. */
  readonly data: string | undefined
  /** Absent: the answers are the same, errors compared by SQLSTATE. */
  readonly refusal: Refusal | undefined
  /** SQL leaves the order of the rows open; sealed values hash otherwise. */
  readonly isUnordered: boolean
}

type Text = string | readonly string[]

const caseOf = (sql: Text, rest: Partial<TwinCase> = {}): TwinCase => ({
  sql: typeof sql === 'string' ? [sql] : sql,
  values: undefined,
  data: undefined,
  refusal: undefined,
  isUnordered: false,
  ...rest,
})

/** The same answer. */
export const same = (sql: Text, values?: readonly (string | null)[]): TwinCase => caseOf(sql, { values })
/** The same rows in any order. */
export const sameRows = (sql: Text, values?: readonly (string | null)[]): TwinCase => caseOf(sql, { values, isUnordered: true })
/** pgveil refuses it with this SQLSTATE, for a reason that is part of the message. */
export const refused = (sqlState: string, reason: string, sql: Text, values?: readonly (string | null)[]): TwinCase => caseOf(sql, { refusal: { sqlState, reason }, values })
/** COPY FROM STDIN with this data. */
export const copied = (sql: Text, data: string): TwinCase => caseOf(sql, { data })
export const copyRefused = (sqlState: string, reason: string, sql: Text, data: string): TwinCase => caseOf(sql, { refusal: { sqlState, reason }, data })

/** Refused with 0A000. */
export const unsupported = (reason: string, sql: Text, values?: readonly (string | null)[]): TwinCase => refused('0A000', reason, sql, values)
