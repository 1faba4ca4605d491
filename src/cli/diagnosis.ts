/** The examinations of `doctor`: each looks at one thing and says what to do if it is wrong. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Query } from '../catalog/rows.js'
import type { Catalog, Finding } from '../catalog/types.js'
import type { StartConfig } from '../config/types.js'
import { unlockKeyring } from '../crypto/keyring.js'
import type { RootSecret } from '../crypto/root-secret.js'
import type { Policy } from '../policy/types.js'
import { readHeads } from '../server/audit-heads.js'
import { readKeyringFile } from './keyring-store.js'

export interface Diagnosis {
  readonly check: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly detail: string
  /** Empty where nothing needs doing. */
  readonly remedy: string
}

const ok = (check: string, detail: string): Diagnosis => ({ check, status: 'ok', detail, remedy: '' })
const warning = (check: string, detail: string, remedy: string): Diagnosis => ({ check, status: 'warning', detail, remedy })
const failed = (check: string, detail: string, remedy: string): Diagnosis => ({ check, status: 'failed', detail, remedy })

const OTHERS_BITS = 0o077
/** A head is written each second while there is news. */
const HEAD_LATE_MS = 10_000

/** Readable by their owner alone. The keyring's keys are wrapped, but a second lock is no reason to leave the first one open. */
export const keyringMode = (path: string): Diagnosis => {
  if (!existsSync(path)) return failed('keyring file', `${path} is missing`, 'pgveil keys init')
  const mode = statSync(path).mode & 0o777
  return (mode & OTHERS_BITS) === 0 ? ok('keyring file', path) : failed('keyring file', `${path} has mode 0${mode.toString(8)}`, `chmod 600 ${path}`)
}

/** Unlocks, and has a key for each field. Throws `keyring_invalid`. */
export const keyringKeys = (path: string, secret: RootSecret, policy: Policy): Diagnosis => {
  const { keyring } = unlockKeyring(readKeyringFile(path), secret, path)
  const known = new Set(keyring.fields.map(entry => entry.field))
  const missing = [...policy.fields.keys()].filter(name => !known.has(name))
  if (missing.length > 0) return failed('keys', `no key for: ${missing.join(', ')}`, 'pgveil keys sync')
  return ok('keys', `unlocked; ${policy.fields.size} field(s) have keys`)
}

const PRIVILEGES = `
SELECT rolsuper AS super, rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS administers,
       (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')) AS tables
  FROM pg_roles WHERE rolname = current_user`

/** The login needs none: the system catalogue is readable for everyone. */
export const catalogLogin = async (query: Query): Promise<Diagnosis> => {
  const [row] = await query(PRIVILEGES)
  const remedy = 'Make a login without privileges for --catalog-url: CREATE ROLE pgveil_catalog LOGIN PASSWORD …'
  if (row?.['super'] === true) return warning('catalogue login', 'is a superuser', remedy)
  if (row?.['administers'] === true) return warning('catalogue login', 'may administer the server', remedy)
  const tables = Number(row?.['tables'] ?? 0)
  return tables > 0 ? warning('catalogue login', `may use ${tables} table(s)`, remedy) : ok('catalogue login', 'works and has no privileges')
}

const label = ({ column, object }: Finding): string => column ?? object

/** What in the database is not sealed yet, or works on sealed values as if they were plain. */
export const databaseFindings = (catalog: Catalog): readonly Diagnosis[] => {
  const unguarded = catalog.findings.filter(finding => finding.severity === 'unguarded')
  const blocking = catalog.findings.filter(finding => finding.severity === 'blocks')
  return [
    unguarded.length === 0 ? ok('guards', 'every column of the policy is guarded') : failed('guards', `not sealed: ${unguarded.map(label).join(', ')}`, 'Apply the output of: pgveil policy ddl'),
    blocking[0] === undefined ? ok('database code', 'nothing works on sealed values') : failed('database code', `${blocking.length} finding(s): ${blocking[0].object}: ${blocking[0].reason}`, blocking[0].remedy),
  ]
}

const nearestExisting = (path: string): string => (existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path)))

const isWritable = (path: string): boolean => {
  try {
    accessSync(nearestExisting(path), constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The log can be opened for writing; nothing is made to find out. */
export const auditLog = ({ auditLogPath }: StartConfig): Diagnosis =>
  isWritable(auditLogPath) ? ok('access log', auditLogPath) : failed('access log', `${auditLogPath} is not writable`, 'Give the account of pgveil the right to write there, or set --audit-log')

/** The newest head is about as old as the log. Throws `file_unreadable`. */
export const auditHead = ({ auditLogPath, auditHeadPath }: StartConfig): Diagnosis => {
  if (!existsSync(auditLogPath)) return ok('log head', 'nothing was logged yet')
  const times = existsSync(auditHeadPath) ? readHeads(auditHeadPath).flatMap(({ head }) => (head === undefined ? [] : [Date.parse(head.time)])) : []
  if (times.length === 0) return failed('log head', `no head in ${auditHeadPath}, so a cut log would not be noticed`, 'Check --audit-head and its permissions')
  const lateMs = statSync(auditLogPath).mtimeMs - Math.max(...times)
  if (lateMs <= HEAD_LATE_MS) return ok('log head', 'as new as the log')
  return failed('log head', `${Math.round(lateMs / 1000)} s older than the log`, 'pgveil audit verify, and check that --audit-head can be written')
}
