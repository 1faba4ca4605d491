/** What both half-pipes of a session share. Plain state; who may change what is said at each field. */
import type { Catalog } from '../catalog/types.js'
import { parseSearchPath } from '../catalog/search-path.js'
import { ProxyError } from '../errors.js'
import { PORTALS_MAX, STATEMENTS_MAX } from '../limits.js'
import type { Login, Policy, Role } from '../policy/types.js'
import type { Effect, StatementPlan } from '../sql/types.js'
import type { TransactionStatus } from '../wire/backend/ready-for-query.js'
import { NameTable } from './name-table.js'
import { newStatement, type Portal, type Statement } from './prepared.js'
import { RequestQueue, type Request } from './requests.js'
import { Revealer } from './revealing.js'
import { rightsAtLogin, rightsNow, type Rights } from './rights.js'
import { Sealer } from './sealing.js'
import type { Services } from './services.js'

/** Who the session is, for its events. */
export interface Actor {
  readonly dbUser: string
  readonly database: string
  readonly address: string
  readonly sessionId: string
}

/** Settings which decide how SQL is read: their loss makes statements on protected tables unreadable to us. */
const LEXICAL_SETTINGS: ReadonlySet<string> = new Set(['client_encoding', 'names', 'standard_conforming_strings', 'datestyle', 'search_path', 'all', 'unknown'])

export class SessionState {
  readonly services: Services
  readonly actor: Actor
  readonly requests: RequestQueue = new RequestQueue()
  readonly statements: NameTable<Statement> = new NameTable(STATEMENTS_MAX)
  readonly portals: NameTable<Portal> = new NameTable(PORTALS_MAX)
  /** As the server last reported; written by the half from the server. */
  readonly settings: Map<string, string> = new Map()
  transaction: TransactionStatus = 'I'
  /** Why the session is being ended: goes to the client in place of the FATAL that the server was made to answer with. */
  ending: ProxyError | undefined
  /** DDL on protected tables ran in the transaction block that is open: the catalogue can't see it yet. */
  hasUncommittedDdl = false
  /** Cycles (up to ReadyForQuery) sent and done; a setting changed in cycle n is known once n are done. */
  cyclesSent = 0
  cyclesDone = 0
  #settingsKnownAt = 0
  /** The last search_path that was parsed. */
  #searchPath: { readonly setting: string; readonly schemas: readonly string[] } = { setting: '', schemas: [] }
  readonly #login: Login
  readonly #roleAtLogin: Role
  #rights: Rights
  #epoch: string
  /** What `#epoch` was made of: both are replaced, never changed, so their identity tells that nothing is new. */
  #catalogFollowed: Catalog
  #policyFollowed: Policy
  #revealer: Revealer | undefined
  #sealer: Sealer | undefined

  constructor(services: Services, actor: Actor, login: Login) {
    this.services = services
    this.actor = actor
    this.#login = login
    this.#rights = rightsAtLogin(this.policy, login)
    const [role] = this.#rights.roles
    if (role === undefined) throw new ProxyError('internal', { reason: 'no role' })
    this.#roleAtLogin = role
    this.#catalogFollowed = this.catalog
    this.#policyFollowed = this.policy
    this.#epoch = this.#epochNow()
  }

  get policy(): Policy {
    return this.services.policy()
  }

  get catalog(): Catalog {
    return this.services.catalog.current()
  }

  /** Changes whenever policy or catalogue do; what was derived from them is then made anew. */
  get epoch(): string {
    return this.#epoch
  }

  get rights(): Rights {
    return this.#rights
  }

  get revealer(): Revealer {
    this.#revealer ??= new Revealer({ policy: this.policy, catalog: this.catalog, vault: this.services.vault, rights: this.#rights })
    return this.#revealer
  }

  get sealer(): Sealer {
    this.#sealer ??= new Sealer({ policy: this.policy, vault: this.services.vault, rights: this.#rights })
    return this.#sealer
  }

