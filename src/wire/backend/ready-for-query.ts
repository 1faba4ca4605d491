import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** Idle, in a transaction block, or in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** Ends each cycle; exactly one for each Query, FunctionCall and processed Sync. */
export interface ReadyForQueryMessage {
  readonly status: TransactionStatus
}

const STATUSES: ReadonlyMap<number, TransactionStatus> = new Map<number, TransactionStatus>([
  [0x49, 'I'],
  [0x54, 'T'],
  [0x45, 'E'],
])

/** Throws `protocol_violation` for an unknown status. */
export const decodeReadyForQuery = (body: Uint8Array): ReadyForQueryMessage => {
  const reader = new BodyReader(body, 'ReadyForQuery')
  const status = STATUSES.get(reader.readUint8()) ?? reader.fail('unknown transaction status')
  reader.expectEnd()
  return { status }
}

export const encodeReadyForQuery = (message: ReadyForQueryMessage): Buffer =>
  new MessageWriter(BACKEND.READY_FOR_QUERY, 1).writeUint8(message.status.charCodeAt(0)).finish()
