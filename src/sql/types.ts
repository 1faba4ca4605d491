/**
 * What the planner says of a statement: what to seal, what to rewrite, which protected columns it uses and how.
 * A plan depends on text, policy, catalogue and search_path alone; whether a role may do it is decided by `authorize`
 * from `uses`, so that one plan serves all roles.
 */
import type { ProxyError } from '../errors.js'
import type { Field } from '../policy/types.js'
import type { Catalog } from '../catalog/types.js'

/**
 * output: the value may reach the client. compare, join, group: needs `search`. null_test: IS NULL, or comparison with ''.
 * insert: a new value in a new row. overwrite: UPDATE SET, ON CONFLICT DO UPDATE SET, COPY FROM, MERGE. copy: same field to same field.
 */
export type UseKind = 'output' | 'compare' | 'join' | 'group' | 'null_test' | 'insert' | 'overwrite' | 'copy'

export interface Use {
  readonly kind: UseKind
  readonly field: Field
  /** Base table and column, views resolved. */
  readonly schema: string
  readonly table: string
  readonly column: string
  /** False where the column came by `*`, a whole row, a missing column list: `deny` then redacts instead of refusing. */
  readonly isExplicit: boolean
}

/** A value that the session seals: a literal when the statement is sent, a parameter at each Bind, a COPY column in each row. */
export interface SealPlan {
  readonly field: Field
  /** store: checked as the column's type would. compare: sealed to look for; a value that can't be stored matches nothing. */
  readonly purpose: 'store' | 'compare'
  /** The value is an array whose elements are sealed one by one: `= ANY($1)`. */
  readonly isArray: boolean
  /** `$1::varchar(50)`: cut to so many characters first, as that cast does. */
  readonly castCharactersMax: number | undefined
}

/** Replaces the bytes [start, end) of the UTF-8 text. Splices are sorted and don't overlap. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly replacement:
    | { readonly kind: 'text'; readonly text: string }
    /** A literal: the session seals `value` and writes it as a quoted SQL literal. With `isArray`, `value` is an array literal. */
    | { readonly kind: 'seal'; readonly value: string; readonly plan: SealPlan }
}

/** Containers around a token inside a text value, outermost first; `[]` is plain text. */
export type Container = 'json' | 'array' | 'record' | 'xml'

export interface Output {
  readonly name: string
  /** The base-table column this is, plainly; undefined for anything else. Views are resolved. */
  readonly origin: { readonly relationOid: number; readonly attnum: number } | undefined
  /** How tokens inside the value are quoted if its type is text; undefined when the plan can't tell. */
  readonly quoting: readonly Container[] | undefined
}

export interface CopyColumn {
  readonly name: string
  /** Undefined for a column of a query whose type the plan does not know. */
  readonly typeOid: number | undefined
  readonly origin: { readonly relationOid: number; readonly attnum: number } | undefined
  readonly field: Field | undefined
  readonly quoting: readonly Container[] | undefined
}

export interface CopyPlan {
  readonly direction: 'in' | 'out'
  readonly format: 'text' | 'csv' | 'binary'
  readonly table: string | undefined
  readonly columns: readonly CopyColumn[]
  readonly delimiter: string
  readonly nullText: string
  readonly quote: string
  readonly escape: string
  readonly hasHeader: boolean
  /** FORCE_NULL / FORCE_NOT_NULL by column name; `'*'` for all. Only on COPY FROM with CSV. */
  readonly forceNull: ReadonlySet<string>
  readonly forceNotNull: ReadonlySet<string>
}

/** What a statement does to the session beyond its rows. */
export type Effect =
  | { readonly kind: 'none' }
  /** SET, RESET, set_config: the setting's lower-case name, `'all'` for RESET ALL, `'unknown'` for a computed name. */
  | { readonly kind: 'set'; readonly setting: string }
  /** Names of relations that it creates, alters or drops. `readsProtected`: a view or so over protected columns. */
  | { readonly kind: 'ddl'; readonly names: readonly string[]; readonly touchesProtected: boolean }
  | { readonly kind: 'prepare'; readonly name: string }
  | { readonly kind: 'deallocate'; readonly name: string | undefined }
  | { readonly kind: 'discard' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  /** DO, CALL, undeclared functions: code we don't see may have changed settings. */
  | { readonly kind: 'opaque' }

/** For the event: SELECT, INSERT, UPDATE, DELETE, MERGE, COPY, DECLARE, FETCH, EXPLAIN, SET, CREATE VIEW, … in PostgreSQL's words. */
export type StatementKind = string

export interface StatementPlan {
  readonly kind: StatementKind
  /** Bytes of this statement in the text. */
  readonly start: number
  readonly end: number
  readonly uses: readonly Use[]
  /** By parameter number, from 1; absent numbers are not touched. */
  readonly params: ReadonlyMap<number, SealPlan>
  /** Per result column; undefined when the statement returns no rows, or rows that the plan can't describe (FETCH, EXECUTE). */
  readonly outputs: readonly Output[] | undefined
  readonly copy: CopyPlan | undefined
  readonly effects: readonly Effect[]
  /** Home columns that are not sealed yet (unguarded) and are read or written by it. */
  readonly unguarded: readonly string[]
}

export type TextPlan =
  | { readonly outcome: 'planned'; readonly statements: readonly StatementPlan[]; readonly splices: readonly Splice[] }
  /** The planner cannot make it safe, whatever the role. */
  | { readonly outcome: 'refused'; readonly error: ProxyError; readonly uses: readonly Use[] }
  /** PostgreSQL's grammar rejects it: message and position (characters from 1, 0 if unknown) as the server words them. */
  | { readonly outcome: 'syntax_error'; readonly message: string; readonly position: number }
  /** It names relations that the catalogue lacks: refresh once and plan again with `missing: 'forward'`. */
  | { readonly outcome: 'stale'; readonly names: readonly string[] }

export interface PlanContext {
  readonly catalog: Catalog
  /** Schemas in order, `pg_temp` and `pg_catalog` left out; undefined when not known: ambiguous names are then refused. */
  readonly searchPath: readonly string[] | undefined
  /** What to do about relations that the catalogue lacks: report them (`stale`), or treat them as not protected. */
  readonly missing: 'report' | 'forward'
  /**
   * Names of relations that DDL of this session has changed in a transaction which is still open: the catalogue's login sees
   * them as they were, so statements that use them are refused.
   */
  readonly changed: ReadonlySet<string>
  /** A statement of this session made by PREPARE or Parse, to plan EXECUTE; undefined if unknown. */
  readonly preparedNamed: (name: string) => StatementPlan | undefined
}
