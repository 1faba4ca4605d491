import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { BACKEND } from '../tags.js'

/** The answer to Describe for a statement or portal without a result. */
export type NoDataMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeNoData = (body: Uint8Array): NoDataMessage => decodeEmptyMessage(body, 'NoData')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeNoData = (): Buffer => encodeEmptyMessage(BACKEND.NO_DATA)
