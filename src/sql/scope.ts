/** Names that an expression can see: FROM items, the columns they show, CTEs and the queries around. */
import type { Content } from './content.js'
import type { QueryColumn, QueryResult } from './analysis.js'

export interface ScopeItem {
  /** Alias or name; undefined for an unnamed subquery. */
  readonly name: string | undefined
  /** Schema of a relation without an alias: `public.contacts.email`. */
  readonly schema: string | undefined
  readonly columns: readonly QueryColumn[]
  /** It may have columns that the catalogue doesn't tell. */
  readonly isOpen: boolean
  /** A single scalar column: the item's own name means that value, not a row. */
  readonly isScalar: boolean
}

/** What a FROM clause, or a part of it, contributes. */
export interface FromResult {
  readonly items: readonly ScopeItem[]
  /** Columns by unqualified name, in the order of `*`; USING columns are merged. */
  readonly columns: readonly QueryColumn[]
  readonly isOpen: boolean
}

export interface Scope {
  readonly from: FromResult
  readonly ctes: ReadonlyMap<string, QueryResult>
  readonly parent: Scope | undefined
  /** `WINDOW w AS …` of the query. */
  readonly windows?: ReadonlySet<string>
}

export const NO_FROM: FromResult = { items: [], columns: [], isOpen: false }

export const scopeOf = (from: FromResult, parent: Scope | undefined, ctes: ReadonlyMap<string, QueryResult> = new Map()): Scope => ({ from, ctes, parent })

export const itemResult = (item: ScopeItem): FromResult => ({ items: [item], columns: item.columns, isOpen: item.isOpen })

export const joinResults = (left: FromResult, right: FromResult): FromResult => {
  if (left.items.length === 0) return right
  return { items: [...left.items, ...right.items], columns: [...left.columns, ...right.columns], isOpen: left.isOpen || right.isOpen }
}

/** A CTE by name, innermost first. */
export const cteNamed = (scope: Scope | undefined, name: string): QueryResult | undefined => {
  for (let at = scope; at !== undefined; at = at.parent) {
    const cte = at.ctes.get(name)
    if (cte !== undefined) return cte
  }
  return undefined
}

/** The row of an item: `c` in `SELECT c FROM contacts c`. */
export const rowOf = (item: ScopeItem): Content => {
  const [only] = item.columns
  if (item.isScalar && only !== undefined) return only.content
  return { kind: 'row', columns: item.columns }
}

/** Items of this name, innermost query first. */
export const itemNamed = (scope: Scope, name: string, schema?: string): ScopeItem | undefined => {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const item = at.from.items.find(candidate => candidate.name === name && (schema === undefined || candidate.schema === schema))
    if (item !== undefined) return item
  }
  return undefined
}
