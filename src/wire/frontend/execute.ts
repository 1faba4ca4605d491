import { BodyReader } from '../reader.js'
import { FRONTEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** Runs a portal. */
export interface ExecuteMessage {
  /** Bytes as latin1 characters; '' is the unnamed portal. */
  readonly portal: string
  /** Zero or less: no limit. */
  readonly rowsMax: number
}

/** Throws `protocol_violation` for a body that is no Execute. */
export const decodeExecute = (body: Uint8Array): ExecuteMessage => {
  const reader = new BodyReader(body, 'Execute')
  const portal = reader.readName()
  const rowsMax = reader.readInt32()
  reader.expectEnd()
  return { portal, rowsMax }
}

/** Throws `protocol_violation` for a NUL in the name. */
export const encodeExecute = (message: ExecuteMessage): Buffer =>
  new MessageWriter(FRONTEND.EXECUTE, message.portal.length + 5).writeName(message.portal).writeInt32(message.rowsMax).finish()
