/** The uses of protected columns in one statement, each kept once. */
import type { Source } from './content.js'
import type { Use, UseKind } from './types.js'

export class UseSet {
  readonly #uses = new Map<string, Use>()

  add(kind: UseKind, source: Source): void {
    const { field, relationOid, attnum, schema, table, column, isExplicit } = source
    const key = `${kind} ${String(relationOid)} ${String(attnum)} ${String(isExplicit)}`
    if (!this.#uses.has(key)) this.#uses.set(key, { kind, field, schema, table, column, isExplicit })
  }

  /** A use of another plan. */
  include(use: Use): void {
    const key = `${use.kind} ${use.schema}.${use.table}.${use.column} ${String(use.isExplicit)}`
    if (!this.#uses.has(key)) this.#uses.set(key, use)
  }

  list(): readonly Use[] {
    return [...this.#uses.values()]
  }
}
