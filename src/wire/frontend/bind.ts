import { BodyReader } from '../reader.js'
import { FRONTEND } from '../tags.js'
import { MessageWriter, valueListBytes } from '../writer.js'

/** Gives a statement its parameters, which makes a portal. */
export interface BindMessage {
  /** Bytes as latin1 characters; '' is the unnamed portal. */
  readonly portal: string
  /** Bytes as latin1 characters; '' is the unnamed statement. */
  readonly statement: string
  /** 0 text, 1 binary. No code: all text; one: for all values; else one for each, which the server checks. */
  readonly parameterFormats: readonly number[]
  /** Views of the body when decoded: copy what must outlive the message. null is NULL. */
  readonly values: readonly (Uint8Array | null)[]
  /** As `parameterFormats`, for the columns of the result. */
  readonly resultFormats: readonly number[]
}

/** Throws `protocol_violation` for a body that is no Bind. */
export const decodeBind = (body: Uint8Array): BindMessage => {
  const reader = new BodyReader(body, 'Bind')
  const portal = reader.readName()
  const statement = reader.readName()
  const parameterFormats = reader.readList(() => reader.readUint16())
  const values = reader.readList(() => reader.readValue())
  const resultFormats = reader.readList(() => reader.readUint16())
  reader.expectEnd()
  return { portal, statement, parameterFormats, values, resultFormats }
}

/** Throws `protocol_violation` for a NUL in a name or too many items, `message_too_large` beyond the server's limit. */
export const encodeBind = (message: BindMessage): Buffer => {
  const formatBytes = 4 + 2 * (message.parameterFormats.length + message.resultFormats.length)
  const bodyBytes = message.portal.length + message.statement.length + 2 + formatBytes + valueListBytes(message.values)
  const writer = new MessageWriter(FRONTEND.BIND, bodyBytes)
  writer.writeName(message.portal).writeName(message.statement)
  writer.writeList(message.parameterFormats, format => writer.writeUint16(format))
  writer.writeList(message.values, value => writer.writeValue(value))
  return writer.writeList(message.resultFormats, format => writer.writeUint16(format)).finish()
}
