import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { FRONTEND } from '../tags.js'

/** Ends a cycle of extended messages: commits an implicit transaction, ends skipping after an error, and is answered by ReadyForQuery. */
export type SyncMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodeSync = (body: Uint8Array): SyncMessage => decodeEmptyMessage(body, 'Sync')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodeSync = (): Buffer => encodeEmptyMessage(FRONTEND.SYNC)
