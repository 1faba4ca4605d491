/** What the tour does with the access log: finds its own events, verifies the log, and verifies copies that it spoils. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditEvent } from '../audit/event.js'
import { matches } from '../audit/search.js'
import { createVerifier, type HeadInput, type VerifyResult } from '../audit/verify.js'
import { eventOf } from './audit-follow.js'
import { fileLines } from './audit-lines.js'
import { readHeadInputs } from './audit-paths.js'
import type { Stage } from './demo-stage.js'

const eventsIn = async (path: string): Promise<readonly AuditEvent[]> => {
  const events: AuditEvent[] = []
  for await (const { bytes } of fileLines(path)) {
    const event = eventOf(bytes)
    if (event !== undefined) events.push(event)
  }
  return events
}

/** Reads and refusals of one application since a time. */
export const eventsOf = async ({ auditLogPath }: Stage, appName: string, since: string): Promise<readonly AuditEvent[]> =>
  (await eventsIn(auditLogPath)).filter(event => matches({ since }, event) && 'stmt' in event && 'actor' in event && event.actor.app_name === appName)

const verifyFile = async (path: string, heads: readonly HeadInput[]): Promise<VerifyResult> => {
  const verifier = createVerifier(heads)
  for await (const { bytes, place } of fileLines(path)) verifier.line(bytes, place)
  return verifier.finish()
}

const HEAD_WAITS_MAX = 30
const HEAD_WAIT_MS = 100

/** Heads are signed each second: waits for one that covers the last event. */
const headsFor = async ({ auditHeadPath, keyringPath }: Stage, last: AuditEvent | undefined): Promise<readonly HeadInput[]> => {
  for (let wait = 0; ; wait++) {
    const heads = readHeadInputs(auditHeadPath, { keyring: keyringPath })
    const isCovered = heads.some(({ head }) => head !== undefined && head.chain === last?.chain && head.seq >= last.seq)
    if (isCovered || wait === HEAD_WAITS_MAX) return heads
    await sleep(HEAD_WAIT_MS)
  }
}

export interface Tampered {
  readonly what: string
  readonly result: VerifyResult
}

export interface Verified {
  readonly result: VerifyResult
  readonly tampered: readonly Tampered[]
}

/** Lines of the log with one word of the last read by `from` replaced, as somebody would who wants to hide who it was. */
const blamed = (lines: readonly string[], from: string, to: string): readonly string[] => {
  const at = lines.findLastIndex(line => line.includes(`"db_user":"${from}"`) && line.includes('"type":"query"'))
  return lines.map((line, index) => (index === at ? line.replace(`"db_user":"${from}"`, `"db_user":"${to}"`) : line))
}

const CUT_LINES = 3

/** Verifies the log, and two spoiled copies of it, which are deleted again. The log itself is only read. */
export const verifyAndTamper = async (stage: Stage): Promise<Verified> => {
  const heads = await headsFor(stage, (await eventsIn(stage.auditLogPath)).at(-1))
  const result = await verifyFile(stage.auditLogPath, heads)
  const lines = readFileSync(stage.auditLogPath, 'utf8').trimEnd().split('\n')
  const folder = mkdtempSync(join(tmpdir(), 'pgveil-tampered-'))
  const spoiled = async (name: string, what: string, copy: readonly string[]): Promise<Tampered> => {
    const path = join(folder, name)
    writeFileSync(path, `${copy.join('\n')}\n`, { mode: 0o600 })
    return { what, result: await verifyFile(path, heads) }
  }
  try {
    const edited = await spoiled('edited.jsonl', "a copy in which one of max's reads is blamed on anna", blamed(lines, 'max', 'anna'))
    const cut = await spoiled('cut.jsonl', `a copy that lacks the last ${CUT_LINES} events`, lines.slice(0, -CUT_LINES))
    return { result, tampered: [edited, cut] }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
