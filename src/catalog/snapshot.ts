/** The immutable catalogue object over what the queries returned. */
import { createHash } from 'node:crypto'
import type { Catalog, Finding, Relation, RoutineInfo, TypeShape } from './types.js'

export interface SnapshotParts {
  readonly serverVersion: number
  readonly relations: readonly Relation[]
  readonly routines: readonly RoutineInfo[]
  readonly types: readonly TypeShape[]
  readonly membershipsOf: (user: string) => ReadonlySet<string>
  /** What the memberships were made of, for the hash. */
  readonly grants: readonly unknown[]
  readonly findings: readonly Finding[]
}

/** A catalogue that can be told from another one by its content. */
export interface LoadedCatalog extends Catalog {
  /** Equal for equal content; other sessions' temporary tables do not count, as they come and go all the time. */
  readonly contentHash: string
}

/** Whether a schema holds temporary objects of some session. */
export const isTemporarySchema = (schema: string): boolean => /^pg_(?:toast_)?temp_\d+$/.test(schema)

const group = <Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> => {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const found = groups.get(keyOf(item))
    if (found === undefined) groups.set(keyOf(item), [item])
    else found.push(item)
  }
  return groups
}

// Fields are plain objects that occur once per column; their name and the policy's hash (in the caller's hands) stand for them.
const hashOf = (parts: SnapshotParts): string => {
  const lasting = parts.relations.filter(relation => !isTemporarySchema(relation.schema))
  const temporary = new Set(parts.relations.filter(relation => isTemporarySchema(relation.schema)).map(relation => relation.rowTypeOid))
  const isLasting = (type: TypeShape): boolean => !temporary.has(type.oid) && !(type.kind === 'array' && temporary.has(type.elementOid))
  const content = [parts.serverVersion, lasting, parts.routines, parts.types.filter(isLasting), parts.grants, parts.findings]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

/** Indexes `parts`. Nothing of it may be changed afterwards. */
export const createSnapshot = (parts: SnapshotParts): LoadedCatalog => {
  const byOid = new Map(parts.relations.map(relation => [relation.oid, relation] as const))
  const byName = group(parts.relations, relation => relation.name)
  const routinesByName = group(parts.routines, routine => routine.name)
  const types = new Map(parts.types.map(type => [type.oid, type] as const))
  return {
    version: 1,
    contentHash: hashOf(parts),
    serverVersion: parts.serverVersion,
    relationByOid: oid => byOid.get(oid),
    relation: (schema, name) => byName.get(name)?.find(relation => relation.schema === schema),
    relationsNamed: name => byName.get(name) ?? [],
    protectedSchemas: new Set(parts.relations.filter(relation => relation.isProtected).map(relation => relation.schema)),
    routinesNamed: name => routinesByName.get(name) ?? [],
    type: oid => types.get(oid),
    membershipsOf: parts.membershipsOf,
    findings: parts.findings,
  }
}
