/** What all sessions of a process share; the world comes in here, so that nothing in this folder touches it. */
import type { AuditLog } from '../audit/log.js'
import type { Catalog } from '../catalog/types.js'
import type { Vault } from '../crypto/vault.js'
import type { Policy } from '../policy/types.js'
import type { Planner } from './planning.js'

/** The catalogue as a session needs it. */
export interface CatalogSource {
  current(): Catalog
  /** Reads the database again; rejects if it can't, and the old snapshot stays. */
  refresh(): Promise<Catalog>
  /** DDL was seen: the next statement that is planned waits for a refresh. */
  markStale(): void
  readonly isStale: boolean
}

export interface Services {
  policy(): Policy
  readonly catalog: CatalogSource
  readonly vault: Vault
  readonly audit: AuditLog
  readonly planner: Planner
  /** Keys the hashes that stand in the log for people. */
  readonly logKey: Uint8Array
  /** Stands in the log for a text that does not parse. */
  textHash(text: string): string
  /** One line for the operator about what should not happen; it never holds a value. */
  report(line: string): void
  /** A fresh id, for sessions. */
  newId(): string
}

/** One end of a connection, as the session sees it. */
export interface Peer {
  /** False when the kernel has not taken it all: stop reading the other side until `drained`. */
  write(bytes: Buffer): boolean
  pauseReading(): void
  resumeReading(): void
  /** Sends what is queued, then closes. */
  end(): void
  destroy(): void
}
