/**
 * The writer. `append` is synchronous since nothing may be released before its event is in the file. It keeps the chain
 * whole whatever the file does: events count as written when their whole line is, and a torn line is accounted for by the next write.
 */
import { ProxyError } from '../errors.js'
import { AUDIT_HEAD_EVENTS_MAX, AUDIT_LINE_BYTES_MAX } from '../limits.js'
import { encodeLine, NO_HASH, type Unhashed } from './chain.js'
import type { AuditEvent, ChainBody, EventBody, Fragment } from './event.js'
import { encodeHead, type HeadSigner } from './head.js'
import { fragmentOf, type FileTail } from './recover.js'
import { scrubBody } from './scrub.js'
import { createUlids } from './ulid.js'

export interface AuditLogDeps {
  now(): Date
  randomBytes(length: number): Uint8Array
  /**
   * Appends and returns how many bytes went in, as write(2) does; fewer than given means that the rest never will. It may
   * throw only if nothing was written.
   */
  append(lines: Uint8Array): number
  /** The policy in force and the keyring at the start, for chain.start. */
  readonly policyVersion: string
  readonly keyringId?: string | undefined
  /** How the file ends, as `readTail` says; undefined for an empty file. */
  readonly tail?: FileTail | undefined
  /** Without it no heads are made, and a cut tail can't be detected. */
  readonly heads?: { readonly signer: HeadSigner; write(chain: string, text: string): void } | undefined
}

export interface AuditLog {
  readonly chain: string
  /** Sequence number of the next event. */
  readonly seq: number
  /**
   * Appends all events by one write and returns their ids. When it throws `audit_unwritable` nothing may be released; the
   * next call tries again.
   */
  append(bodies: readonly EventBody[]): readonly string[]
  /** Whether the last write worked, and the last head could be stored. */
  healthy(): boolean
  /** To be called each second: stores a head if there is news. */
  tick(): void
  /** Appends chain.stop and stores the last head; throws `audit_unwritable`. Nothing can be appended afterwards. */
  stop(): void
}

interface Pending {
  readonly type: AuditEvent['type']
  readonly id: string
  readonly time: string
  readonly hash: string
  readonly bytes: Uint8Array
}

const CHAIN_ID_BYTES = 8
const NEWLINE = Uint8Array.of(10)

class ChainedLog implements AuditLog {
  readonly chain: string
  readonly #deps: AuditLogDeps
  readonly #nextId: (milliseconds: number) => string
  #seq = 0
  #hash = NO_HASH
  #time = ''
  /** Torn lines in the file that no event accounts for yet. */
  #torn: readonly Fragment[]
  /** The file ends within a line. */
  #isLineOpen: boolean
  #isWritable = true
  #isStopped = false
  #areHeadsStored = true
  #headSeq = 0

  constructor(deps: AuditLogDeps) {
    this.#deps = deps
    this.#nextId = createUlids(length => deps.randomBytes(length))
    this.#torn = deps.tail?.fragment === undefined ? [] : [deps.tail.fragment]
    this.#isLineOpen = deps.tail?.isLineOpen ?? false
    this.chain = Buffer.from(deps.randomBytes(CHAIN_ID_BYTES)).toString('hex')
    this.#write([
      {
        type: 'chain.start',
        outcome: 'allowed',
        policy_version: deps.policyVersion,
        keyring_id: deps.keyringId,
        previous_hash: deps.tail?.hash ?? NO_HASH,
      },
    ])
    this.#storeHead()
  }

  get seq(): number {
    return this.#seq
  }

  append(bodies: readonly EventBody[]): readonly string[] {
    return this.#isStopped ? this.#refuse('the log is closed') : this.#write(bodies.map(scrubBody))
  }

  healthy(): boolean {
    return this.#isWritable && this.#areHeadsStored && !this.#isStopped
  }

  tick(): void {
    if (this.#seq !== this.#headSeq || !this.#areHeadsStored) this.#storeHead()
  }

  stop(): void {
    if (this.#isStopped) return
    this.#write([{ type: 'chain.stop', outcome: 'allowed' }])
    this.#isStopped = true
    this.#storeHead()
  }

  /** Writes the events together with an account of torn lines. Returns the ids of `bodies`. */
  #write(bodies: readonly (EventBody | ChainBody)[]): readonly string[] {
    if (bodies.length === 0) return []
    const recovered = this.#torn.map((fragment): ChainBody => ({ type: 'recovered', outcome: 'allowed', fragment }))
    // chain.start stays the first event of its chain.
    const isFirst = this.#seq === 0
    const lines = this.#encode(isFirst ? [...bodies, ...recovered] : [...recovered, ...bodies])
    const bytes = Buffer.concat([...(this.#isLineOpen ? [NEWLINE] : []), ...lines.map(line => line.bytes)])
    const written = this.#tryAppend(bytes)
    this.#advance(lines, bytes.subarray(0, written))
    this.#isWritable = written === bytes.length
    if (!this.#isWritable) return this.#refuse('a write failed')
    if (this.#seq - this.#headSeq >= AUDIT_HEAD_EVENTS_MAX) this.#storeHead()
    return lines.filter(line => line.type !== 'recovered').map(line => line.id)
  }

  #encode(bodies: readonly (EventBody | ChainBody)[]): readonly Pending[] {
    const now = this.#deps.now()
    const time = now.toISOString()
    let hash = this.#hash
    return bodies.map((body, index) => {
      const id = this.#nextId(now.getTime())
      const event: Unhashed = { v: 1, id, time, chain: this.chain, seq: this.#seq + index, prev_hash: hash, ...body }
      const line = encodeLine(event)
      const bytes = Buffer.from(line.text)
      if (bytes.length > AUDIT_LINE_BYTES_MAX) this.#refuse('an event is too long')
      hash = line.hash
      return { type: body.type, id, time, hash, bytes }
    })
  }

  #tryAppend(bytes: Uint8Array): number {
    try {
      return this.#deps.append(bytes)
    } catch {
      return 0
    }
  }

  /** Moves the chain past the lines that are whole among the bytes which went in, and remembers the piece behind them. */
  #advance(lines: readonly Pending[], written: Uint8Array): void {
    if (written.length === 0) return
    let end = this.#isLineOpen ? 1 : 0
    for (const line of lines) {
      // A line that lacks nothing but its newline is whole: the next write starts with a newline.
      if (end + line.bytes.length - 1 > written.length) break
      end += line.bytes.length
      this.#seq++
      this.#hash = line.hash
      this.#time = line.time
      if (line.type === 'recovered') this.#torn = this.#torn.slice(1)
    }
    this.#isLineOpen = written[written.length - 1] !== NEWLINE[0]
    if (end < written.length) this.#torn = [...this.#torn, fragmentOf(written.subarray(end))]
  }

  #storeHead(): void {
    const heads = this.#deps.heads
    this.#headSeq = this.#seq
    if (heads === undefined) return
    try {
      const state = { chain: this.chain, seq: this.#seq - 1, hash: this.#hash, time: this.#time }
      heads.write(this.chain, encodeHead(state, heads.signer))
      this.#areHeadsStored = true
    } catch {
      // The events themselves are safe, so statements go on; `healthy` tells the operator, and tick tries again.
      this.#areHeadsStored = false
    }
  }

  #refuse(reason: string): never {
    throw new ProxyError('audit_unwritable', { reason })
  }
}

/** Opens a chain in the log: writes chain.start and its head. Throws `audit_unwritable` if that can't be written. */
export const createAuditLog = (deps: AuditLogDeps): AuditLog => new ChainedLog(deps)
