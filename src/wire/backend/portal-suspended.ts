import { decodeEmptyMessage, encodeEmptyMessage, type EmptyMessage } from '../empty-message.js'
import { BACKEND } from '../tags.js'

/** Ends an Execute that reached its row limit before the portal's end. */
export type PortalSuspendedMessage = EmptyMessage

/** Throws `protocol_violation` if the body is not empty. */
export const decodePortalSuspended = (body: Uint8Array): PortalSuspendedMessage => decodeEmptyMessage(body, 'PortalSuspended')

/** The five bytes of the message, a new buffer each time, so that nobody can change another's. */
export const encodePortalSuspended = (): Buffer => encodeEmptyMessage(BACKEND.PORTAL_SUSPENDED)
