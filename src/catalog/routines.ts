/** User routines, and whether their bodies name a protected relation. */
import type { Policy } from '../policy/types.js'
import { textOf, textsOf, type Row } from './rows.js'
import type { Relation, RoutineInfo } from './types.js'

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** Matches any of `names` as a whole word, in any case; nothing for no names. */
export const wordPattern = (names: readonly string[]): RegExp | undefined => {
  if (names.length === 0) return undefined
  const distinct = [...new Set(names.map(name => name.toLowerCase()))]
  return new RegExp(`(?<![\\p{L}\\p{N}_$])(?:${distinct.map(escapePattern).join('|')})(?![\\p{L}\\p{N}_$])`, 'iu')
}

/**
 * User routines. A body is text to the server, so a name in it is a hint, not a proof: it errs on the side of naming,
 * and says nothing about a body that puts a name together at run time.
 */
export const readRoutines = (rows: readonly Row[], relations: readonly Relation[], policy: Policy): readonly RoutineInfo[] => {
  const sensitive = relations.filter(relation => relation.readsProtected)
  const oids = new Set(sensitive.map(relation => String(relation.oid)))
  const pattern = wordPattern(sensitive.map(relation => relation.name))
  return rows.map(row => {
    const schema = textOf(row, 'schema')
    const name = textOf(row, 'name')
    const namesProtected = textsOf(row, 'reads').some(oid => oids.has(oid)) || (pattern?.test(textOf(row, 'body')) ?? false)
    return { schema, name, namesProtected, isDeclared: policy.allowedDatabaseCode.has(`${schema}.${name}`) }
  })
}

