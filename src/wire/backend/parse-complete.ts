import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { BACKEND } from '../tags.js'

/** The answer to Parse. */
export type ParseCompleteMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeParseComplete = (body: Uint8Array): ParseCompleteMessage => decodeEmptyMessage(body, 'ParseComplete')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeParseComplete = (): Buffer => encodeEmptyMessage(BACKEND.PARSE_COMPLETE)
