/** What the parts of the planner share while one text is analysed. */
import type { Node, SelectStmt } from 'libpg-query'
import type { Catalog } from '../catalog/types.js'
import type { Content } from './content.js'
import type { Ledger } from './ledger.js'
import type { Scope } from './scope.js'
import type { Effect, Use } from './types.js'
import type { UseSet } from './uses.js'

export interface QueryColumn {
  readonly name: string
  readonly content: Content
}

export interface QueryResult {
  readonly columns: readonly QueryColumn[]
  /** There may be more columns, which hold no sealed value: `*` of a relation that the catalogue lacks. */
  readonly isOpen: boolean
}

export interface Analysis {
  readonly catalog: Catalog
  readonly searchPath: readonly string[] | undefined
  readonly uses: UseSet
  readonly ledger: Ledger
  readonly unguarded: Set<string>
  /** Names that the catalogue lacks. */
  readonly missing: Set<string>
  readonly missingPolicy: 'report' | 'forward'
  /** Names whose relations may be others than the catalogue says. */
  readonly changed: ReadonlySet<string>
  readonly effects: Effect[]
  /** Whether this is the body of a view: its constants can't be sealed and its uses are its author's. */
  readonly isView: boolean
  readonly viewDepth: number
  readonly views: ViewCache
  /** Gives each FROM item of the text a name of its own. */
  readonly nextRange: () => string
  /** Injected, since expressions hold queries and queries hold expressions. */
  readonly evaluate: (analysis: Analysis, node: Node, scope: Scope) => Content
  readonly select: (analysis: Analysis, statement: SelectStmt, parent: Scope | undefined) => QueryResult
  /** INSERT, UPDATE, DELETE or MERGE inside WITH; its RETURNING columns. */
  readonly modify: (analysis: Analysis, node: Node, parent: Scope | undefined) => QueryResult
}

/** A planned view: its columns, or why it can't be read. */
export type ViewPlan =
  | { readonly outcome: 'planned'; readonly columns: readonly QueryColumn[]; readonly unguarded: readonly string[] }
  | { readonly outcome: 'refused'; readonly error: Error }

export type ViewCache = Map<number, ViewPlan>

export type { Use }
