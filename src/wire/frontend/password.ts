import { FRONTEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** A password, SASL or GSS answer; only the state of authentication tells which, so it stays opaque. */
export interface PasswordMessage {
  /** A secret: to be forwarded, never kept or logged. A view of the body when decoded. */
  readonly data: Uint8Array
}

/** Takes any body. */
export const decodePassword = (body: Uint8Array): PasswordMessage => ({ data: body })

/** Throws `message_too_large` beyond the server's limit. */
export const encodePassword = (message: PasswordMessage): Buffer => new MessageWriter(FRONTEND.PASSWORD, message.data.length).writeBytes(message.data).finish()
