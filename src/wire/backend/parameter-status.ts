import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** The server reports a setting; it may come at any time, and since PostgreSQL 14 only just before ReadyForQuery. */
export interface ParameterStatusMessage {
  /** Bytes as latin1 characters. */
  readonly name: string
  /** In client_encoding; application_name, for one, is any text. A view of the body when decoded. */
  readonly value: Uint8Array
}

/** Throws `protocol_violation` for a body that is no ParameterStatus. */
export const decodeParameterStatus = (body: Uint8Array): ParameterStatusMessage => {
  const reader = new BodyReader(body, 'ParameterStatus')
  const name = reader.readName()
  const value = reader.readCString()
  reader.expectEnd()
  return { name, value }
}

/** Throws `protocol_violation` for a NUL in name or value. */
export const encodeParameterStatus = (message: ParameterStatusMessage): Buffer =>
  new MessageWriter(BACKEND.PARAMETER_STATUS, message.name.length + message.value.length + 2).writeName(message.name).writeCString(message.value).finish()
