import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter, valueBytes } from '../writer.js'

/** The result of a FunctionCall; it comes without any type. */
export interface FunctionCallResponseMessage {
  /** null is NULL; a view of the body when decoded. */
  readonly value: Uint8Array | null
}

/** Throws `protocol_violation` for a body that is no FunctionCallResponse. */
export const decodeFunctionCallResponse = (body: Uint8Array): FunctionCallResponseMessage => {
  const reader = new BodyReader(body, 'FunctionCallResponse')
  const value = reader.readValue()
  reader.expectEnd()
  return { value }
}

/** Throws `message_too_large` beyond the server's limit. */
export const encodeFunctionCallResponse = (message: FunctionCallResponseMessage): Buffer =>
  new MessageWriter(BACKEND.FUNCTION_CALL_RESPONSE, valueBytes(message.value)).writeValue(message.value).finish()
