import { FRONTEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** A piece of COPY data; the same message in both directions. From the client its boundaries mean nothing, from the server it is one row. */
export interface CopyDataMessage {
  /** A view of the body when decoded. */
  readonly data: Uint8Array
}

/** Takes any body. */
export const decodeCopyData = (body: Uint8Array): CopyDataMessage => ({ data: body })

/** Throws `message_too_large` beyond the server's limit. */
export const encodeCopyData = (message: CopyDataMessage): Buffer => new MessageWriter(FRONTEND.COPY_DATA, message.data.length).writeBytes(message.data).finish()
