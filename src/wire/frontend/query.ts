import { BodyReader } from '../reader.js'
import { FRONTEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** A simple query: one text which may hold several statements. */
export interface QueryMessage {
  /** In client_encoding, without the NUL; a view of the body when decoded. */
  readonly text: Uint8Array
}

/** Throws `protocol_violation` for a body that is no Query. */
export const decodeQuery = (body: Uint8Array): QueryMessage => {
  const reader = new BodyReader(body, 'Query')
  const text = reader.readCString()
  reader.expectEnd()
  return { text }
}

/** Throws `protocol_violation` for text with a NUL, `message_too_large` for text beyond the server's limit. */
export const encodeQuery = (message: QueryMessage): Buffer => new MessageWriter(FRONTEND.QUERY, message.text.length + 1).writeCString(message.text).finish()
