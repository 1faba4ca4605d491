/**
 * One client connection and its one server connection. Two independent half-pipes; here they are joined to their sockets
 * and to each other, and here a connection ends.
 */
import { asProxyError, assertNever, ProxyError } from '../errors.js'
import type { Login as LoginFacts } from '../policy/types.js'
import { Framer, type FrameHandler, type Handling } from '../wire/framer.js'
import type { StartupPacket } from '../wire/startup.js'
import { Accounts } from './accounting.js'
import { BackendHalf } from './backend-half.js'
import { faultLine } from './fault.js'
import { FrontendHalf } from './frontend-half.js'
import { Login } from './login.js'
import { Outbox } from './outbox.js'
import type { Peer, Services } from './services.js'
import { SessionState, type Actor } from './state.js'
import { fatalError, poison } from './substitution.js'

export interface SessionOptions {
  readonly services: Services
  readonly client: Peer
  readonly server: Peer
  readonly startup: StartupPacket
  readonly address: string
  readonly isClientEncrypted: boolean
  readonly isServerEncrypted: boolean
  /** Called once, when the first ReadyForQuery has been sent. */
  onReady(): void
}

interface Running {
  readonly state: SessionState
  readonly accounts: Accounts
  readonly frontend: FrontendHalf
  readonly backend: BackendHalf
}

type Phase =
  | { readonly kind: 'login' }
  | { readonly kind: 'running'; readonly isReady: boolean; readonly running: Running }
  /** The server was sent what it answers with FATAL; in that answer's place goes ours, behind all that is still owed. */
  | { readonly kind: 'ending'; readonly running: Running; readonly error: ProxyError }
  | { readonly kind: 'closed' }

/** Startup values are bytes as latin1 characters; names of users and databases are UTF-8 in practice. */
const utf8 = (text: string | undefined): string => Buffer.from(text ?? '', 'latin1').toString('utf8')

