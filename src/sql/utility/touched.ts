/** Relations that a utility statement names. */
import type { Node, RangeVar } from 'libpg-query'
import { resolveRelation } from '../../catalog/search-path.js'
import type { Relation } from '../../catalog/types.js'
import { ProxyError } from '../../errors.js'
import type { Analysis } from '../analysis.js'
import { statementUnsupported } from '../refusal.js'
import { bodyOf, stringsOf } from '../tree.js'

const isSensitive = (relation: Relation): boolean => relation.isProtected || (relation.definition !== undefined && (relation.readsProtected ?? true))

/** A relation that may be missing, since the statement may be about to create it. Throws `ambiguous_relation`. */
export const lookup = (analysis: Analysis, name: RangeVar | undefined): Relation | undefined => {
  if (name?.relname === undefined) return undefined
  const found = resolveRelation(analysis.catalog, analysis.searchPath, name.schemaname, name.relname)
  if (found.kind === 'ambiguous') throw new ProxyError('ambiguous_relation', { name: name.relname })
  return found.kind === 'found' ? found.relation : undefined
}

export interface Touched {
  readonly names: readonly string[]
  readonly sensitive: Relation | undefined
}

/** Every relation below `root`, and whether one of them is protected or a view over protected columns. */
export const touchedBy = (analysis: Analysis, root: object): Touched => {
  const names: string[] = []
  let sensitive: Relation | undefined
  eachRange(root, name => {
    const relation = lookup(analysis, name)
    names.push(name.relname ?? '')
    if (relation !== undefined && isSensitive(relation)) sensitive ??= relation
  })
  return { names, sensitive }
}

/** RangeVars stand with their tag in lists and without it in fields of that type. */
const eachRange = (root: unknown, visit: (name: RangeVar) => void): void => {
  if (typeof root !== 'object' || root === null) return
  if ('relname' in root && typeof root.relname === 'string') {
    const schema = 'schemaname' in root && typeof root.schemaname === 'string' ? { schemaname: root.schemaname } : {}
    visit({ relname: root.relname, ...schema })
    return
  }
  for (const value of Object.values(root)) eachRange(value, visit)
}

/** DROP and COMMENT name their objects by lists of strings. */
export const droppedBy = (analysis: Analysis, objects: readonly Node[]): Touched => {
  const names: string[] = []
  let sensitive: Relation | undefined
  for (const node of objects) {
    const path = stringsOf(bodyOf(node, 'List')?.items)
    const relname = path.at(-1)
    if (relname === undefined || relname === '') continue
    const schemaname = path.at(-2)
    const relation = lookup(analysis, schemaname === undefined ? { relname } : { relname, schemaname })
    names.push(relname)
    if (relation !== undefined && isSensitive(relation)) sensitive ??= relation
  }
  return { names, sensitive }
}

/** Whether a text of code has the name of a protected relation, or of a view over one, as a word. */
export const namesSensitive = (analysis: Analysis, code: string): boolean => {
  const words = new Set(code.match(/[\p{L}\p{N}_$]+/gu))
  for (const word of words) {
    if (analysis.catalog.relationsNamed(word).some(isSensitive) || analysis.catalog.relationsNamed(word.toLowerCase()).some(isSensitive)) return true
  }
  return false
}

/** Refuses a change that the protection of a table would not survive. */
export const refuseDdl = (relation: Relation, change: string): never => {
  throw statementUnsupported(`${change} on ${relation.schema}.${relation.name}`, 'Change protected tables over a direct connection, then reload pgveil.')
}

/**
 * A temporary relation is found before any other of its name, and the catalogue knows nothing of it: what is compared
 * with its columns would be sealed, and never be found.
 */
export const refuseShadow = (analysis: Analysis, name: RangeVar | undefined): void => {
  const { relname = '', schemaname, relpersistence } = name ?? {}
  const mayBeTemporary = relpersistence === 't' || schemaname?.startsWith('pg_temp') === true || (schemaname === undefined && createsTemporary(analysis.searchPath))
  if (mayBeTemporary) refuseShadowName(analysis, relname)
}

/** Without a schema, a relation is made in the first one of the path. */
const createsTemporary = (path: readonly string[] | undefined): boolean => path !== undefined && (path[0] === undefined || path[0].startsWith('pg_temp'))

export const refuseShadowName = (analysis: Analysis, name: string): void => {
  const shadowed = analysis.catalog.relationsNamed(name).find(isSensitive)
  if (shadowed !== undefined) throw statementUnsupported(`a temporary relation with the name of ${shadowed.schema}.${shadowed.name}`, 'Give it another name.')
}

export const ddl = (analysis: Analysis, { names, sensitive }: Touched): void => {
  analysis.effects.push({ kind: 'ddl', names, touchesProtected: sensitive !== undefined })
}
