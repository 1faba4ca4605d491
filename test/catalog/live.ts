/** Loads the catalogue of a test database under a policy written in the test. */
import type { Test } from 'tap'
import { loadCatalog, type PrefixOf } from '../../src/catalog/load.js'
import type { Query } from '../../src/catalog/rows.js'
import type { LoadedCatalog } from '../../src/catalog/snapshot.js'
import type { Finding } from '../../src/catalog/types.js'
import { parsePolicy } from '../../src/policy/parse.js'
import type { Policy } from '../../src/policy/types.js'
import { createDatabase, type TestCluster, type TestDatabase } from '../support/cluster.js'

/** Columns as `schema.table.column`, each with its keys in YAML flow form (`protect` is `equality` unless said). */
export type Columns = Readonly<Record<string, string>>

export const policyText = (columns: Columns, allowed: readonly string[] = []): string => {
  const tables = new Map<string, string[]>()
  for (const [path, keys] of Object.entries(columns)) {
    const [schema, table, column] = path.split('.')
    const name = `${schema}.${table}`
    const rest = [keys, keys.includes('protect:') ? '' : 'protect: equality'].filter(part => part !== '').join(', ')
    tables.set(name, [...(tables.get(name) ?? []), `      ${column}: { category: user.name, ${rest} }`])
  }
  return [
    'version: 1',
    'trust_database_logins: true',
    ...(allowed.length === 0 ? [] : [`allow_database_code: [${allowed.join(', ')}]`]),
    tables.size === 0 ? 'tables: {}' : 'tables:',
    ...[...tables].flatMap(([name, lines]) => [`  ${name}:`, '    columns:', ...lines]),
    'roles:',
    '  app: { match: { db_user: [app] }, read: { "*": reveal }, search: ["*"], write: ["*"] }',
    'default: { read: { "*": { mask: redact } } }',
  ].join('\n')
}

export const policyOf = (columns: Columns, allowed: readonly string[] = []): Policy => parsePolicy([{ path: 'test.yaml', text: policyText(columns, allowed) }])

/** A prefix of the right shape for each field, in the policy's order; the first holds a `_`, which LIKE must not take for any character. */
export const prefixesOf = (policy: Policy): PrefixOf => {
  const names = [...policy.fields.keys()]
  return name => (names.includes(name) ? `AQAAA${'_BCDEFGHIJ'[names.indexOf(name)] ?? 'Z'}AB` : undefined)
}

export const queryOf = (database: TestDatabase): Query => async (sql, parameters) => (await database.query(sql, parameters)).rows ?? []

export interface Live {
  readonly database: TestDatabase
  readonly policy: Policy
  readonly prefixOf: PrefixOf
  readonly load: () => Promise<LoadedCatalog>
}

export const live = async (test: Test, schema: string, columns: Columns, options: { allowed?: readonly string[]; cluster?: TestCluster } = {}): Promise<Live> => {
  const database = await createDatabase(test, options.cluster === undefined ? { schema } : { schema, cluster: options.cluster })
  const policy = policyOf(columns, options.allowed)
  const prefixOf = prefixesOf(policy)
  return { database, policy, prefixOf, load: () => loadCatalog(queryOf(database), policy, prefixOf) }
}

export type Outline = readonly [severity: Finding['severity'], kind: string, object: string, column: string | undefined]

/** Findings of the given kinds without their texts, sorted by object. */
export const outline = (catalog: LoadedCatalog, ...kinds: readonly string[]): readonly Outline[] =>
  catalog.findings
    .filter(finding => kinds.includes(finding.kind))
    .map(({ severity, kind, object, column }): Outline => [severity, kind, object, column])
    .toSorted((a, b) => (a[2] + String(a[3]) < b[2] + String(b[3]) ? -1 : 1))

/** Schema, columns of the policy, and what `outline` should give for `kinds`. */
export interface FindingCase {
  readonly schema: string
  readonly columns: Columns
  readonly allowed?: readonly string[]
  readonly kinds: readonly string[]
  readonly expected: readonly Outline[]
}

/** Checks one case on the shared server. */
export const checkCase = async (test: Test, { schema, columns, allowed = [], kinds, expected }: FindingCase): Promise<void> => {
  const { load } = await live(test, schema, columns, { allowed })
  const catalog = await load()
  test.same(outline(catalog, ...kinds), expected)
  test.ok(catalog.findings.every(finding => finding.reason !== '' && finding.remedy !== ''), 'each says why and what to do')
}
