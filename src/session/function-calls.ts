/**
 * Function calls by protocol name a function by its number, past every plan: `query_to_xml` would run any text. So only the
 * large-object functions are let through, for which libpq has no other way (src/interfaces/libpq/fe-lobj.c).
 */
import { BodyReader } from '../wire/reader.js'
import { FRONTEND } from '../wire/tags.js'
import { MessageWriter } from '../wire/writer.js'

/** Their numbers are fixed (src/include/catalog/pg_proc.dat). */
const LARGE_OBJECT_FUNCTIONS: ReadonlySet<number> = new Set([
  952, // lo_open
  953, // lo_close
  954, // loread
  955, // lowrite
  956, // lo_lseek
  957, // lo_creat
  958, // lo_tell
  964, // lo_unlink
  715, // lo_create
  1004, // lo_truncate
  3170, // lo_lseek64
  3171, // lo_tell64
  3172, // lo_truncate64
])

/** Throws `protocol_violation` for a body without a function number. */
export const isLargeObjectCall = (body: Uint8Array): boolean => LARGE_OBJECT_FUNCTIONS.has(new BodyReader(body, 'FunctionCall').readUint32())

/** A call which the server refuses in any state: no function has number 0. */
export const failingFunctionCall = (): Buffer => new MessageWriter(FRONTEND.FUNCTION_CALL).writeInt32(0).writeUint16(0).writeUint16(0).writeUint16(0).finish()
