import { BodyReader } from './reader.js'
import { MessageWriter } from './writer.js'

/** A message which is only a tag. */
export type EmptyMessage = Readonly<Record<string, never>>

const EMPTY_MESSAGE: EmptyMessage = Object.freeze({})

/** Refuses a body that is not empty (`protocol_violation`). */
export const decodeEmptyMessage = (body: Uint8Array, message: string): EmptyMessage => {
  new BodyReader(body, message).expectEnd()
  return EMPTY_MESSAGE
}

/** The five bytes of a message without a body. */
export const encodeEmptyMessage = (tag: number): Buffer => new MessageWriter(tag, 0).finish()
