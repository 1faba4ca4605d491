import { BodyReader } from '../reader.js'
import { FRONTEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** Ends COPY data with a failure; the server answers 57014. */
export interface CopyFailMessage {
  /** In client_encoding; the server quotes it in its error. A view of the body when decoded. */
  readonly reason: Uint8Array
}

/** Throws `protocol_violation` for a body that is no CopyFail. */
export const decodeCopyFail = (body: Uint8Array): CopyFailMessage => {
  const reader = new BodyReader(body, 'CopyFail')
  const reason = reader.readCString()
  reader.expectEnd()
  return { reason }
}

/** Throws `protocol_violation` for a NUL in the reason. */
export const encodeCopyFail = (message: CopyFailMessage): Buffer =>
  new MessageWriter(FRONTEND.COPY_FAIL, message.reason.length + 1).writeCString(message.reason).finish()
