import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { BACKEND } from '../tags.js'

/** Takes the place of CommandComplete for a text without a statement. */
export type EmptyQueryResponseMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeEmptyQueryResponse = (body: Uint8Array): EmptyQueryResponseMessage => decodeEmptyMessage(body, 'EmptyQueryResponse')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeEmptyQueryResponse = (): Buffer => encodeEmptyMessage(BACKEND.EMPTY_QUERY_RESPONSE)
