/** Log files as lines of bytes, with bounded memory whatever the file is. */
import { createReadStream, openSync, readSync, closeSync } from 'node:fs'
import { ProxyError } from '../errors.js'
import { AUDIT_LINE_BYTES_MAX } from '../limits.js'
import { decodeLine } from '../audit/chain.js'
import type { Place } from '../audit/verify.js'

const NEWLINE = 10
/** A longer line is cut here; `verify` reports it, the other commands skip it. */
const HELD_BYTES_MAX: number = 2 * AUDIT_LINE_BYTES_MAX + 1

export interface FileLine {
  /** Without the newline; valid until the next line is asked for. */
  readonly bytes: Uint8Array
  readonly place: Place
}

const unreadable = (path: string, cause: unknown): ProxyError => new ProxyError('file_unreadable', { path, reason: 'the access log cannot be read' }, { cause })

/** The lines of one file from byte `start` on. Throws `file_unreadable`. */
export const fileLines = async function* (path: string, start = 0): AsyncGenerator<FileLine> {
  let held: Buffer[] = []
  let heldBytes = 0
  let line = 0
  const hold = (part: Buffer): void => {
    const kept = part.subarray(0, Math.max(0, HELD_BYTES_MAX - heldBytes))
    if (kept.length > 0) held.push(kept)
    heldBytes += kept.length
  }
  const take = (): FileLine => {
    const bytes = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held)
    held = []
    heldBytes = 0
    line++
    return { bytes, place: { file: path, line } }
  }
  try {
    for await (const chunk of createReadStream(path, { start }) as AsyncIterable<Buffer>) {
      let from = 0
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        hold(chunk.subarray(from, end))
        yield take()
        from = end + 1
      }
      hold(chunk.subarray(from))
    }
  } catch (error) {
    throw error instanceof ProxyError ? error : unreadable(path, error)
  }
  if (heldBytes > 0) yield take()
}

/** Time of a file's first event, by which rotated files are put in order; files without one come last. */
const firstTime = (path: string): string => {
  const bytes = Buffer.alloc(AUDIT_LINE_BYTES_MAX)
  try {
    const fd = openSync(path, 'r')
    const count = readSync(fd, bytes, 0, bytes.length, 0)
    closeSync(fd)
    const end = bytes.subarray(0, count).indexOf(NEWLINE)
    const decoded = decodeLine(bytes.subarray(0, end < 0 ? count : end).toString('utf8'))
    return decoded.kind === 'not_an_event' ? '9' : decoded.event.time
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Rotated files of one log from the oldest on: a shell lists `audit.jsonl` before `audit.jsonl.1`. Throws `file_unreadable`. */
export const inOrderOfTime = (paths: readonly string[]): readonly string[] =>
  paths.map(path => ({ path, time: firstTime(path) })).toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).map(file => file.path)