  /** Takes over a newer policy or catalogue. Throws `session_role_gone`, which ends the session. */
  follow(): void {
    if (this.catalog === this.#catalogFollowed && this.policy === this.#policyFollowed) return
    const epoch = this.#epochNow()
    if (epoch !== this.#epoch) this.#renew(epoch)
    this.#catalogFollowed = this.catalog
    this.#policyFollowed = this.policy
  }

  #renew(epoch: string): void {
    const memberOf = this.catalog.membershipsOf(this.#login.dbUser)
    const rights = rightsNow(this.#roleAtLogin, this.policy, { ...this.#login, memberOf })
    if (rights === undefined) throw new ProxyError('session_role_gone', { role: this.#roleAtLogin.name })
    this.#rights = rights
    this.#epoch = epoch
    this.#revealer = undefined
    this.#sealer = undefined
  }

  /** Whether a lexical setting was changed by something whose outcome the server has not reported yet. */
  get areSettingsInDoubt(): boolean {
    return this.#settingsKnownAt > this.cyclesDone
  }

  /** The schemas in which unqualified names are looked up; undefined if not known (before server 18, or while in doubt). */
  get searchPath(): readonly string[] | undefined {
    const setting = this.settings.get('search_path')
    if (setting === undefined || this.areSettingsInDoubt) return undefined
    if (this.#searchPath.setting !== setting) this.#searchPath = { setting, schemas: parseSearchPath(setting, this.actor.dbUser) }
    return this.#searchPath.schemas
  }

  /** What sending the statement does, if it succeeds, to what the next one will meet. */
  applyAhead(plan: StatementPlan | undefined): void {
    for (const effect of plan?.effects ?? []) this.#effectAhead(effect)
  }

  /** What the success of the statement did. */
  applyCommitted(plan: StatementPlan | undefined): void {
    for (const effect of plan?.effects ?? []) {
      if (effect.kind === 'deallocate') this.statements.uncommit(effect.name)
      else if (effect.kind === 'discard') this.statements.uncommit(undefined)
      else if (effect.kind === 'prepare') this.statements.commit(effect.name, preparedBySql(effect.name))
    }
  }

  /** After an error: forgets what was skipped, and applies what is still to come. */
  rewind(): void {
    this.statements.rewind()
    this.portals.rewind()
    for (const request of this.requests.pending()) this.#applyRequest(request)
  }

  /** The end of a transaction ends its portals. */
  endPortals(): void {
    this.portals.uncommit(undefined)
    this.portals.rewind()
    if (this.requests.length === 0) return
    for (const request of this.requests.pending()) if (request.kind === 'bind') this.portals.setAhead(request.portal.name, request.portal)
  }

  #applyRequest(request: Request): void {
    switch (request.kind) {
      case 'parse':
        if (request.refusal === undefined) this.statements.setAhead(request.statement.name, request.statement)
        return
      case 'bind':
        if (request.refusal === undefined) this.portals.setAhead(request.portal.name, request.portal)
        return
      case 'close':
        this.#table(request.target).deleteAhead(request.name)
        return
      case 'execute':
        this.applyAhead(request.execution.plan)
        return
      case 'query':
        this.statements.deleteAhead('')
        for (const execution of request.executions) this.applyAhead(execution.plan)
        return
      case 'describe':
      case 'sync':
      case 'function_call':
        return
    }
  }

  #table(target: 'S' | 'P'): NameTable<Statement> | NameTable<Portal> {
    return target === 'S' ? this.statements : this.portals
  }

  #effectAhead(effect: Effect): void {
    switch (effect.kind) {
      case 'set':
        if (LEXICAL_SETTINGS.has(effect.setting)) this.#settingsKnownAt = this.cyclesSent + 1
        return
      case 'deallocate':
        this.statements.deleteAhead(effect.name)
        return
      case 'discard':
        this.statements.deleteAhead(undefined)
        this.#settingsKnownAt = this.cyclesSent + 1
        return
      case 'prepare':
        this.statements.setAhead(effect.name, preparedBySql(effect.name))
        return
      case 'ddl':
        if (effect.touchesProtected) this.hasUncommittedDdl = true
        return
      case 'rollback':
        // A rollback restores settings, too, and the server reports them only with ReadyForQuery.
        this.#settingsKnownAt = this.cyclesSent + 1
        return
      case 'none':
      case 'begin':
      case 'commit':
      case 'opaque':
        return
    }
  }

  #epochNow(): string {
    return `${this.catalog.version}/${this.policy.hash}`
  }
}

/** A statement made by SQL PREPARE, of which only the name is known: its metadata is asked for when it is bound. */
const preparedBySql = (name: string): Statement => newStatement(name, { text: '', plan: undefined, protocol: 'extended', isRewritten: false }, new Set())
