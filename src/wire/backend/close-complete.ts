import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { BACKEND } from '../tags.js'

/** The answer to Close, also for names that do not exist. */
export type CloseCompleteMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeCloseComplete = (body: Uint8Array): CloseCompleteMessage => decodeEmptyMessage(body, 'CloseComplete')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeCloseComplete = (): Buffer => encodeEmptyMessage(BACKEND.CLOSE_COMPLETE)
