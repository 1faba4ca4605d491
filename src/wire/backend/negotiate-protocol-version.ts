import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** The server speaks a lower minor version than asked for, or lacks some protocol options; authentication goes on. */
export interface NegotiateProtocolVersionMessage {
  /** Major version in the upper 16 bits, minor in the lower. */
  readonly version: number
  /** The `_pq_.` options that the server does not know; bytes as latin1 characters. */
  readonly options: readonly string[]
}

/** Throws `protocol_violation` for a body that is no NegotiateProtocolVersion. */
export const decodeNegotiateProtocolVersion = (body: Uint8Array): NegotiateProtocolVersionMessage => {
  const reader = new BodyReader(body, 'NegotiateProtocolVersion')
  const version = reader.readUint32()
  // A 32-bit count; a lying one fails at the first name that is missing.
  const count = reader.readUint32()
  const options: string[] = []
  for (let index = 0; index < count; index++) options.push(reader.readName())
  reader.expectEnd()
  return { version, options }
}

/** Throws `protocol_violation` for a NUL in an option. */
export const encodeNegotiateProtocolVersion = (message: NegotiateProtocolVersionMessage): Buffer => {
  const writer = new MessageWriter(BACKEND.NEGOTIATE_PROTOCOL_VERSION).writeUint32(message.version).writeUint32(message.options.length)
  for (const option of message.options) writer.writeName(option)
  return writer.finish()
}
