import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter, valueListBytes } from '../writer.js'

/** One row of a result, each value in the format that Bind asked for. */
export interface DataRowMessage {
  /** Views of the body when decoded: copy what must outlive the message. null is NULL. */
  readonly values: readonly (Uint8Array | null)[]
}

/** Throws `protocol_violation` for a body that is no DataRow. The fast path walks rows by offsets instead of this. */
export const decodeDataRow = (body: Uint8Array): DataRowMessage => {
  const reader = new BodyReader(body, 'DataRow')
  const values = reader.readList(() => reader.readValue())
  reader.expectEnd()
  return { values }
}

/** Throws `message_too_large` beyond the server's limit. */
export const encodeDataRow = (message: DataRowMessage): Buffer => {
  const writer = new MessageWriter(BACKEND.DATA_ROW, valueListBytes(message.values))
  return writer.writeList(message.values, value => writer.writeValue(value)).finish()
}
