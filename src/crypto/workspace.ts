/**
 * Reused memory for sealing and opening. Laid out so that one buffer serves all steps without copies:
 *
 *     u32 length of the preamble | preamble | padded text, sealed or opened in place | tag
 *
 * Everything before the tag is what an `equality` nonce is computed from.
 */
import { PREAMBLE_BYTES, TAG_BYTES } from './token.js'

/** Where the preamble begins. */
export const PREAMBLE_AT = 4
/** Where the padded text begins. */
export const TEXT_AT: number = PREAMBLE_AT + PREAMBLE_BYTES

/** Padded texts up to here get reused memory. It stays allocated, so the bound is also what a vault keeps. */
const REUSED_TEXT_BYTES_MAX = 4096
/** Padded lengths are multiples of this. */
const STEP_BYTES = 16

/** Views of one memory for one padded length. Their content lasts until the next value. */
export interface Workspace {
  readonly memory: Buffer
  readonly text: Buffer
  readonly tag: Buffer
  readonly nonceInput: Buffer
}

const workspaceOn = (memory: Buffer, padded: number): Workspace => ({
  memory,
  text: memory.subarray(TEXT_AT, TEXT_AT + padded),
  tag: memory.subarray(TEXT_AT + padded, TEXT_AT + padded + TAG_BYTES),
  nonceInput: memory.subarray(0, TEXT_AT + padded),
})

const memoryFor = (padded: number): Buffer => {
  const memory = Buffer.alloc(TEXT_AT + padded + TAG_BYTES)
  memory.writeUInt32BE(PREAMBLE_BYTES, 0)
  return memory
}

/** Hands out workspaces: cached ones for usual lengths (making views costs as much as opening), fresh ones beyond. */
export class Workspaces {
  readonly #memory: Buffer = memoryFor(REUSED_TEXT_BYTES_MAX)
  readonly #byStep: (Workspace | undefined)[] = Array.from({ length: REUSED_TEXT_BYTES_MAX / STEP_BYTES + 1 }, () => undefined)

  /** The workspace for a padded length. The one handed out before is void. */
  for(padded: number): Workspace {
    if (padded > REUSED_TEXT_BYTES_MAX) return workspaceOn(memoryFor(padded), padded)
    const step = padded / STEP_BYTES
    const cached = this.#byStep[step]
    if (cached !== undefined) return cached
    const made = workspaceOn(this.#memory, padded)
    this.#byStep[step] = made
    return made
  }
}
