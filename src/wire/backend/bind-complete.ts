import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { BACKEND } from '../tags.js'

/** The answer to Bind. */
export type BindCompleteMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeBindComplete = (body: Uint8Array): BindCompleteMessage => decodeEmptyMessage(body, 'BindComplete')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeBindComplete = (): Buffer => encodeEmptyMessage(BACKEND.BIND_COMPLETE)
