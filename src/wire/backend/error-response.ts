import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** One field of an error or a notice. */
export interface DiagnosticField {
  /** One character: S V C M D H P p q W s t c d n F L R, or a newer one, which must be kept. */
  readonly code: string
  /** In client_encoding, and may quote stored data (`Key (email)=(…)`). A view of the body when decoded. */
  readonly value: Buffer
}

/** An error, or a notice of the same shape. The order and the unknown fields survive a round trip. */
export interface ErrorResponseMessage {
  readonly fields: readonly DiagnosticField[]
}

/** A NoticeResponse has the shape of an ErrorResponse, but may come at any time and ends nothing. */
export type NoticeResponseMessage = ErrorResponseMessage

const decodeDiagnostic = (body: Uint8Array, message: string): ErrorResponseMessage => {
  const reader = new BodyReader(body, message)
  const fields: DiagnosticField[] = []
  for (let code = reader.readUint8(); code !== 0; code = reader.readUint8()) {
    fields.push({ code: String.fromCharCode(code), value: reader.readCString() })
  }
  reader.expectEnd()
  return { fields }
}

const encodeDiagnostic = (tag: number, message: ErrorResponseMessage): Buffer => {
  const bodyBytes = message.fields.reduce((sum, field) => sum + field.value.length + 2, 1)
  const writer = new MessageWriter(tag, bodyBytes)
  for (const field of message.fields) writer.writeFieldCode(field.code).writeCString(field.value)
  return writer.writeUint8(0).finish()
}

/** Throws `protocol_violation` for a body that is no ErrorResponse. */
export const decodeErrorResponse = (body: Uint8Array): ErrorResponseMessage => decodeDiagnostic(body, 'ErrorResponse')

/** Throws `protocol_violation` for a code that is not one character of one byte, or a NUL in a value. */
export const encodeErrorResponse = (message: ErrorResponseMessage): Buffer => encodeDiagnostic(BACKEND.ERROR_RESPONSE, message)

/** Throws `protocol_violation` for a body that is no NoticeResponse. */
export const decodeNoticeResponse = (body: Uint8Array): NoticeResponseMessage => decodeDiagnostic(body, 'NoticeResponse')

/** Throws as `encodeErrorResponse`. */
export const encodeNoticeResponse = (message: NoticeResponseMessage): Buffer => encodeDiagnostic(BACKEND.NOTICE_RESPONSE, message)
