/** Loads the catalogue: a dozen queries in one snapshot, then the policy is joined. */
import { ProxyError } from '../errors.js'
import type { Policy } from '../policy/types.js'
import { collectFindings } from './findings.js'
import { readMemberships } from './memberships.js'
import { fieldsOf, groupPairs, reachable, readCheck, readRelation, withFields, type Parents } from './relations.js'
import { readRoutines } from './routines.js'
import { numberOf, type Query } from './rows.js'
import { createSnapshot, type LoadedCatalog } from './snapshot.js'
import * as statements from './statements.js'
import { readType } from './type-shapes.js'
import type { Relation } from './types.js'

/** Field prefix (the first eight characters of each token's header) by field name; undefined where the keyring lacks the field. */
export type PrefixOf = (fieldName: string) => string | undefined

const loadHomes = async (query: Query, policy: Policy, prefixOf: PrefixOf, parents: Parents): Promise<readonly Relation[]> => {
  const plain = (await query(statements.RELATIONS)).map(readRelation)
  const byOid = new Map(plain.map(relation => [relation.oid, relation] as const))
  const fields = new Map(plain.map(relation => [relation.oid, fieldsOf(relation, parents, byOid, policy)] as const))
  const homes = plain.filter(relation => (fields.get(relation.oid)?.size ?? 0) > 0).map(relation => relation.oid)
  const checks = (await query(statements.CHECKS_OF_ONE_COLUMN, [homes])).map(readCheck)
  return plain.map(relation => withFields(relation, fields.get(relation.oid) ?? new Map(), checks, prefixOf))
}

const markViews = async (query: Query, relations: readonly Relation[]): Promise<readonly Relation[]> => {
  const sources = groupPairs(await query(statements.VIEW_SOURCES), 'view', 'source')
  const guarded = new Set(relations.filter(relation => relation.isProtected).map(relation => relation.oid))
  return relations.map(relation => {
    const isView = relation.kind === 'view' || relation.kind === 'matview'
    if (!isView || ![...reachable(relation.oid, sources)].some(oid => guarded.has(oid))) return relation
    return { ...relation, readsProtected: true }
  })
}

const loadParts = async (query: Query, policy: Policy, prefixOf: PrefixOf): Promise<LoadedCatalog> => {
  const version = await query(statements.SERVER_VERSION)
  const parents = groupPairs(await query(statements.INHERITANCE), 'child', 'parent')
  const relations = await markViews(query, await loadHomes(query, policy, prefixOf, parents))
  const byOid = new Map(relations.map(relation => [relation.oid, relation] as const))
  const types = (await query(statements.TYPES)).map(row => readType(row, byOid))
  const grants = await query(statements.MEMBERSHIPS)
  const routines = readRoutines(await query(statements.ROUTINES), relations, policy)
  const findings = await collectFindings({ query, policy, prefixOf, relations, byOid, parents, routines })
  const serverVersion = version[0] === undefined ? 0 : numberOf(version[0], 'version')
  return createSnapshot({ serverVersion, relations, routines, types, membershipsOf: readMemberships(grants), grants, findings })
}

/**
 * Reads the live database as `policy` sees it, in one repeatable read transaction on the session behind `query`.
 * Throws `catalog_unreachable` when the server can't be asked; the session is then out of the transaction again.
 */
export const loadCatalog = async (query: Query, policy: Policy, prefixOf: PrefixOf): Promise<LoadedCatalog> => {
  try {
    await query(statements.BEGIN_SNAPSHOT)
    const catalog = await loadParts(query, policy, prefixOf)
    await query(statements.END_SNAPSHOT)
    return catalog
  } catch (error) {
    // The first error is the one to tell; if the connection is gone, so is its transaction.
    await query(statements.ABANDON_SNAPSHOT).catch(() => undefined)
    if (error instanceof ProxyError) throw error
    throw new ProxyError('catalog_unreachable', { reason: reasonOf(error) }, { cause: error })
  }
}

// A server's error text may quote names, but these queries touch no user data.
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown error')
