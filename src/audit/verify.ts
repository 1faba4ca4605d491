/**
 * Checks a log: every event unedited, none removed, doubled or moved, no tail cut. It is fed line by line, so a log of any
 * size needs little memory. Lines of different chains may interleave in any order; within a chain the order is fixed.
 */
import { AUDIT_LINE_BYTES_MAX } from '../limits.js'
import { decodeLine, LINE_START, NO_HASH } from './chain.js'
import type { AuditEvent } from './event.js'
import type { SignedHead } from './head.js'
import { fragmentOf } from './recover.js'

export type ProblemKind =
  | 'not_an_event'
  | 'blank_line'
  | 'line_too_long'
  | 'torn_line'
  | 'fragment_missing'
  | 'edited'
  | 'removed'
  | 'out_of_order'
  | 'broken_link'
  | 'missing_start'
  | 'repeated_start'
  | 'after_stop'
  | 'missing_previous'
  | 'missing_stop'
  | 'cut_tail'
  | 'chain_missing'
  | 'head_mismatch'
  | 'head_missing'
  | 'head_signature'
  | 'head_unreadable'

export interface Problem {
  readonly kind: ProblemKind
  /** A notice does not make the log bad: a chain without a stop may still be running. */
  readonly severity: 'problem' | 'notice'
  readonly detail: string
  readonly file?: string | undefined
  /** From 1. */
  readonly line?: number | undefined
  readonly chain?: string | undefined
  readonly seq?: number | undefined
}

export interface ChainReport {
  readonly chain: string
  readonly events: number
  readonly first_time: string
  readonly last_time: string
  readonly is_stopped: boolean
  readonly tail: 'checked' | 'not checked'
}

export interface VerifyResult {
  readonly ok: boolean
  readonly events: number
  readonly chains: readonly ChainReport[]
  readonly problems: readonly Problem[]
  /** `checked` only if each chain has a head with a good signature. */
  readonly tail: 'checked' | 'not checked'
}

export interface Place {
  readonly file: string
  readonly line: number
}

export interface HeadInput {
  readonly source: string
  /** Undefined if the file holds no head. */
  readonly head: SignedHead | undefined
  /** Whether the signature is good, as the caller found with the public key. */
  readonly isGenuine: boolean
}

export interface Verifier {
  /** One line without its newline. The bytes are not kept. */
  line(bytes: Uint8Array, place: Place): void
  /** Call once, after the last line. */
  finish(): VerifyResult
}

interface ChainState {
  events: number
  nextSeq: number
  hash: string
  firstTime: string
  lastTime: string
  isStopped: boolean
  isHeadReached: boolean
}

/** A process that starts names the last event of the file; others may append some before its own first line is in. */
const PREVIOUS_WINDOW = 10_000
/** Fragments and problems kept: a file which is no log at all must not fill the memory. */
const FRAGMENTS_MAX = 10_000
const PROBLEMS_MAX = 10_000

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const decodeBytes = (bytes: Uint8Array): ReturnType<typeof decodeLine> => {
  try {
    return decodeLine(decoder.decode(bytes))
  } catch {
    return { kind: 'not_an_event' }
  }
}

class LogVerifier implements Verifier {
  readonly #heads: readonly HeadInput[] | undefined
  readonly #headOf = new Map<string, SignedHead>()
  readonly #chains = new Map<string, ChainState>()
  /** By length and digest; the same piece may be there several times. */
  readonly #torn = new Map<string, readonly Place[]>()
  readonly #problems: Problem[] = []
  readonly #recent: string[] = []
  #recentSet = new Set<string>()
  #tornCount = 0
  #events = 0

  constructor(heads: readonly HeadInput[] | undefined) {
    this.#heads = heads
    for (const { head, isGenuine } of heads ?? []) if (head !== undefined && isGenuine) this.#headOf.set(head.chain, head)
  }

  line(bytes: Uint8Array, place: Place): void {
    // It hides nothing, and we leave one ourselves when another process has closed a torn line before us.
    if (bytes.length === 0) return this.#report('blank_line', 'an empty line', place, undefined, 'notice')
    if (bytes.length > 2 * AUDIT_LINE_BYTES_MAX) return this.#report('line_too_long', `more than ${2 * AUDIT_LINE_BYTES_MAX} bytes`, place)
    const decoded = decodeBytes(bytes)
    if (decoded.kind === 'event') return this.#event(decoded.event, place)
    if (decoded.kind === 'hash_mismatch') return this.#edited(decoded.event, place)
    this.#tornLine(bytes, place)
  }

  finish(): VerifyResult {
    for (const place of [...this.#torn.values()].flat()) this.#report('torn_line', 'not an event, and no recovered event accounts for it', place)
    for (const [chain, state] of this.#chains) {
      if (!state.isStopped) this.#report('missing_stop', 'no chain.stop: still running, or ended by a crash', {}, { chain, seq: state.nextSeq - 1 }, 'notice')
    }
    if (this.#heads !== undefined) this.#finishHeads(this.#heads)
    const chains = [...this.#chains].map(([chain, state]): ChainReport => ({
      chain,
      events: state.events,
      first_time: state.firstTime,
      last_time: state.lastTime,
      is_stopped: state.isStopped,
      tail: state.isHeadReached ? 'checked' : 'not checked',
    }))
    return {
      ok: this.#problems.every(problem => problem.severity === 'notice'),
      events: this.#events,
      chains,
      problems: this.#problems,
      tail: chains.length > 0 && chains.every(chain => chain.tail === 'checked') ? 'checked' : 'not checked',
    }
  }

  #tornLine(bytes: Uint8Array, place: Place): void {
    // Another process may have appended its whole line behind the torn one.
    const glued = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(LINE_START)
    const decoded = glued > 0 ? decodeBytes(bytes.subarray(glued)) : undefined
    const torn = fragmentOf(decoded?.kind === 'event' ? bytes.subarray(0, glued) : bytes)
    const key = `${torn.bytes} ${torn.sha256}`
    if (this.#tornCount++ < FRAGMENTS_MAX) this.#torn.set(key, [...(this.#torn.get(key) ?? []), place])
    else this.#report('not_an_event', 'not an event', place)
    if (decoded?.kind === 'event') this.#event(decoded.event, place)
  }

  #edited(event: AuditEvent, place: Place): void {
    this.#report('edited', 'the text of the event does not have its hash', place, event)
    const state = this.#chains.get(event.chain)
    if (state === undefined || event.seq !== state.nextSeq) return
    // Go on from what it claims, so that one edit is reported once.
    state.nextSeq++
    state.hash = event.hash
  }

