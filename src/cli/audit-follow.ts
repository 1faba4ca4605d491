/** The end of a log, and what is appended to it. */
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeLine } from '../audit/chain.js'
import type { AuditEvent } from '../audit/event.js'
import { ProxyError } from '../errors.js'
import { AUDIT_LINE_BYTES_MAX } from '../limits.js'
import { fileLines } from './audit-lines.js'

const POLL_MS = 250

/** The event of a line, or undefined if it is none. Its hash is not looked at: that is up to `verify`. */
export const eventOf = (bytes: Uint8Array): AuditEvent | undefined => {
  const decoded = decodeLine(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  return decoded.kind === 'not_an_event' ? undefined : decoded.event
}

const stateOf = (path: string): { readonly size: number; readonly inode: number } => {
  try {
    const { size, ino } = statSync(path)
    return { size, inode: ino }
  } catch (error) {
    throw new ProxyError('file_unreadable', { path, reason: 'the access log cannot be read' }, { cause: error })
  }
}

/** The last `count` events of a file, and the offset behind them. Throws `file_unreadable`. */
export const lastEvents = async (path: string, count: number): Promise<{ readonly events: readonly AuditEvent[]; readonly end: number }> => {
  const start = Math.max(0, stateOf(path).size - 2 * AUDIT_LINE_BYTES_MAX)
  let events: AuditEvent[] = []
  let end = start
  for await (const { bytes } of fileLines(path, start)) {
    end += bytes.length + 1
    const event = eventOf(bytes)
    if (event !== undefined) events.push(event)
    if (events.length > 2 * count) events = events.slice(-count)
  }
  return { events: events.slice(-count), end }
}

/** Hands over each event that is appended behind `offset`, across rotations, until the process ends. */
export const follow = async (path: string, offset: number, show: (event: AuditEvent) => void): Promise<never> => {
  let { inode } = stateOf(path)
  let position = offset
  for (;;) {
    await sleep(POLL_MS)
    const state = stateOf(path)
    if (state.inode !== inode || state.size < position) {
      inode = state.inode
      position = 0
    }
    if (state.size <= position) continue
    for await (const { bytes } of fileLines(path, position)) {
      const event = eventOf(bytes)
      // A line that is still being written is read again at the next turn.
      if (event === undefined && position + bytes.length >= state.size) break
      position += bytes.length + 1
      if (event !== undefined) show(event)
    }
  }
}
