/** What both half-pipes of a session share. Plain state; who may change what is said at each field. */
import type { Catalog } from '../catalog/types.js'
import { ProxyError } from '../errors.js'
import { PORTALS_MAX, STATEMENTS_MAX } from '../limits.js'
import type { Login, Policy, Role } from '../policy/types.js'
import type { Effect, StatementPlan } from '../sql/types.js'
import type { TransactionStatus } from '../wire/backend/ready-for-query.js'
import { Cycles } from './cycles.js'
import { NameTable } from './name-table.js'
import { newStatement, type Portal, type Statement } from './prepared.js'
import { RequestQueue, type Request } from './requests.js'
import { Revealer } from './revealing.js'
import { rightsAtLogin, rightsNow, type Rights } from './rights.js'
import { Sealer } from './sealing.js'
import type { Services } from './services.js'
import { Settings } from './settings.js'

/** Who the session is, for its events. */
export interface Actor {
  readonly dbUser: string
  readonly database: string
  readonly address: string
  readonly sessionId: string
}

export class SessionState {
  readonly services: Services
  readonly actor: Actor
  readonly requests: RequestQueue = new RequestQueue()
  readonly statements: NameTable<Statement> = new NameTable(STATEMENTS_MAX)
  readonly portals: NameTable<Portal> = new NameTable(PORTALS_MAX)
  readonly cycles: Cycles = new Cycles()
  readonly settings: Settings
  transaction: TransactionStatus = 'I'
  /** Why the session is being ended: goes to the client in place of the FATAL that the server was made to answer with. */
  ending: ProxyError | undefined
  /** DDL on protected tables was sent and is not committed: the catalogue can't see it yet. */
  readonly uncommittedDdl: Set<string> = new Set()
  /** The last cycle with such DDL. */
  #ddlIn = 0
  /** The last cycle in which a statement was sent. */
  #ranIn = 0
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
    this.settings = new Settings(actor.dbUser, this.cycles)
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

  /** What a text means now: names are looked up by search_path in the catalogue, and the policy says what is protected. */
  get reading(): string {
    return `${this.#epoch}/${this.settings.searchPath?.join('\0') ?? '?'}`
  }

  /** Whether nothing has run since the server last reported its settings, which it does at the end of a cycle. */
  get isQuiet(): boolean {
    return this.requests.length === 0 && this.cycles.areDone && this.#ranIn !== this.cycles.present
  }

  /** What sending the statement does, if it succeeds, to what the next one will meet. */
  applyAhead(plan: StatementPlan | undefined): void {
    this.#ranIn = this.cycles.present
    for (const effect of plan?.effects ?? []) {
      this.settings.send(effect)
      this.#nameAhead(effect, plan)
      if (effect.kind !== 'ddl' || !effect.touchesProtected) continue
      for (const name of effect.names) this.uncommittedDdl.add(name)
      this.#ddlIn = this.cycles.present
    }
  }

  /** What the success of the statement did. */
  applyCommitted(plan: StatementPlan | undefined): void {
    for (const effect of plan?.effects ?? []) {
      if (effect.kind === 'deallocate') this.statements.uncommit(effect.name)
      else if (effect.kind === 'discard') this.statements.uncommit(undefined)
      else if (effect.kind === 'prepare') this.statements.commit(effect.name, preparedBySql(effect.name, plan))
    }
  }

  /** After an error: forgets what was skipped, and applies what is still to come. */
  rewind(): void {
    this.statements.rewind()
    this.portals.rewind()
    for (const request of this.requests.pending()) this.#applyRequest(request)
  }

  /** No transaction is open: its portals are gone, its DDL can be seen, its settings stay. */
  endTransaction(): void {
    this.settings.settle()
    if (this.cycles.isDone(this.#ddlIn)) this.uncommittedDdl.clear()
    // With requests in flight this waits: a portal that is gone is the server's to refuse, here it only takes room.
    if (this.requests.length > 0) return
    this.portals.uncommit(undefined)
    this.portals.rewind()
  }

  /** A Parse was sent that the server is expected to take. */
  parseAhead(statement: Statement): void {
    if (statement.name === '') this.statements.deleteAhead('')
    // A name that is taken makes the Parse fail (42P05) and leaves the old statement.
    if (this.statements.ahead(statement.name) === undefined) this.statements.setAhead(statement.name, statement)
  }

  #applyRequest(request: Request): void {
    switch (request.kind) {
      case 'parse':
        if (request.refusal === undefined) this.parseAhead(request.statement)
        else if (request.statement.name === '') this.statements.deleteAhead('')
        return
      case 'bind':
        if (request.refusal === undefined) this.portals.setAhead(request.portal.name, request.portal)
        return
      case 'close':
        this.#table(request.target).deleteAhead(request.name)
        return
      case 'execute':
        this.#namesAhead(request.execution.plan)
        return
      case 'query':
        this.statements.deleteAhead('')
        for (const { plan } of request.executions) this.#namesAhead(plan)
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

  #namesAhead(plan: StatementPlan | undefined): void {
    for (const effect of plan?.effects ?? []) this.#nameAhead(effect, plan)
  }

  #nameAhead(effect: Effect, plan: StatementPlan | undefined): void {
    if (effect.kind === 'deallocate') this.statements.deleteAhead(effect.name)
    else if (effect.kind === 'discard') this.statements.deleteAhead(undefined)
    else if (effect.kind === 'prepare') this.parseAhead(preparedBySql(effect.name, plan))
  }

  #epochNow(): string {
    return `${this.catalog.version}/${this.policy.hash}`
  }
}

/** A statement made by SQL PREPARE, of which only the name is known: its metadata is asked for when it is bound. */
const preparedBySql = (name: string, plan: StatementPlan | undefined): Statement => ({
  ...newStatement(name, { text: '', plan: undefined, protocol: 'extended', isRewritten: false }, '', new Set()),
  preparedAs: plan
})
