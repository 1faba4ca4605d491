import { FRONTEND } from '../tags.js'
import { decodeTarget, encodeTarget, type TargetMessage } from './target.js'

/** Asks for the parameter and column types of a statement, or the column types of a portal. */
export type DescribeMessage = TargetMessage

/** Throws `protocol_violation` for a body that is no Describe. */
export const decodeDescribe = (body: Uint8Array): DescribeMessage => decodeTarget(body, 'Describe')

/** Throws `protocol_violation` for a NUL in the name. */
export const encodeDescribe = (message: DescribeMessage): Buffer => encodeTarget(FRONTEND.DESCRIBE, message)
