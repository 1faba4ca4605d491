import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** A NOTIFY of some session; may come at any time. */
export interface NotificationResponseMessage {
  /** The notifying backend. */
  readonly processId: number
  /** Bytes as latin1 characters. */
  readonly channel: string
  /** In client_encoding; a view of the body when decoded. */
  readonly payload: Uint8Array
}

/** Throws `protocol_violation` for a body that is no NotificationResponse. */
export const decodeNotificationResponse = (body: Uint8Array): NotificationResponseMessage => {
  const reader = new BodyReader(body, 'NotificationResponse')
  const processId = reader.readInt32()
  const channel = reader.readName()
  const payload = reader.readCString()
  reader.expectEnd()
  return { processId, channel, payload }
}

/** Throws `protocol_violation` for a NUL in channel or payload. */
export const encodeNotificationResponse = (message: NotificationResponseMessage): Buffer =>
  new MessageWriter(BACKEND.NOTIFICATION_RESPONSE, message.channel.length + message.payload.length + 6)
    .writeInt32(message.processId)
    .writeName(message.channel)
    .writeCString(message.payload)
    .finish()
