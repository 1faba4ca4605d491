import { BodyReader } from '../reader.js'
import { FRONTEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** Prepares a statement. */
export interface ParseMessage {
  /** Bytes as latin1 characters, so that any encoding survives; '' is the unnamed statement. */
  readonly statement: string
  /** In client_encoding, without the NUL; a view of the body when decoded. */
  readonly text: Uint8Array
  /** Object ids; may be shorter than the statement's parameters, and 0 means that the server infers the type. */
  readonly parameterTypes: readonly number[]
}

/** Throws `protocol_violation` for a body that is no Parse. */
export const decodeParse = (body: Uint8Array): ParseMessage => {
  const reader = new BodyReader(body, 'Parse')
  const statement = reader.readName()
  const text = reader.readCString()
  const parameterTypes = reader.readList(() => reader.readUint32())
  reader.expectEnd()
  return { statement, text, parameterTypes }
}

/** Throws `protocol_violation` for a NUL or too many types, `message_too_large` beyond the server's limit. */
export const encodeParse = (message: ParseMessage): Buffer => {
  const bodyBytes = message.statement.length + message.text.length + 4 + message.parameterTypes.length * 4
  const writer = new MessageWriter(FRONTEND.PARSE, bodyBytes)
  writer.writeName(message.statement).writeCString(message.text)
  return writer.writeList(message.parameterTypes, type => writer.writeUint32(type)).finish()
}
