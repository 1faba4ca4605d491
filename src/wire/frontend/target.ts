import { BodyReader } from '../reader.js'
import { MessageWriter } from '../writer.js'

/** What Describe and Close name: a prepared statement or a portal. */
export interface TargetMessage {
  readonly target: 'S' | 'P'
  /** Bytes as latin1 characters; '' is the unnamed one. */
  readonly name: string
}

const STATEMENT = 0x53
const PORTAL = 0x50

/** Throws `protocol_violation` for any other kind of target, as the server does. */
export const decodeTarget = (body: Uint8Array, message: string): TargetMessage => {
  const reader = new BodyReader(body, message)
  const kind = reader.readUint8()
  if (kind !== STATEMENT && kind !== PORTAL) reader.fail('target is neither statement nor portal')
  const name = reader.readName()
  reader.expectEnd()
  return { target: kind === STATEMENT ? 'S' : 'P', name }
}

/** Throws `protocol_violation` for a NUL in the name. */
export const encodeTarget = (tag: number, message: TargetMessage): Buffer =>
  new MessageWriter(tag, message.name.length + 2)
    .writeUint8(message.target === 'S' ? STATEMENT : PORTAL)
    .writeName(message.name)
    .finish()
