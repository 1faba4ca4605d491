/** Composite values in binary format: the layout of record_send (src/backend/utils/adt/rowtypes.c). */
import { replaceFields, type BinaryField } from './binary-fields.js'

interface RecordField extends BinaryField {
  readonly typeOid: number
}

function parseRecord(bytes: Uint8Array): readonly RecordField[] | undefined {
  if (bytes.length < 4) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getInt32(0)
  const fields: RecordField[] = []
  let at = 4
  for (let i = 0; i < count; i++) {
    if (at + 8 > bytes.length) return undefined
    const length = view.getInt32(at + 4)
    const end = at + 8 + Math.max(length, 0)
    if (length < -1 || end > bytes.length) return undefined
    fields.push({ typeOid: view.getUint32(at), lengthAt: at + 4, end, isNull: length === -1 })
    at = end
  }
  return count >= 0 && at === bytes.length ? fields : undefined
}

/** Replaces inside the fields, whose types stand in the record itself. Outer undefined: the value is no record. */
export function revealRecordBinary(bytes: Uint8Array, field: (value: Uint8Array, typeOid: number) => Uint8Array | null | undefined): { readonly value: Uint8Array | undefined } | undefined {
  const fields = parseRecord(bytes)
  return fields === undefined ? undefined : { value: replaceFields(bytes, fields, (value, { typeOid }) => field(value, typeOid)) }
}
