/** pg_type as shapes: how a value of the type is quoted when it stands inside a larger value. */
import { flagOf, numberOf, textOf, type Row } from './rows.js'
import type { Relation, TypeShape } from './types.js'

/** The shape of one pg_type row. `relations` gives a row type its columns. */
export const readType = (row: Row, relations: ReadonlyMap<number, Relation>): TypeShape => {
  const oid = numberOf(row, 'oid')
  const kind = textOf(row, 'kind')
  // Not typelem alone: int2vector, point and name have elements too, but do not print as arrays.
  if (flagOf(row, 'is_array')) return { kind: 'array', oid, elementOid: numberOf(row, 'element'), delimiter: textOf(row, 'delimiter') }
  if (kind === 'c') {
    return { kind: 'record', oid, columnTypeOids: relations.get(numberOf(row, 'relation'))?.columns.map(column => column.typeOid) }
  }
  if (kind === 'p' && textOf(row, 'name') === 'record') return { kind: 'record', oid, columnTypeOids: undefined }
  if (kind === 'd') return { kind: 'domain', oid, baseOid: numberOf(row, 'base') }
  if (kind === 'e') return { kind: 'enum', oid }
  if (kind === 'r' || kind === 'm') return { kind: 'range', oid }
  return { kind: 'base', oid, name: textOf(row, 'name') }
}
