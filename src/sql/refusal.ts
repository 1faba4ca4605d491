/** Refusals of the planner. Their words come from closed lists, the policy and the catalogue, never from the statement. */
import { ProxyError } from '../errors.js'
import type { Source } from './content.js'

export const columnName = (source: { readonly schema: string; readonly table: string; readonly column: string }): string =>
  `${source.schema}.${source.table}.${source.column}`

const REMEDY = 'Read the column as it is and compute in the client; a sealed column supports output, IS NULL and, with protect: equality, comparison by =.'

/** The protection of the column can't do `operation`. */
export const unsupported = (operation: string, source: Source, remedy: string = REMEDY): ProxyError =>
  new ProxyError('operation_unsupported', { operation, column: columnName(source), category: source.field.category, remedy })

/** The planner can't make the statement safe. */
export const statementUnsupported = (reason: string, remedy: string): ProxyError => new ProxyError('statement_unsupported', { reason, remedy })