  #event(event: AuditEvent, place: Place): void {
    this.#events++
    if (event.type === 'chain.start') this.#checkPrevious(event, place)
    this.#rememberHash(event.hash)
    const state = this.#chains.get(event.chain)
    if (state === undefined) this.#firstOf(event, place)
    else this.#nextOf(state, event, place)
    if (event.type === 'recovered') this.#accountFor(event, place)
  }

  #firstOf(event: AuditEvent, place: Place): void {
    if (event.type !== 'chain.start' || event.seq !== 0 || event.prev_hash !== NO_HASH) {
      this.#report('missing_start', `the chain starts with event ${event.seq}: give the rotated files too, or its start was removed`, place, event)
    }
    const state = { events: 0, nextSeq: 0, hash: '', firstTime: event.time, lastTime: event.time, isStopped: false, isHeadReached: false }
    this.#chains.set(event.chain, state)
    this.#advance(state, event, place)
  }

  #nextOf(state: ChainState, event: AuditEvent, place: Place): void {
    if (event.seq < state.nextSeq) return this.#report('out_of_order', `event ${event.seq} stands after event ${state.nextSeq - 1}: doubled or moved`, place, event)
    if (event.seq > state.nextSeq) this.#report('removed', `${event.seq - state.nextSeq} event(s) from ${state.nextSeq} on are missing`, place, event)
    else if (event.prev_hash !== state.hash) this.#report('broken_link', 'prev_hash is not the hash of the event before', place, event)
    if (event.type === 'chain.start') this.#report('repeated_start', 'a second chain.start', place, event)
    if (state.isStopped) this.#report('after_stop', 'an event after chain.stop', place, event)
    this.#advance(state, event, place)
  }

  #advance(state: ChainState, event: AuditEvent, place: Place): void {
    state.events++
    state.nextSeq = event.seq + 1
    state.hash = event.hash
    state.lastTime = event.time
    if (event.type === 'chain.stop') state.isStopped = true
    const head = this.#headOf.get(event.chain)
    if (head?.seq !== event.seq) return
    if (head.hash === event.hash) state.isHeadReached = true
    else this.#report('head_mismatch', 'the signed head has another hash for this event', place, event)
  }

  #accountFor(event: AuditEvent & { readonly type: 'recovered' }, place: Place): void {
    const { bytes, sha256 } = event.fragment
    const key = `${bytes} ${sha256}`
    const [first, ...rest] = this.#torn.get(key) ?? []
    if (first !== undefined) this.#torn.set(key, rest)
    else this.#report('fragment_missing', `the torn line of ${bytes} bytes is not in the log`, place, event)
  }

  #checkPrevious(event: AuditEvent & { readonly type: 'chain.start' }, place: Place): void {
    if (event.previous_hash === NO_HASH || this.#recentSet.has(event.previous_hash)) return
    this.#report('missing_previous', 'the events before this chain are missing: give the rotated files too, or they were removed', place, event)
  }

  #rememberHash(hash: string): void {
    this.#recent.push(hash)
    this.#recentSet.add(hash)
    if (this.#recent.length < 2 * PREVIOUS_WINDOW) return
    this.#recent.splice(0, PREVIOUS_WINDOW)
    this.#recentSet = new Set(this.#recent)
  }

  #finishHeads(heads: readonly HeadInput[]): void {
    const named = new Set<string>()
    for (const { source, head, isGenuine } of heads) {
      if (head === undefined) {
        this.#report('head_unreadable', 'the file holds no head', { file: source })
        continue
      }
      named.add(head.chain)
      if (isGenuine) this.#finishHead(head, source)
      else this.#report('head_signature', 'the signature of the head is not good', { file: source }, head)
    }
    for (const [chain, state] of this.#chains) {
      if (!named.has(chain)) this.#report('head_missing', 'the chain has no head in the folder', {}, { chain, seq: state.nextSeq - 1 })
    }
  }

  #finishHead(head: SignedHead, source: string): void {
    const state = this.#chains.get(head.chain)
    if (state === undefined) return this.#report('chain_missing', 'there is a head, but no event of its chain', { file: source }, head)
    if (state.nextSeq <= head.seq) this.#report('cut_tail', `the log ends at event ${state.nextSeq - 1}, its head at ${head.seq}`, { file: source }, head)
  }

  #report(
    kind: ProblemKind,
    detail: string,
    place: Partial<Place>,
    at?: { readonly chain: string; readonly seq: number },
    severity: Problem['severity'] = 'problem',
  ): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push({ kind, severity, detail, ...place, chain: at?.chain, seq: at?.seq })
  }
}

/** A verifier for one log, with the heads of its chains; undefined if there are none to check against. */
export const createVerifier = (heads: readonly HeadInput[] | undefined): Verifier => new LogVerifier(heads)
