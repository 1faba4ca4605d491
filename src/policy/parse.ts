/** Policy files in, a `Policy` out, or everything that is wrong with them. Nothing past this file sees `unknown`. */
import { createHash } from 'node:crypto'
import { ProxyError } from '../errors.js'
import { readDocument } from './document.js'
import { buildTables } from './fields.js'
import { mergeFiles, validFile } from './merged.js'
import type { PolicyFile, Problem } from './problem.js'
import { buildRoles } from './roles.js'
import { checkMasks, warningsOf } from './rules-check.js'
import type { Policy } from './types.js'

export type { PolicyFile, Problem } from './problem.js'

export interface PolicyCheck {
  /** Absent exactly when there are problems. */
  readonly policy?: Policy
  /** All of them, file by file, by line. Each refuses the start. */
  readonly problems: readonly Problem[]
  /** Allowed, but worth a look. */
  readonly warnings: readonly Problem[]
}

const HASH_DIGITS = 16

/** Maps and sets as sorted lists: moving a table in the file must not change the hash. Lists keep their order, which counts for roles. */
const canonical = (_: string, value: unknown): unknown => {
  if (value instanceof Map) return [...value.entries()].toSorted(([left], [right]) => (String(left) < String(right) ? -1 : 1))
  return value instanceof Set ? [...value].map(String).toSorted() : value
}

const hashOf = (policy: Omit<Policy, 'hash'>): string =>
  createHash('sha256').update(JSON.stringify(policy, canonical)).digest('hex').slice(0, HASH_DIGITS)

const inFileOrder = (files: readonly PolicyFile[], problems: readonly Problem[]): readonly Problem[] => {
  const rank = new Map(files.map((file, index) => [file.path, index]))
  const rankOf = ({ source }: Problem): number => rank.get(source) ?? 0
  return problems.toSorted((left, right) => rankOf(left) - rankOf(right) || left.line - right.line || left.column - right.column)
}

/** Checks the files as one policy and collects every problem, with the exact place. Never throws. */
export const checkPolicyFiles = (files: readonly PolicyFile[]): PolicyCheck => {
  const problems: Problem[] = []
  const valid = files.flatMap(file => validFile(readDocument(file), problems) ?? [])
  // Cross-checks on some of the files would report what a broken one merely hides.
  if (problems.length > 0) return { problems: inFileOrder(files, problems), warnings: [] }
  const merged = mergeFiles(valid, problems)
  const { tables, fields } = buildTables(merged, problems)
  const { roles, fallback } = buildRoles(merged, problems)
  const content = { trustDatabaseLogins: merged.trustsDatabaseLogins, tables, fields, roles, fallback, allowedDatabaseCode: merged.allowedDatabaseCode }
  const policy: Policy = { hash: hashOf(content), ...content }
  checkMasks(merged, policy, problems)
  if (problems.length > 0) return { problems: inFileOrder(files, problems), warnings: [] }
  return { policy, problems, warnings: inFileOrder(files, warningsOf(merged, policy)) }
}

/** Parses the files as one policy. Throws `policy_invalid` for the first problem, with its source, line and column. */
export const parsePolicy = (files: readonly PolicyFile[]): Policy => {
  const { policy, problems } = checkPolicyFiles(files)
  if (policy !== undefined) return policy
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more: run pgveil policy check)` : ''
  throw new ProxyError('policy_invalid', { source: first?.source, line: first?.line, column: first?.column, reason: `${first?.reason ?? 'no policy'}${more}` })
}
