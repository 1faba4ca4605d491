import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** Ends one statement. */
export interface CommandCompleteMessage {
  /** The command tag, such as `SELECT 5` or `INSERT 0 1`; bytes as latin1 characters. */
  readonly tag: string
}

/** Throws `protocol_violation` for a body that is no CommandComplete. */
export const decodeCommandComplete = (body: Uint8Array): CommandCompleteMessage => {
  const reader = new BodyReader(body, 'CommandComplete')
  const tag = reader.readName()
  reader.expectEnd()
  return { tag }
}

/** Throws `protocol_violation` for a NUL in the tag. */
export const encodeCommandComplete = (message: CommandCompleteMessage): Buffer =>
  new MessageWriter(BACKEND.COMMAND_COMPLETE, message.tag.length + 1).writeName(message.tag).finish()
