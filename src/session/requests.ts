/**
 * What the server owes the client, in order. Each message that will be answered leaves an entry here; the half-pipe from
 * the server takes them off again. An answer that fits no entry is never guessed at: the connection ends.
 */
import type { ProxyError } from '../errors.js'
import type { Execution } from './execution.js'
import type { Portal, Statement } from './prepared.js'

/** An error of ours that takes the place of the one which a substituted message draws from the server. */
export type Refusal = { readonly kind: 'error'; readonly error: ProxyError } | { readonly kind: 'syntax'; readonly message: string; readonly position: number }

interface Refusable {
  /** Set when the server was sent something that fails in its place. */
  readonly refusal: Refusal | undefined
}

export type Request =
  | ({ readonly kind: 'parse'; readonly statement: Statement; readonly execution: Execution | undefined } & Refusable)
  | ({ readonly kind: 'bind'; readonly portal: Portal } & Refusable)
  /** Hidden: ours, so the client must not see its answer. */
  | { readonly kind: 'describe'; readonly target: 'S' | 'P'; readonly of: Statement | Portal | undefined; readonly isHidden: boolean }
  /** Just described: nothing came in between that could have put another portal in the place of this one. */
  | ({ readonly kind: 'execute'; readonly portal: Portal; readonly execution: Execution; readonly isJustDescribed: boolean } & Refusable)
  | { readonly kind: 'close'; readonly target: 'S' | 'P'; readonly name: string }
  | { readonly kind: 'sync' }
  | ({ readonly kind: 'query'; readonly executions: readonly Execution[]; position: number } & Refusable)
  | ({ readonly kind: 'function_call'; readonly execution: Execution } & Refusable)

/** Why the server was made to fail where it is now: at this message, or at the data of this COPY. */
export const refusalOf = (request: Request | undefined, execution: Execution | undefined): Refusal | undefined =>
  (request !== undefined && 'refusal' in request ? request.refusal : undefined) ?? execution?.refusal

/** Ends a cycle: answered by ReadyForQuery. */
export const endsCycle = (request: Request): boolean => request.kind === 'sync' || request.kind === 'query' || request.kind === 'function_call'

const SHRINK_AT = 1024

export class RequestQueue {
  #entries: Request[] = []
  #last: Request | undefined
  #first = 0

  get length(): number {
    return this.#entries.length - this.#first
  }

  get head(): Request | undefined {
    return this.#entries[this.#first]
  }

  /** The request that was sent last, answered or not. */
  get last(): Request | undefined {
    return this.#last
  }

  push(request: Request): void {
    this.#last = request
    this.#entries.push(request)
  }

  shift(): Request | undefined {
    const head = this.#entries[this.#first]
    if (head === undefined) return undefined
    this.#first++
    if (this.#first === this.#entries.length) {
      this.#entries.length = 0
      this.#first = 0
    } else if (this.#first > SHRINK_AT) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
    return head
  }

  /** All entries from the head on. */
  pending(): readonly Request[] {
    return this.#entries.slice(this.#first)
  }
}
