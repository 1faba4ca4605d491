/** Resolves relation names as the server would, as far as the session's search_path is known. */
import { isTemporarySchema } from './snapshot.js'
import type { Catalog, Relation } from './types.js'

export type Resolution =
  | { readonly kind: 'found'; readonly relation: Relation }
  | { readonly kind: 'missing' }
  /** Several relations fit, and it matters which one is meant. */
  | { readonly kind: 'ambiguous' }

const MISSING: Resolution = { kind: 'missing' }
const AMBIGUOUS: Resolution = { kind: 'ambiguous' }

const found = (relation: Relation | undefined): Resolution => (relation === undefined ? MISSING : { kind: 'found', relation })

// Absent means "assume so": a relation made by an older loader must not slip through.
const isSensitive = (relation: Relation): boolean => relation.isProtected || (relation.readsProtected ?? true)

const withoutSearchPath = (catalog: Catalog, name: string): Resolution => {
  const candidates = catalog
    .relationsNamed(name)
    .filter(relation => relation.schema !== 'pg_catalog' && relation.schema !== 'information_schema' && !isTemporarySchema(relation.schema))
  if (candidates.length > 1 && candidates.some(isSensitive)) return AMBIGUOUS
  return found(candidates[0])
}

const alongSearchPath = (catalog: Catalog, searchPath: readonly string[], name: string): Resolution => {
  for (const schema of searchPath) {
    const relation = catalog.relation(schema, name)
    if (relation !== undefined) return found(relation)
  }
  return MISSING
}

/**
 * The relation that a name means. Without a schema, pg_catalog comes first unless the path lists it elsewhere, as in
 * the server. With `searchPath` undefined, several candidates are `ambiguous` if any of them is protected or a view
 * over a protected relation; otherwise the first is as good as any. Temporary tables are not looked for: the snapshot
 * cannot know this session's, and taking a temporary table for the protected one of its name seals too much, not too little.
 */
export const resolveRelation = (catalog: Catalog, searchPath: readonly string[] | undefined, schema: string | undefined, name: string): Resolution => {
  if (schema !== undefined) return found(catalog.relation(schema, name))
  if (searchPath !== undefined) {
    return alongSearchPath(catalog, searchPath.includes('pg_catalog') ? searchPath : ['pg_catalog', ...searchPath], name)
  }
  const builtIn = catalog.relation('pg_catalog', name)
  if (builtIn === undefined) return withoutSearchPath(catalog, name)
  // A path such as "public, pg_catalog" would find a user's relation of a built-in name first.
  const shadow = withoutSearchPath(catalog, name)
  const isShadowed = shadow.kind === 'ambiguous' || (shadow.kind === 'found' && isSensitive(shadow.relation))
  return isShadowed ? AMBIGUOUS : found(builtIn)
}

const ITEM = /\s*(?:"((?:[^"]|"")*)"|([^\s",]+))\s*(?:,|$)/gy

/**
 * The schemas of a search_path setting as SHOW prints it, in order; `"$user"` becomes `user`. Names out of quotes are
 * folded to lower case. A setting that does not follow the syntax gives the schemas up to the fault.
 */
export const parseSearchPath = (setting: string, user: string): string[] => {
  const schemas: string[] = []
  ITEM.lastIndex = 0
  while (ITEM.lastIndex < setting.length) {
    const item = ITEM.exec(setting)
    if (item === null) break
    const name = item[1]?.replaceAll('""', '"') ?? item[2]?.toLowerCase() ?? ''
    if (name !== '') schemas.push(name === '$user' ? user : name)
  }
  return schemas
}
