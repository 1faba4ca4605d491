import { FRONTEND } from '../tags.js'
import { decodeTarget, encodeTarget, type TargetMessage } from './target.js'

/** Drops a statement or a portal; closing one that does not exist is no error. */
export type CloseMessage = TargetMessage

/** Throws `protocol_violation` for a body that is no Close. */
export const decodeClose = (body: Uint8Array): CloseMessage => decodeTarget(body, 'Close')

/** Throws `protocol_violation` for a NUL in the name. */
export const encodeClose = (message: CloseMessage): Buffer => encodeTarget(FRONTEND.CLOSE, message)
