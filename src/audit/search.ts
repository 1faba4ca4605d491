/** Filters over events. All given filters must hold; an event that lacks the thing asked for does not match. */
import type { AccessedColumn, AccessedObject, AuditEvent } from './event.js'

export interface SearchFilter {
  /** Database user. */
  readonly user?: string | undefined
  readonly role?: string | undefined
  /** `table` or `schema.table`. */
  readonly table?: string | undefined
  readonly column?: string | undefined
  /** A category, or a pattern that ends in `*` like `user.contact.*`. */
  readonly category?: string | undefined
  readonly treatment?: string | undefined
  readonly outcome?: string | undefined
  readonly type?: string | undefined
  /** ISO 8601 in UTC with milliseconds, as events have it; `since` is inclusive, `until` exclusive. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  /** Only events that concern at least so many people. */
  readonly subjectsMin?: number | undefined
}

/** How many people an event concerns, over all types of subject; undefined if it does not say. */
export const subjectCount = (event: AuditEvent): number | undefined =>
  'subjects' in event && event.subjects !== undefined ? event.subjects.reduce((sum, subjects) => sum + subjects.count, 0) : undefined

/** The tables and columns an event names; empty for most types. */
export const objectsOf = (event: AuditEvent): readonly AccessedObject[] => ('objects' in event && event.objects !== undefined ? event.objects : [])

const is = (wanted: string | undefined, actual: string | undefined): boolean => wanted === undefined || wanted === actual

const matchesCategory = (pattern: string | undefined, category: string): boolean => {
  if (pattern === undefined || pattern === category) return true
  return pattern.endsWith('*') && category.startsWith(pattern.slice(0, -1))
}

const matchesColumn = (filter: SearchFilter, column: AccessedColumn): boolean =>
  is(filter.column, column.name) && matchesCategory(filter.category, column.category) && is(filter.treatment, column.treatment)

/** One and the same object must have all that is asked for. */
const matchesObjects = (filter: SearchFilter, event: AuditEvent): boolean => {
  const asksColumn = filter.column !== undefined || filter.category !== undefined || filter.treatment !== undefined
  if (filter.table === undefined && !asksColumn) return true
  return objectsOf(event).some(
    object =>
      (filter.table === undefined || filter.table === object.table || filter.table === `${object.schema}.${object.table}`) &&
      (!asksColumn || object.columns.some(column => matchesColumn(filter, column))),
  )
}

const matchesActor = (filter: SearchFilter, event: AuditEvent): boolean => {
  const actor = 'actor' in event ? event.actor : undefined
  return is(filter.user, actor?.db_user) && is(filter.role, actor?.role)
}

/** Whether the event passes the filter. */
export const matches = (filter: SearchFilter, event: AuditEvent): boolean =>
  is(filter.type, event.type) &&
  is(filter.outcome, event.outcome) &&
  (filter.since === undefined || event.time >= filter.since) &&
  (filter.until === undefined || event.time < filter.until) &&
  (filter.subjectsMin === undefined || (subjectCount(event) ?? -1) >= filter.subjectsMin) &&
  matchesActor(filter, event) &&
  matchesObjects(filter, event)
