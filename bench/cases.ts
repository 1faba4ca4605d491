/** What is measured. */

export type Protocol = 'simple' | 'prepared'

export interface BenchCase {
  readonly name: string
  readonly protocol: Protocol
  /** With `:id` where a random id stands. */
  readonly sql: string
  readonly idMax: number
  /** Median ratio to pgbouncer that the design aims at. */
  readonly aim: number
}

/** As many as `pgbench -i` makes at scale 1. */
export const ACCOUNTS = 100_000
export const PEOPLE = 10_000

const ACCOUNT = 'SELECT abalance FROM pgbench_accounts WHERE aid = :id;'
const PERSON = 'SELECT id, first_name, last_name, email, city, created_at FROM people WHERE id = :id;'

export const CASES: readonly BenchCase[] = [
  { name: 'pgbench -S, simple, nothing protected', protocol: 'simple', sql: ACCOUNT, idMax: ACCOUNTS, aim: 1 },
  { name: 'pgbench -S, prepared, nothing protected', protocol: 'prepared', sql: ACCOUNT, idMax: ACCOUNTS, aim: 1 },
  { name: 'one row by key, 3 of 6 columns sealed, simple', protocol: 'simple', sql: PERSON, idMax: PEOPLE, aim: 0.85 },
  { name: 'one row by key, 3 of 6 columns sealed, prepared', protocol: 'prepared', sql: PERSON, idMax: PEOPLE, aim: 0.85 },
]
