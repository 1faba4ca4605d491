/** Prepared statements and portals of one session. */
import type { StatementPlan } from '../sql/types.js'
import type { ColumnDescription } from '../wire/backend/row-description.js'
import type { StatementSource } from './execution.js'

/** What a Describe said: the result's columns as the server has them, or that there are none. */
export type Described = { readonly kind: 'rows'; readonly columns: readonly ColumnDescription[] } | { readonly kind: 'no_rows' }

interface Describable {
  described: Described | undefined
  /** Describes in flight, the client's and ours. */
  describesPending: number
}

export interface Statement extends Describable {
  readonly kind: 'statement'
  readonly name: string
  /** Undefined for an empty text, and for a statement made past us by SQL PREPARE. */
  readonly plan: StatementPlan | undefined
  readonly source: StatementSource
  /** What the text was planned by; the server plans it anew when that changes. */
  reading: string
  /** The plan of the PREPARE that made it, whose uses are those of each EXECUTE; undefined for one made by Parse. */
  readonly preparedAs: StatementPlan | undefined
  /** Parameters that the client sends as dates: by declaration, or since we showed them so. */
  readonly dateParameters: ReadonlySet<number>
}

export interface Portal extends Describable {
  readonly kind: 'portal'
  readonly name: string
  readonly statement: Statement | undefined
  readonly resultFormats: readonly number[]
}

export const newStatement = (name: string, source: StatementSource, reading: string, dateParameters: ReadonlySet<number>): Statement => ({
  kind: 'statement', name, plan: source.plan, source, reading, preparedAs: undefined, dateParameters, described: undefined, describesPending: 0
})

export const newPortal = (name: string, statement: Statement | undefined, resultFormats: readonly number[]): Portal => ({
  kind: 'portal', name, statement, resultFormats, described: undefined, describesPending: 0
})

/** Whether a row's metadata will be known before the row comes. */
export const isDescribed = (portal: Portal): boolean =>
  portal.described !== undefined || portal.describesPending > 0 || portal.statement?.described !== undefined || (portal.statement?.describesPending ?? 0) > 0

/** The result columns of a portal, with the formats to use: those in its own description, or the ones of its Bind. */
export const describedOf = (portal: Portal): { readonly described: Described; readonly formats: readonly number[] | undefined } | undefined => {
  if (portal.described !== undefined) return { described: portal.described, formats: undefined }
  const described = portal.statement?.described
  return described === undefined ? undefined : { described, formats: portal.resultFormats }
}

