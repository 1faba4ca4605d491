/** The uses of protected columns in one statement, each kept once. */
import type { Source } from './content.js'
import { columnName } from './refusal.js'
import type { Use, UseKind } from './types.js'

export class UseSet {
  readonly #uses = new Map<string, Use>()
  readonly #mentions = new Map<string, Source>()

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

  /** The statement writes the column's name, whatever becomes of it. */
  mention(source: Source): void {
    this.#mentions.set(columnName(source), source)
  }

  /** A column that is only named, say in an EXISTS, is listed as tested for NULL: its name is all that `deny` asks for. */
  list(): readonly Use[] {
    const uses = [...this.#uses.values()]
    const named = new Set(uses.filter(use => use.isExplicit).map(columnName))
    for (const [name, { field, schema, table, column }] of this.#mentions) {
      if (!named.has(name)) uses.push({ kind: 'null_test', field, schema, table, column, isExplicit: true })
    }
    return uses
  }
}
