/** Length-prefixed fields of binary arrays, records and hstores. */
import { rebuild } from './rebuild.js'
import { holdsMarker } from './walk.js'

/** A field: its length word at `lengthAt`, its bytes up to `end`. */
export interface BinaryField {
  readonly lengthAt: number
  readonly end: number
  readonly isNull: boolean
}

/** The value as a field: length word and bytes; -1 for NULL. */
export function encodeField(value: Uint8Array | null): Uint8Array {
  const out = Buffer.alloc(4 + (value?.length ?? 0))
  out.writeInt32BE(value === null ? -1 : value.length)
  if (value !== null) out.set(value, 4)
  return out
}

/** The bytes with the fields replaced that hold a token, their lengths fixed; undefined when nothing changed. */
export function replaceFields<F extends BinaryField>(bytes: Uint8Array, fields: readonly F[], replace: (value: Uint8Array, field: F) => Uint8Array | null | undefined): Uint8Array | undefined {
  const spans = fields.map(field => ({ start: field.lengthAt, end: field.end, field }))
  return rebuild(bytes, spans, ({ field }) => {
    if (field.isNull || !holdsMarker(bytes, field.lengthAt + 4, field.end)) return undefined
    const replaced = replace(bytes.subarray(field.lengthAt + 4, field.end), field)
    return replaced === undefined ? undefined : encodeField(replaced)
  })
}
