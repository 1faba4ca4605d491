import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { FRONTEND } from '../tags.js'

/** The client's farewell; the server closes. */
export type TerminateMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeTerminate = (body: Uint8Array): TerminateMessage => decodeEmptyMessage(body, 'Terminate')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeTerminate = (): Buffer => encodeEmptyMessage(FRONTEND.TERMINATE)