export class Session {
  readonly id: string
  readonly #options: SessionOptions
  readonly #login: Login
  /** While logging in, messages go this way. */
  readonly #toServer: Outbox = new Outbox()
  readonly #toClient: Outbox = new Outbox()
  readonly #fromClient: Framer
  readonly #fromServer: Framer
  #phase: Phase = { kind: 'login' }
  #hasClientEnded = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.id = options.services.newId()
    this.#login = new Login(options)
    this.#fromClient = new Framer(this.#clientHandler())
    this.#fromServer = new Framer(this.#serverHandler())
  }

  /** Bytes from the client. */
  fromClient(chunk: Buffer): void {
    if (this.#phase.kind === 'closed' || this.#phase.kind === 'ending') return
    try {
      this.#fromClient.push(chunk)
    } catch (error) {
      this.#refuseClient(asProxyError(error))
    }
    this.#sent()
  }

  /** Bytes from the server. */
  fromServer(chunk: Buffer): void {
    if (this.#phase.kind === 'closed') return
    try {
      this.#fromServer.push(chunk)
      this.#flushToClient()
    } catch (error) {
      return this.fail(asProxyError(error))
    }
    this.#wake()
  }

  /** The server connection ended; what it sent has been delivered. */
  serverEnded(): void {
    if (this.#phase.kind === 'ending') return this.fail(this.#phase.error)
    this.#close(undefined)
    this.#options.client.end()
  }

  /** The client has closed its half: the server may still answer, and sees the same end behind all that the client sent. */
  clientEnded(): void {
    this.#hasClientEnded = true
    this.#passEndOn()
  }

  /** Either socket is gone. */
  abandoned(): void {
    this.#close(undefined)
    this.#options.client.destroy()
    this.#options.server.destroy()
  }

  /** Whether the session may be ended without cutting a transaction in two. */
  get isBetweenTransactions(): boolean {
    if (this.#phase.kind !== 'running') return true
    const { state } = this.#phase.running
    return state.requests.length === 0 && state.transaction === 'I'
  }

  /** Ends the session once the server has answered what it was sent. */
  shutDown(error: ProxyError): void {
    if (this.#phase.kind === 'closed' || this.#phase.kind === 'ending') return
    this.#refuseClient(error)
    this.#sent()
  }

  /** Ends the session at once: nothing that waits to be sent is released. */
  fail(error: ProxyError): void {
    if (this.#phase.kind === 'closed') return
    this.#reportFault(error)
    this.#close(error.sqlState)
    this.#options.client.write(fatalError(error))
    this.#options.client.end()
    this.#options.server.destroy()
  }

  #clientHandler(): FrameHandler {
    return {
      header: (tag, bodyBytes): Handling => {
        const phase = this.#phase
        if (phase.kind === 'running' && phase.isReady) return phase.running.frontend.header(tag, bodyBytes)
        return this.#login.fromClient(tag, bodyBytes)
      },
      message: (tag, bytes, start, end) => {
        if (this.#phase.kind === 'running') this.#phase.running.frontend.message(tag, bytes, start, end)
      },
      passed: (bytes, start, end) => this.#toServer.add(bytes, start, end)
    }
  }

  #serverHandler(): FrameHandler {
    return {
      header: (tag, bodyBytes): Handling => {
        const phase = this.#phase
        return phase.kind === 'running' || phase.kind === 'ending' ? (this.#isReady() ? phase.running.backend.header(tag, bodyBytes) : 'collect') : 'collect'
      },
      message: (tag, bytes, start, end) => {
        const phase = this.#phase
        // No message may follow a FATAL, and none does from PostgreSQL itself.
        if (phase.kind === 'closed') return
        if (phase.kind !== 'login' && this.#isReady()) phase.running.backend.message(tag, bytes, start, end)
        else this.#loginStep(tag, bytes, start, end)
      },
      passed: (bytes, start, end) => this.#toClient.add(bytes, start, end)
    }
  }

  #isReady(): boolean {
    return this.#phase.kind === 'ending' || (this.#phase.kind === 'running' && this.#phase.isReady)
  }

  #loginStep(tag: number, bytes: Buffer, start: number, end: number): void {
    const step = this.#login.fromServer(tag, bytes, start, end)
    switch (step.kind) {
      case 'replace':
        return this.#toClient.add(step.message)
      case 'authenticated':
        this.#authenticated()
        break
      case 'failed':
        this.#loginFailed(step.sqlState)
        break
      case 'ready':
        this.#ready()
        break
      case 'forward':
        break
      default:
        assertNever(step)
    }
    this.#toClient.add(bytes, start, end)
  }

  /** Only now do the client's names count. The session is on record before anything is shown to it. */
  #authenticated(): void {
    const { services, startup, address } = this.#options
    const dbUser = utf8(startup.parameters.get('user'))
    const actor: Actor = { dbUser, database: utf8(startup.parameters.get('database')) || dbUser, address, sessionId: this.id }
    const login: LoginFacts = { dbUser, memberOf: services.catalog.current().membershipsOf(dbUser), address }
    const state = new SessionState(services, actor, login)
    state.settings.report('application_name', utf8(startup.parameters.get('application_name')))
    const accounts = new Accounts(state)
    const frontend = new FrontendHalf(state, this.#toServer, {
      refreshCatalog: () => this.#refreshCatalog(),
      pause: () => this.#fromClient.pause(),
      resume: () => this.#resumeClient(),
      fail: error => this.shutDown(error)
    })
    const backend = new BackendHalf(state, accounts, this.#toClient, {
      copyBegan: () => frontend.copyBegan(),
      copyEnded: () => frontend.copyEnded(),
      closing: () => this.#close(undefined)
    })
    accounts.add({ type: 'session.start', outcome: 'allowed', actor: accounts.actor, db: actor.database, policy_version: state.policy.hash })
    accounts.flush()
    this.#phase = { kind: 'running', isReady: false, running: { state, accounts, frontend, backend } }
  }

  #ready(): void {
    if (this.#phase.kind !== 'running') throw new ProxyError('upstream_confused', { reason: 'ready before it is authenticated' })
    const { running } = this.#phase
    for (const [name, value] of this.#login.settings) running.state.settings.report(name, value)
    this.#phase = { kind: 'running', isReady: true, running }
    this.#options.onReady()
  }

  #loginFailed(sqlState: string): void {
    const { services, startup, address } = this.#options
    const dbUser = utf8(startup.parameters.get('user'))
    const actor = { db_user: dbUser, session_id: this.id, source_ip: address }
    services.audit.append([{ type: 'login.failed', outcome: 'denied', actor, db: utf8(startup.parameters.get('database')) || dbUser, sqlstate: sqlState }])
  }

  async #refreshCatalog(): Promise<void> {
    await this.#options.services.catalog.refresh()
  }

  #resumeClient(): void {
    if (this.#phase.kind !== 'running') return
    try {
      this.#fromClient.resume()
    } catch (error) {
      this.#refuseClient(asProxyError(error))
    }
    this.#sent()
  }

  /** What the client sent can't be gone on with. The server is made to end the session behind all that it still owes. */
  #refuseClient(error: ProxyError): void {
    if (this.#phase.kind !== 'running' || !this.#phase.isReady) return this.fail(error)
    this.#phase.running.state.ending = error
    this.#phase = { kind: 'ending', running: this.#phase.running, error }
    this.#toServer.add(poison())
  }

  /** After messages of the client's were handled. What is left unread stays in its socket, so that waiting holds no memory of ours. */
  #sent(): void {
    this.#flushToServer()
    if (this.#fromClient.isPaused) this.#options.client.pauseReading()
    else this.#options.client.resumeReading()
    this.#passEndOn()
  }

  #passEndOn(): void {
    if (this.#hasClientEnded && !this.#fromClient.isPaused) this.#options.server.end()
  }

  #reportFault(error: ProxyError): void {
    const line = faultLine(error)
    if (line !== undefined) this.#options.services.report(`session ${this.id}: ${line}`)
  }

  #flushToServer(): void {
    if (this.#toServer.isEmpty || this.#phase.kind === 'closed') return
    this.#options.server.write(this.#toServer.take())
  }

  /** What was opened is on record before it leaves; if that fails, it does not leave. */
  #flushToClient(): void {
    const phase = this.#phase
    if (phase.kind === 'running' || phase.kind === 'ending') phase.running.backend.settle()
    if (!this.#toClient.isEmpty) this.#options.client.write(this.#toClient.take())
  }

  /** An answer may have made room for messages that were left unread. */
  #wake(): void {
    if (this.#phase.kind === 'running' && this.#phase.isReady && this.#fromClient.isPaused && !this.#phase.running.frontend.isDeciding) this.#resumeClient()
    this.#flushToServer()
  }

  #close(sqlState: string | undefined): void {
    const phase = this.#phase
    if (phase.kind === 'closed') return
    this.#phase = { kind: 'closed' }
    this.#toServer.discard()
    if (phase.kind === 'login') return
    const { accounts, backend, state } = phase.running
    accounts.add({ type: 'session.end', outcome: sqlState === undefined ? 'allowed' : 'error', actor: accounts.actor, db: state.actor.database, sqlstate: sqlState })
    try {
      backend.settle()
    } catch {
      // The session ends all the same, and takes along what is not on record.
      this.#toClient.discard()
    }
  }
}
