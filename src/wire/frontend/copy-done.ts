import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { FRONTEND } from '../tags.js'

/** The end of COPY data; the same message in both directions. */
export type CopyDoneMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeCopyDone = (body: Uint8Array): CopyDoneMessage => decodeEmptyMessage(body, 'CopyDone')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeCopyDone = (): Buffer => encodeEmptyMessage(FRONTEND.COPY_DONE)
