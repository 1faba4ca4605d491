/** The built-in types whose form matters when a token is replaced inside a value (OIDs of src/include/catalog/pg_type.dat). */
import type { TypeShape } from '../../catalog/types.js'

export const OID_JSON = 114
export const OID_XML = 142
export const OID_RECORD = 2249
export const OID_JSONB = 3802

/** Types whose output, text and binary alike, is the text itself: "char", name, text, unknown, cstring, bpchar, varchar. */
export const TEXT_OIDS: ReadonlySet<number> = new Set([18, 19, 25, 705, 2275, 1042, 1043])

/** Arrays of the types above, by array OID. They come before the catalogue, to which record is a mere pseudo-type. */
const ARRAY_ELEMENT_OIDS: ReadonlyMap<number, number> = new Map([
  [143, OID_XML], [199, OID_JSON], [1002, 18], [1003, 19], [1009, 25], [1014, 1042], [1015, 1043], [1263, 2275], [2287, OID_RECORD], [3807, OID_JSONB],
])

/** The shape of a built-in type that can hold a token, or undefined. */
export function builtInShape(oid: number): TypeShape | undefined {
  const elementOid = ARRAY_ELEMENT_OIDS.get(oid)
  if (elementOid !== undefined) return { kind: 'array', oid, elementOid, delimiter: ',' }
  return oid === OID_RECORD ? { kind: 'record', oid, columnTypeOids: undefined } : undefined
}
