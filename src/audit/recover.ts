/** How a log file ends: what a new chain must name as its predecessor, and what a crash has left behind. */
import { createHash } from 'node:crypto'
import { AUDIT_LINE_BYTES_MAX } from '../limits.js'
import { decodeLine } from './chain.js'
import type { Fragment } from './event.js'

/** So many bytes of a file's end always hold a whole line and the piece behind it. */
export const TAIL_BYTES: number = 2 * AUDIT_LINE_BYTES_MAX

export interface FileTail {
  /** Hash of the last event; undefined if the tail holds none. */
  readonly hash: string | undefined
  /** The torn line at the very end. */
  readonly fragment: Fragment | undefined
  /** The file does not end with a newline. */
  readonly isLineOpen: boolean
}

const NEWLINE = 10

/** Names a torn line without showing it. */
export const fragmentOf = (bytes: Uint8Array): Fragment => ({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })

const hashOf = (line: Uint8Array): string | undefined => {
  const decoded = decodeLine(Buffer.from(line).toString('utf8'))
  return decoded.kind === 'event' ? decoded.event.hash : undefined
}

const lastEventHash = (bytes: Uint8Array): string | undefined => {
  let end = bytes.length
  while (end > 0) {
    const start = bytes.lastIndexOf(NEWLINE, end - 1) + 1
    const hash = hashOf(bytes.subarray(start, end))
    if (hash !== undefined) return hash
    end = start - 1
  }
  return undefined
}

/** Reads the last bytes of a file (all of it, or `TAIL_BYTES`). A last event that lacks only its newline is not torn. */
export const readTail = (bytes: Uint8Array): FileTail => {
  const lineStart = bytes.lastIndexOf(NEWLINE) + 1
  const rest = bytes.subarray(lineStart)
  if (rest.length === 0) return { hash: lastEventHash(bytes.subarray(0, Math.max(0, lineStart - 1))), fragment: undefined, isLineOpen: false }
  const hash = hashOf(rest)
  if (hash !== undefined) return { hash, fragment: undefined, isLineOpen: true }
  return { hash: lastEventHash(bytes.subarray(0, Math.max(0, lineStart - 1))), fragment: fragmentOf(rest), isLineOpen: true }
}
