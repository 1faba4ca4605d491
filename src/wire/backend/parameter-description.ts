import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** The parameters of a statement that was described; sent also when there are none. */
export interface ParameterDescriptionMessage {
  /** Object ids; unlike in RowDescription, domains do show. */
  readonly types: readonly number[]
}

/** Throws `protocol_violation` for a body that is no ParameterDescription. */
export const decodeParameterDescription = (body: Uint8Array): ParameterDescriptionMessage => {
  const reader = new BodyReader(body, 'ParameterDescription')
  const types = reader.readList(() => reader.readUint32())
  reader.expectEnd()
  return { types }
}

/** Throws `protocol_violation` for more types than a message can hold. */
export const encodeParameterDescription = (message: ParameterDescriptionMessage): Buffer => {
  const writer = new MessageWriter(BACKEND.PARAMETER_DESCRIPTION, 2 + message.types.length * 4)
  return writer.writeList(message.types, type => writer.writeUint32(type)).finish()
}
