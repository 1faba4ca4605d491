/** What the schema finds wrong, in the words of the policy file and at the exact place. */
import type { z } from 'zod'
import type { Path, PolicyDocument } from './document.js'
import type { Problem } from './problem.js'
import { TREATMENT_WORDS } from './schema.js'

type Issue = z.core.$ZodIssue

/** Designed, so people will find them written somewhere, but not working yet: said plainly instead of "unknown key". */
const KEYS_NOT_BUILT: ReadonlySet<string> = new Set(['json', 'by', 'on_masked_write', 'unclassified', 'proxy_auth', 'client_cert', 'accept_leakage', 'key', 'purpose'])
const PROTECTIONS_NOT_BUILT: ReadonlySet<unknown> = new Set(['none', 'equality_ci', 'contains', 'order'])
const MASKS = ['redact', 'email', 'first', 'last', 'initials', 'year', 'year_month', 'postcode', 'bucket', 'pseudonym', 'constant']

const valueIn = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined), root)

const kindOf = (value: unknown): string => {
  if (value === null) return 'nothing'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a mapping' : `a ${typeof value}`
}

const quote = (value: unknown): string => (typeof value === 'object' && value !== null ? kindOf(value) : `'${String(value).slice(0, 60)}'`)

const keyReason = (key: string): string => (KEYS_NOT_BUILT.has(key) ? `${key} is not built yet` : `unknown key '${key}'`)

const treatmentReason = (value: unknown): string => {
  const words = `${TREATMENT_WORDS.join(', ')} or { mask: … }`
  if (typeof value === 'string' && MASKS.includes(value)) return `a mask is written { mask: ${value} }`
  return `${quote(value)} is no treatment: use ${words}`
}

const protectReason = (value: unknown): string => {
  const first: unknown = Array.isArray(value) ? value.find(entry => PROTECTIONS_NOT_BUILT.has(entry)) : value
  if (PROTECTIONS_NOT_BUILT.has(first)) return `protect: ${String(first)} is not built yet`
  return Array.isArray(value) ? 'protect takes one of random, equality' : `${quote(value)} is no protection: use random or equality`
}

interface Finding {
  readonly path: Path
  readonly onKey: boolean
  readonly reason: string
}

const typeReason = (issue: Extract<Issue, { code: 'invalid_type' }>, value: unknown): string =>
  `expected ${issue.expected === 'record' || issue.expected === 'object' ? 'a mapping' : issue.expected === 'array' ? 'a list' : `a ${issue.expected}`}, got ${kindOf(value)}`

const unionFindings = (issue: Extract<Issue, { code: 'invalid_union' }>, root: unknown): readonly Finding[] => {
  const path: Path = issue.path
  const value = valueIn(root, path)
  if (path.at(-1) === 'mask') return [{ path, onKey: false, reason: `${quote(value)} is no mask: use one of ${MASKS.join(', ')}` }]
  if (path.at(-1) === 'overwrite') return [{ path, onKey: false, reason: 'overwrite takes true or a list of category patterns' }]
  const isMask = typeof value === 'object' && value !== null && 'mask' in value
  const branch = isMask ? issue.errors.at(-1) : undefined
  if (branch === undefined) return [{ path, onKey: false, reason: treatmentReason(value) }]
  return branch.flatMap(inner => findingsOf({ ...inner, path: [...path, ...inner.path] }, root))
}

const valueFinding = (issue: Issue, root: unknown): Finding => {
  const path: Path = issue.path
  const value = valueIn(root, path)
  if (path.at(-1) === 'protect' && value !== undefined) return { path, onKey: false, reason: protectReason(value) }
  if (value === undefined && path.length > 0) return { path: path.slice(0, -1), onKey: true, reason: `the key '${String(path.at(-1))}' is missing` }
  if (issue.code === 'invalid_type') return { path, onKey: false, reason: typeReason(issue, value) }
  if (issue.code === 'invalid_value') return { path, onKey: false, reason: `${quote(value)} is not allowed: use ${issue.values.map(String).join(' or ')}` }
  return { path, onKey: false, reason: `${quote(value)}: ${issue.message}` }
}

const findingsOf = (issue: Issue, root: unknown): readonly Finding[] => {
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => ({ path: [...issue.path, key], onKey: true, reason: keyReason(key) }))
  if (issue.code === 'invalid_key') return issue.issues.map(inner => ({ path: issue.path, onKey: true, reason: `${quote(issue.path.at(-1))}: ${inner.message}` }))
  return issue.code === 'invalid_union' ? unionFindings(issue, root) : [valueFinding(issue, root)]
}

/** The problems of one file that does not fit the schema, in the order of the schema's own findings. */
export const problemsOf = (document: PolicyDocument, issues: readonly Issue[]): readonly Problem[] =>
  issues
    .flatMap(issue => findingsOf(issue, document.value))
    .map(({ path, onKey, reason }) => ({ source: document.source, ...(onKey ? document.keyAt(path) : document.valueAt(path)), reason }))
