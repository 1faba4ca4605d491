/** What a policy says, after parsing: plain readonly data, no `unknown` left. */

export type Protection = 'random' | 'equality'

/** The type that a client sees; the database stores `text`. */
export type FieldType = { readonly kind: 'text' } | { readonly kind: 'varchar'; readonly charactersMax: number } | { readonly kind: 'date' }

export interface ColumnName {
  readonly schema: string
  readonly table: string
  readonly column: string
}

/** One unit of protection: a column, or several that share `field: name` and thereby key and id. */
export interface Field {
  /** `field:` of the policy, else `schema.table.column`. */
  readonly name: string
  readonly category: string
  readonly protect: Protection
  readonly type: FieldType
  /** Longest plaintext in bytes; only `equality` has a limit. */
  readonly bytesMax: number | undefined
  /** `empty: sealed`: '' is sealed as well. */
  readonly sealsEmpty: boolean
  /** Home columns. */
  readonly columns: readonly ColumnName[]
  /** Columns outside the field where its values are wanted, too (`elsewhere`). */
  readonly elsewhere: readonly ColumnName[]
}

export interface Subject {
  readonly type: string
  readonly key: string
}

export interface TablePolicy {
  readonly schema: string
  readonly table: string
  readonly subject: Subject | undefined
  /** By column name. */
  readonly columns: ReadonlyMap<string, Field>
}

export type MaskSpec =
  | { readonly kind: 'redact' }
  | { readonly kind: 'email' }
  | { readonly kind: 'first'; readonly keep: number }
  | { readonly kind: 'last'; readonly keep: number }
  | { readonly kind: 'initials' }
  | { readonly kind: 'year' }
  | { readonly kind: 'year_month' }
  | { readonly kind: 'postcode'; readonly keep: number }
  | { readonly kind: 'bucket'; readonly size: number }
  | { readonly kind: 'pseudonym' }
  | { readonly kind: 'constant'; readonly value: string }

export type Treatment =
  | { readonly action: 'reveal' }
  | { readonly action: 'mask'; readonly mask: MaskSpec }
  | { readonly action: 'null' }
  | { readonly action: 'sealed' }
  | { readonly action: 'deny' }

export interface ReadRule {
  /** `user.contact.email`, `user.contact.*` or `*`. */
  readonly pattern: string
  readonly treatment: Treatment
}

/** Keys must all hold; entries of one list are alternatives. An absent key asks nothing. */
export interface RoleMatch {
  readonly dbUser: readonly string[] | undefined
  readonly memberOf: readonly string[] | undefined
  readonly address: readonly string[] | undefined
}

export interface Role {
  readonly name: string
  readonly match: RoleMatch
  /** In file order; the most specific pattern wins. */
  readonly read: readonly ReadRule[]
  readonly search: readonly string[]
  readonly write: readonly string[]
  readonly overwrite: readonly string[]
  /** `write: [sealed]`: may write sealed values into their home columns. */
  readonly writesSealed: boolean
}

export interface Policy {
  /** First 16 hex digits of SHA-256 over the canonical form of the policy; stands in each event. */
  readonly hash: string
  readonly trustDatabaseLogins: boolean
  /** By `schema.table`. */
  readonly tables: ReadonlyMap<string, TablePolicy>
  /** By field name. */
  readonly fields: ReadonlyMap<string, Field>
  /** In file order: the first one that matches a login is its role. */
  readonly roles: readonly Role[]
  readonly fallback: Role
  /** `allow_database_code`: functions, triggers and views that the operator declares to work on sealed values, as `schema.name`. */
  readonly allowedDatabaseCode: ReadonlySet<string>
}

/** What a login is, once AuthenticationOk has been seen. */
export interface Login {
  readonly dbUser: string
  readonly memberOf: ReadonlySet<string>
  readonly address: string
}

/** A treatment and the policy line it comes from, like `roles.support.read["user.name.*"]`. */
export interface Decision {
  readonly treatment: Treatment
  readonly rule: string
}
