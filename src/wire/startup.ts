import { ProxyError } from '../errors.js'
import { STARTUP_BYTES_MAX } from '../limits.js'
import { BodyReader } from './reader.js'
import { MessageWriter } from './writer.js'

/** Asks for TLS; answered by one byte, `S` or `N`. */
export const SSL_REQUEST: Uint8Array = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f)
/** Asks for GSSAPI encryption; answered by one byte, `G` or `N`. */
export const GSSENC_REQUEST: Uint8Array = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30)

const CANCEL_CODE = 0x04d2_162e
const SSL_CODE = 0x04d2_162f
const GSSENC_CODE = 0x04d2_1630
/** The content type of a TLS handshake record. As the first byte of a length it would mean 369 MB, so the two cannot be confused. */
const TLS_HANDSHAKE = 0x16
const LENGTH_BYTES = 4
const ENCRYPTION_REQUEST_BYTES = 8
/** Length word, code, process id and a key of 4 (protocol 3.0) to 256 bytes (3.2). */
const CANCEL_BYTES_MIN = 16
const CANCEL_BYTES_MAX = 268
const MAJOR_VERSION = 3

/** A client's wish to open a session. */
export interface StartupPacket {
  readonly major: number
  readonly minor: number
  /** Names and values as latin1 characters, since their encoding is undefined. Of a name given twice the last counts, as in the server. */
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * What the first bytes of a connection are. `length` counts the bytes of this packet; those behind it must be none
 * before TLS starts. `raw` is a view of them.
 */
export type StartupRead =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'direct_tls' }
  | { readonly kind: 'ssl_request'; readonly length: number }
  | { readonly kind: 'gssenc_request'; readonly length: number }
  | { readonly kind: 'cancel_request'; readonly length: number; readonly raw: Buffer }
  | ({ readonly kind: 'startup'; readonly length: number; readonly raw: Buffer } & StartupPacket)

const refuse = (reason: string): never => {
  throw new ProxyError('protocol_violation', { reason })
}

const readParameters = (body: Uint8Array): ReadonlyMap<string, string> => {
  const reader = new BodyReader(body, 'StartupMessage')
  const parameters = new Map<string, string>()
  for (let name = reader.readName(); name !== ''; name = reader.readName()) parameters.set(name, reader.readName())
  reader.expectEnd()
  return parameters
}

const readEncryptionRequest = (kind: 'ssl_request' | 'gssenc_request', length: number): StartupRead =>
  length === ENCRYPTION_REQUEST_BYTES ? { kind, length } : refuse('invalid length of encryption request')

const readCancelRequest = (raw: Buffer): StartupRead =>
  raw.length >= CANCEL_BYTES_MIN && raw.length <= CANCEL_BYTES_MAX
    ? { kind: 'cancel_request', length: raw.length, raw }
    : refuse('invalid length of cancel request')

const readStartupMessage = (raw: Buffer, version: number): StartupRead => {
  const major = version >>> 16
  const minor = version & 0xffff
  // Protocol 2 has another layout, and a server without it refuses: so do we, instead of guessing who logs in.
  if (major !== MAJOR_VERSION) refuse(`unsupported frontend protocol ${major}.${minor}`)
  return { kind: 'startup', length: raw.length, major, minor, parameters: readParameters(raw.subarray(ENCRYPTION_REQUEST_BYTES)), raw }
}

/**
 * Looks at the first bytes of a connection, which have no tag. Synchronous and without state: call it again with more
 * bytes after `incomplete`. Throws `protocol_violation` as soon as the length is known to be out of bounds, so no
 * client can make us wait for, or hold, more than the server's own limit of a startup packet.
 */
export const readStartup = (bytes: Buffer): StartupRead => {
  if (bytes[0] === TLS_HANDSHAKE) return { kind: 'direct_tls' }
  if (bytes.length < LENGTH_BYTES) return { kind: 'incomplete' }
  const length = bytes.readUInt32BE(0)
  if (length < ENCRYPTION_REQUEST_BYTES || length - LENGTH_BYTES > STARTUP_BYTES_MAX) refuse('invalid length of startup packet')
  if (bytes.length < length) return { kind: 'incomplete' }
  const raw = bytes.subarray(0, length)
  const code = raw.readUInt32BE(LENGTH_BYTES)
  switch (code) {
    case SSL_CODE:
      return readEncryptionRequest('ssl_request', length)
    case GSSENC_CODE:
      return readEncryptionRequest('gssenc_request', length)
    case CANCEL_CODE:
      return readCancelRequest(raw)
    default:
      return readStartupMessage(raw, code)
  }
}

/** Throws `protocol_violation` for names that are empty, NULs, or a packet longer than the server takes. */
export const encodeStartup = (packet: StartupPacket): Buffer => {
  // A typed message with its tag cut off is exactly a startup packet.
  const writer = new MessageWriter(0, 256).writeUint16(packet.major).writeUint16(packet.minor)
  for (const [name, value] of packet.parameters) writer.writeListedName(name).writeName(value)
  const packetBytes = writer.writeUint8(0).finish().subarray(1)
  return packetBytes.length - LENGTH_BYTES > STARTUP_BYTES_MAX ? refuse('startup packet too long') : packetBytes
}
