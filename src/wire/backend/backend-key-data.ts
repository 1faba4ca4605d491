import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** What a client needs to cancel a query on another connection. */
export interface BackendKeyDataMessage {
  readonly processId: number
  /** A secret. 4 bytes in protocol 3.0, 4 to 256 from 3.2 on. A view of the body when decoded. */
  readonly key: Uint8Array
}

const KEY_BYTES_MIN = 4
const KEY_BYTES_MAX = 256

/** Throws `protocol_violation` for a key shorter or longer than the protocol allows. */
export const decodeBackendKeyData = (body: Uint8Array): BackendKeyDataMessage => {
  const reader = new BodyReader(body, 'BackendKeyData')
  const processId = reader.readInt32()
  if (reader.remaining < KEY_BYTES_MIN || reader.remaining > KEY_BYTES_MAX) reader.fail('key length out of range')
  return { processId, key: reader.readRest() }
}

export const encodeBackendKeyData = (message: BackendKeyDataMessage): Buffer =>
  new MessageWriter(BACKEND.BACKEND_KEY_DATA, 4 + message.key.length).writeInt32(message.processId).writeBytes(message.key).finish()
