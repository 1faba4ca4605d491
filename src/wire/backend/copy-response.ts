import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** CopyInResponse, CopyOutResponse and CopyBothResponse: they differ in the tag only. */
export interface CopyResponseMessage {
  /** 0 text or CSV, 1 binary. */
  readonly format: number
  /** One for each column. Names and types are not told: they come from the statement. */
  readonly columnFormats: readonly number[]
}

/** Whither the data flows; `both` is replication. */
export type CopyDirection = 'in' | 'out' | 'both'

const TAGS: Readonly<Record<CopyDirection, number>> = {
  in: BACKEND.COPY_IN_RESPONSE,
  out: BACKEND.COPY_OUT_RESPONSE,
  both: BACKEND.COPY_BOTH_RESPONSE,
}

/** Throws `protocol_violation` for a body that is none of the three. */
export const decodeCopyResponse = (body: Uint8Array): CopyResponseMessage => {
  const reader = new BodyReader(body, 'CopyResponse')
  const format = reader.readUint8()
  const columnFormats = reader.readList(() => reader.readUint16())
  reader.expectEnd()
  return { format, columnFormats }
}

/** Throws `protocol_violation` for more columns than a message can hold. */
export const encodeCopyResponse = (direction: CopyDirection, message: CopyResponseMessage): Buffer => {
  const writer = new MessageWriter(TAGS[direction], 3 + message.columnFormats.length * 2)
  writer.writeUint8(message.format)
  return writer.writeList(message.columnFormats, format => writer.writeUint16(format)).finish()
}
