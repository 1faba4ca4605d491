/** One pass over one value: finding its tokens, asking what to show for each, and the bounds on that. */
import type { TypeShape } from '../../catalog/types.js'
import { MARKER } from '../../crypto/token.js'
import { TOKENS_PER_VALUE_MAX } from '../../limits.js'
import { BULLETS } from '../../mask/bullets.js'

/** What takes a token's place. */
export type Revealed =
  /** Opened (`fallback` is what its mask would show), or masked already (`fallback` is the same as `text`). */
  | { readonly kind: 'text'; readonly text: string; readonly fallback: string }
  | { readonly kind: 'null' }
  /** The token stays as it is. */
  | { readonly kind: 'keep' }

/** What the walk needs of its caller. Views passed to it are valid during the call alone. */
export interface RevealContext {
  /** End offset of a well-formed token that begins at `start`, or -1. */
  tokenEnd(bytes: Uint8Array, start: number, end: number): number
  /** Called once per token, in the order of the value. */
  reveal(bytes: Uint8Array, start: number, end: number): Revealed
  typeShape(oid: number): TypeShape | undefined
  /** A token was shown as its mask, or stayed sealed, since nothing tells how its surroundings are quoted. */
  onAmbiguous(): void
}

/** Shown where even the mask cannot be pasted safely, and past `TOKENS_PER_VALUE_MAX`. */
export const REDACTED_TEXT: string = BULLETS

const REDACTED: Revealed = { kind: 'text', text: REDACTED_TEXT, fallback: REDACTED_TEXT }

const asBuffer = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))

/** Whether the marker of a token stands in [start, end); most values end here, in one native search. */
export function holdsMarker(bytes: Uint8Array, start: number = 0, end: number = bytes.length): boolean {
  return asBuffer(bytes.subarray(start, end)).indexOf(MARKER) !== -1
}

/** The state of one value's pass. */
export class Walk {
  readonly context: RevealContext
  #tokensLeft: number

  constructor(context: RevealContext, tokensMax: number = TOKENS_PER_VALUE_MAX) {
    this.context = context
    this.#tokensLeft = tokensMax
  }

  /** Whether [start, end) is exactly one token. */
  isToken(bytes: Uint8Array, start: number, end: number): boolean {
    return end - start > MARKER.length && bytes[start] === 0x7e && this.context.tokenEnd(bytes, start, end) === end
  }

  /** The first token that begins in [from, end), or undefined. */
  nextToken(bytes: Uint8Array, from: number, end: number): { readonly start: number; readonly end: number } | undefined {
    const within = asBuffer(bytes.subarray(0, end))
    for (let at = within.indexOf(MARKER, from); at !== -1; at = within.indexOf(MARKER, at + 1)) {
      const tokenEnd = this.context.tokenEnd(bytes, at, end)
      if (tokenEnd > at) return { start: at, end: tokenEnd }
    }
    return undefined
  }

  /** What to show for the token. Past the bound nothing is opened: a value stuffed with tokens must not choose how long we work. */
  reveal(bytes: Uint8Array, start: number, end: number): Revealed {
    if (this.#tokensLeft === 0) {
      this.context.onAmbiguous()
      return REDACTED
    }
    this.#tokensLeft--
    return this.context.reveal(bytes, start, end)
  }
}
