/** Arrays in binary format: the layout of array_send (src/backend/utils/adt/arrayfuncs.c). */
import { replaceFields, type BinaryField } from './binary-fields.js'

/** MAXDIM of the server. */
const DIMENSIONS_MAX = 6
const HEADER_BYTES = 12
const DIMENSION_BYTES = 8

/** The parts of a binary array. */
export interface BinaryArray {
  readonly elementOid: number
  readonly dimensions: number
  readonly fields: readonly BinaryField[]
}

/** Decodes the layout, or undefined if the bytes are no array, exactly. */
export function parseBinaryArray(bytes: Uint8Array): BinaryArray | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const dimensions = view.getInt32(0)
  if (dimensions < 0 || dimensions > DIMENSIONS_MAX || bytes.length < HEADER_BYTES + dimensions * DIMENSION_BYTES) return undefined
  let count = dimensions === 0 ? 0 : 1
  for (let i = 0; i < dimensions; i++) count *= view.getInt32(HEADER_BYTES + i * DIMENSION_BYTES)
  const fields: BinaryField[] = []
  let at = HEADER_BYTES + dimensions * DIMENSION_BYTES
  // A lying count ends at the first missing length word, so it reserves nothing.
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) return undefined
    const length = view.getInt32(at)
    const end = at + 4 + Math.max(length, 0)
    if (length < -1 || end > bytes.length) return undefined
    fields.push({ lengthAt: at, end, isNull: length === -1 })
    at = end
  }
  return count >= 0 && at === bytes.length ? { elementOid: view.getUint32(8), dimensions, fields } : undefined
}

/** Replaces inside the elements, whose type stands in the array itself. Outer undefined: the value is no array. */
export function revealArrayBinary(bytes: Uint8Array, element: (value: Uint8Array, elementOid: number) => Uint8Array | null | undefined): { readonly value: Uint8Array | undefined } | undefined {
  const array = parseBinaryArray(bytes)
  if (array === undefined) return undefined
  let madeNull = false
  const value = replaceFields(bytes, array.fields, field => {
    const revealed = element(field, array.elementOid)
    if (revealed === null) madeNull = true
    return revealed
  })
  // The flags word says whether NULLs may occur.
  if (value !== undefined && madeNull) new DataView(value.buffer, value.byteOffset).setInt32(4, 1)
  return { value }
}
