/** A log in memory, and bodies to fill it with. */
import { randomBytes } from 'node:crypto'
import { createAuditLog, type AuditLog, type AuditLogDeps } from '../../src/audit/log.js'
import type { AccessBody, Actor, DenyBody } from '../../src/audit/event.js'
import { createVerifier, type HeadInput, type VerifyResult } from '../../src/audit/verify.js'

export const ACTOR: Actor = { db_user: 'crm_app', app_name: 'crm', role: 'crm', session_id: 's1', source_ip: '127.0.0.1' }

export const QUERY: AccessBody = {
  type: 'query',
  phase: 'only',
  outcome: 'modified',
  actor: ACTOR,
  db: 'crm',
  policy_version: '0123456789abcdef',
  stmt: { kind: 'SELECT', fingerprint: 'f1', text: 'SELECT email FROM contacts WHERE id = $1', protocol: 'extended' },
  objects: [{ schema: 'public', table: 'contacts', columns: [{ name: 'email', category: 'user.contact.email', use: 'output', treatment: 'mask', rule: 'roles.crm.read["*"]' }] }],
  result: { rows: 3, completed: true },
  values: { masked: 3 },
  subjects: [{ type: 'customer', count: 3, count_exact: true, refs: ['a', 'b', 'c'] }],
}

export const DENY: DenyBody = { type: 'deny', outcome: 'denied', sqlstate: '42501', error: 'search_denied', actor: ACTOR, db: 'crm', policy_version: '0123456789abcdef' }

export interface MemoryFile {
  bytes: Buffer
  /** Bytes that still fit. */
  room: number
  append(bytes: Uint8Array): number
}

export const memoryFile = (): MemoryFile => ({
  bytes: Buffer.alloc(0),
  room: Number.POSITIVE_INFINITY,
  append(bytes) {
    const count = Math.min(this.room, bytes.length)
    if (count === 0) throw new RangeError('no space left')
    this.bytes = Buffer.concat([this.bytes, bytes.subarray(0, count)])
    this.room -= count
    return count
  },
})

let clock = Date.UTC(2030, 0, 1)

export const openLog = (file: MemoryFile, more: Partial<AuditLogDeps> = {}): AuditLog =>
  createAuditLog({ now: () => new Date(clock++), randomBytes, append: bytes => file.append(bytes), policyVersion: '0123456789abcdef', ...more })

export const verifyBytes = (bytes: Uint8Array, heads?: readonly HeadInput[]): VerifyResult => {
  const verifier = createVerifier(heads)
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  if (lines.at(-1) === '') lines.pop()
  lines.forEach((line, index) => verifier.line(Buffer.from(line, 'latin1'), { file: 'log', line: index + 1 }))
  return verifier.finish()
}

export const problemKinds = (result: VerifyResult): readonly string[] => result.problems.filter(problem => problem.severity === 'problem').map(problem => problem.kind)
