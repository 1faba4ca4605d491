import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { FRONTEND } from '../tags.js'

/** Asks the server to send what it holds back; there is no answer of its own. */
export type FlushMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeFlush = (body: Uint8Array): FlushMessage => decodeEmptyMessage(body, 'Flush')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeFlush = (): Buffer => encodeEmptyMessage(FRONTEND.FLUSH)
