/** Rows of the catalogue queries, read once at the edge: `unknown` in, plain types out. */
import { ProxyError } from '../errors.js'

/** Runs one statement on the catalogue connection. All calls of one load must reach the same session, in order. */
export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>

export type Row = Readonly<Record<string, unknown>>

const unexpected = (key: string): ProxyError => new ProxyError('catalog_unreachable', { reason: `the catalogue query returned an unexpected ${key}` })

/** A text column. Throws `catalog_unreachable` for anything else, like the readers below. */
export const textOf = (row: Row, key: string): string => {
  const value = row[key]
  if (typeof value !== 'string') throw unexpected(key)
  return value
}

/** A text column in which NULL is a possible answer. */
export const textOrNothing = (row: Row, key: string): string | undefined => {
  const value = row[key]
  return value === null || value === undefined ? undefined : textOf(row, key)
}

/** An oid, int2 or int4 column. */
export const numberOf = (row: Row, key: string): number => {
  const value = row[key]
  if (typeof value !== 'number') throw unexpected(key)
  return value
}

/** A bool column. */
export const flagOf = (row: Row, key: string): boolean => {
  const value = row[key]
  if (typeof value !== 'boolean') throw unexpected(key)
  return value
}

/** An int2[] or int4[] column; NULL is an empty list. */
export const numbersOf = (row: Row, key: string): readonly number[] => {
  const value = row[key]
  if (value === null) return []
  if (!Array.isArray(value)) throw unexpected(key)
  return value.map((item: unknown) => {
    if (typeof item !== 'number') throw unexpected(key)
    return item
  })
}

/** A text[] column; NULL is an empty list. */
export const textsOf = (row: Row, key: string): readonly string[] => {
  const value = row[key]
  if (value === null) return []
  if (!Array.isArray(value)) throw unexpected(key)
  return value.map((item: unknown) => {
    if (typeof item !== 'string') throw unexpected(key)
    return item
  })
}
