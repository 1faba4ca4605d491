/** How events look to a person. */
import type { AccessedObject, AuditEvent } from '../audit/event.js'
import { objectsOf, subjectCount } from '../audit/search.js'

export const HEADERS: readonly string[] = ['time', 'user', 'role', 'type', 'columns', 'treatment', 'rows', 'people', 'outcome']

const columnNames = (object: AccessedObject): string => {
  const names = [...new Set(object.columns.map(column => column.name))]
  return `${object.table}.${names.length === 1 ? (names[0] ?? '') : `{${names.join(',')}}`}`
}

const treatments = (event: AuditEvent): string => {
  const all = objectsOf(event).flatMap(object => object.columns.map(column => column.treatment))
  return [...new Set(all.filter(treatment => treatment !== undefined))].join(',')
}

const people = (event: AuditEvent): string => {
  const count = subjectCount(event)
  if (count === undefined) return ''
  const isExact = 'subjects' in event && event.subjects?.every(subjects => subjects.count_exact) === true
  return isExact ? String(count) : `>=${count}`
}

/** Escape sequences in a name that a client chose must not reach the reviewer's terminal. */
const printable = (text: string): string => text.replace(/\p{C}/gu, '?')

/** One event as the cells under `HEADERS`. */
export const rowOf = (event: AuditEvent): readonly string[] => {
  const actor = 'actor' in event ? event.actor : undefined
  const rows = 'result' in event && event.result !== undefined ? String(event.result.rows) : ''
  const phase = 'phase' in event && event.phase === 'begin' ? `${event.type} (begin)` : event.type
  const columns = objectsOf(event).map(columnNames).join(' ')
  return [event.time, actor?.db_user ?? '', actor?.role ?? '', phase, columns, treatments(event), rows, people(event), event.outcome].map(printable)
}
