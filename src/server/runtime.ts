/** What all sessions share, and how it is replaced while they run. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { createAuditLog, type AuditLog } from '../audit/log.js'
import { asProxyError } from '../errors.js'
import { CATALOG_REFRESH_SECONDS } from '../limits.js'
import { Planner } from '../session/planning.js'
import type { CatalogSource, Services } from '../session/services.js'
import { openAuditFile, type AuditFile } from './audit-file.js'
import { writeHead } from './audit-heads.js'
import type { AuditOptions, Catalog, InForce, Policy, ProxyOptions, Vault } from './types.js'

const HEAD_INTERVAL_MS = 1_000
const TEXT_HASH_HEX_DIGITS = 32

/** The catalogue in force, with a mark for changes that were seen and not read yet. */
class SharedCatalog implements CatalogSource {
  readonly #inForce: () => InForce
  #marks = 0
  #marksRead = 0

  constructor(inForce: () => InForce) {
    this.#inForce = inForce
  }

  current(): Catalog {
    return this.#inForce().catalog.current()
  }

  async refresh(): Promise<Catalog> {
    const marks = this.#marks
    const catalog = await this.#inForce().catalog.refresh()
    // Only what was marked before the reading began is surely in it.
    this.#marksRead = Math.max(this.#marksRead, marks)
    return catalog
  }

  markStale(): void {
    this.#marks++
  }

  get isStale(): boolean {
    return this.#marksRead < this.#marks
  }
}

const openLog = (options: AuditOptions, policy: Policy): { readonly file: AuditFile; readonly log: AuditLog } => {
  const file = openAuditFile(options.path)
  const log = createAuditLog({
    now: () => new Date(),
    randomBytes,
    append: lines => file.append(lines),
    policyVersion: policy.hash,
    keyringId: options.keyringId,
    tail: file.tail,
    heads: { signer: options.signer, write: (chain, text) => writeHead(options.headPath, chain, text) },
  })
  return { file, log }
}

export class Runtime {
  readonly services: Services
  readonly audit: AuditLog
  readonly #options: ProxyOptions
  readonly #file: AuditFile
  readonly #timers: readonly NodeJS.Timeout[]
  #inForce: InForce
  #isCatalogReported = false

  /** Opens the access log. Throws `file_unreadable` and `audit_unwritable`. */
  constructor(options: ProxyOptions, inForce: InForce) {
    this.#options = options
    this.#inForce = inForce
    const { file, log } = openLog(options.audit, inForce.policy)
    this.#file = file
    this.audit = log
    this.services = this.#share(log)
    this.#timers = [
      setInterval(() => this.#eachSecond(), HEAD_INTERVAL_MS).unref(),
      setInterval(() => void this.#refresh(), CATALOG_REFRESH_SECONDS * 1000).unref(),
    ]
  }

  get inForce(): InForce {
    return this.#inForce
  }

  /**
   * Loads policy, keys and catalogue afresh and puts them in force together, or leaves everything as it was and throws what
   * was wrong. Either outcome is on record.
   */
  async reload(): Promise<void> {
    const previous = this.#inForce.policy.hash
    try {
      this.#inForce = await this.#options.load(this.#inForce.catalog.current().version)
      this.#recordChange('allowed', previous)
    } catch (error) {
      this.#recordChange('denied', previous)
      throw error
    }
  }

  /** Opens the log anew, for rotation by rename. Throws `file_unreadable`; the old file stays open then. */
  reopenLog(): void {
    this.#file.reopen()
  }

  /** Ends the chain of the log. Throws `audit_unwritable`. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    try {
      this.audit.stop()
    } finally {
      this.#file.close()
    }
  }

  #share(audit: AuditLog): Services {
    const inForce = (): InForce => this.#inForce
    return {
      policy: () => inForce().policy,
      catalog: new SharedCatalog(inForce),
      get vault(): Vault {
        return inForce().vault
      },
      audit,
      planner: new Planner(),
      get logKey(): Buffer {
        return inForce().vault.logKey()
      },
      report: line => this.#options.report(line),
      newId: () => randomUUID(),
      textHash: text => createHmac('sha256', inForce().vault.logKey()).update(text).digest('hex').slice(0, TEXT_HASH_HEX_DIGITS),
    }
  }

  #recordChange(outcome: 'allowed' | 'denied', previous: string): void {
    try {
      this.audit.append([{ type: 'policy.change', outcome, policy_version: this.#inForce.policy.hash, previous_policy_version: previous }])
    } catch {
      // Statements are refused for the same reason, and /readyz tells it.
      this.#options.report('the access log cannot be written: the change of policy is not on record')
    }
  }

  #eachSecond(): void {
    this.audit.tick()
    this.#file.sync()
  }

  async #refresh(): Promise<void> {
    try {
      await this.services.catalog.refresh()
      if (this.#isCatalogReported) this.#options.report('the catalogue can be read again')
      this.#isCatalogReported = false
    } catch (error) {
      // Once for each outage, not every few seconds.
      if (!this.#isCatalogReported) this.#options.report(asProxyError(error).message)
      this.#isCatalogReported = true
    }
  }
}
