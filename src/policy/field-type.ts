import { VARCHAR_CHARACTERS_MAX } from './schema.js'
import type { FieldType } from './types.js'

const NOT_BUILT: ReadonlySet<string> = new Set([
  'char', 'smallint', 'integer', 'bigint', 'boolean', 'time', 'timestamp', 'timestamptz', 'uuid', 'json', 'jsonb', 'numeric', 'real', 'double precision',
])

/** Reads a `type`. Returns the reason as a string when it is none. */
export const parseFieldType = (text: string): FieldType | string => {
  if (text === 'text' || text === 'date') return { kind: text }
  const varchar = /^varchar\(([1-9]\d{0,8})\)$/.exec(text)
  if (varchar !== null) {
    const charactersMax = Number(varchar[1])
    return charactersMax <= VARCHAR_CHARACTERS_MAX ? { kind: 'varchar', charactersMax } : `varchar takes at most ${VARCHAR_CHARACTERS_MAX} characters`
  }
  if (NOT_BUILT.has(text.replace(/\(.*\)$/, ''))) return `type ${text} is not built yet`
  return `'${text.slice(0, 60)}' is no type: use text, varchar(n) or date`
}

/** As written in a policy. */
export const fieldTypeText = (type: FieldType): string => (type.kind === 'varchar' ? `varchar(${type.charactersMax})` : type.kind)
