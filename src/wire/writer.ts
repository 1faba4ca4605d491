import { ProxyError } from '../errors.js'
import { LARGE_MESSAGE_BYTES_MAX } from '../limits.js'

/** The tag byte and the length word. */
const HEADER_BYTES = 5
const LENGTH_BYTES = 4
const COUNT_MAX = 0xffff

/**
 * Builds one message: tag, length (patched at the end), fields. The length is checked before the bytes are taken, so it
 * can neither wrap nor turn one value into several messages (CVE-2024-27304); too long is `message_too_large`. Fields
 * that cannot be written unambiguously are `protocol_violation`.
 */
export class MessageWriter {
  #buffer: Buffer
  #length: number = HEADER_BYTES

  /** `bodyBytes` is a guess that saves growing; it need not be exact. Nothing is reserved for one that cannot end well. */
  constructor(tag: number, bodyBytes = 64) {
    this.#buffer = Buffer.allocUnsafe(HEADER_BYTES + (bodyBytes + LENGTH_BYTES > LARGE_MESSAGE_BYTES_MAX ? 0 : bodyBytes))
    this.#buffer[0] = tag
  }

  writeUint8(value: number): this {
    const at = this.#reserve(1)
    this.#buffer.writeUInt8(value, at)
    return this
  }

  writeUint16(value: number): this {
    const at = this.#reserve(2)
    this.#buffer.writeUInt16BE(value, at)
    return this
  }

  writeInt16(value: number): this {
    const at = this.#reserve(2)
    this.#buffer.writeInt16BE(value, at)
    return this
  }

  writeInt32(value: number): this {
    const at = this.#reserve(4)
    this.#buffer.writeInt32BE(value, at)
    return this
  }

  writeUint32(value: number): this {
    const at = this.#reserve(4)
    this.#buffer.writeUInt32BE(value, at)
    return this
  }

  writeBytes(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length)
    this.#buffer.set(bytes, at)
    return this
  }

  /** The bytes and a NUL. A NUL inside would end the string early and let its rest be read as the next fields. */
  writeCString(bytes: Uint8Array): this {
    if (bytes.includes(0)) throw new ProxyError('protocol_violation', { reason: 'string contains NUL' })
    return this.writeBytes(bytes).writeUint8(0)
  }

  /** A name as `BodyReader.readName` gave it: one character a byte. */
  writeName(name: string): this {
    const bytes = Buffer.from(name, 'latin1')
    // Buffer cuts each character to its low byte, so U+0100 would become the NUL checked for below, and worse.
    if (bytes.toString('latin1') !== name) throw new ProxyError('protocol_violation', { reason: 'name is not latin1' })
    return this.writeCString(bytes)
  }

  /** A name in a list that an empty name ends: an empty one would cut the list short. */
  writeListedName(name: string): this {
    if (name === '') throw new ProxyError('protocol_violation', { reason: 'empty name in a list' })
    return this.writeName(name)
  }

  /** The one-byte code in front of a diagnostic field; a zero byte would end the fields. */
  writeFieldCode(code: string): this {
    const byte = code.charCodeAt(0)
    if (code.length !== 1 || byte === 0 || byte > 0xff) throw new ProxyError('protocol_violation', { reason: 'field code is not one byte' })
    return this.writeUint8(byte)
  }

  /** A value behind its length; null is NULL. */
  writeValue(value: Uint8Array | null): this {
    return value === null ? this.writeInt32(-1) : this.writeInt32(value.length).writeBytes(value)
  }

  /** A 16-bit count and the items. */
  writeList<T>(items: readonly T[], writeItem: (item: T) => void): this {
    if (items.length > COUNT_MAX) throw new ProxyError('protocol_violation', { reason: `${items.length} items do not fit a 16-bit count` })
    this.writeUint16(items.length)
    for (const item of items) writeItem(item)
    return this
  }

  /** The whole message; the writer must not be used afterwards, since it shares these bytes. */
  finish(): Buffer {
    // The length counts itself but not the tag (PostgreSQL manual, "Message Formats").
    this.#buffer.writeUInt32BE(this.#length - 1, 1)
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(count: number): number {
    const at = this.#length
    const next = at + count
    if (next - 1 > LARGE_MESSAGE_BYTES_MAX) throw new ProxyError('message_too_large', { bytes: next - 1, max: LARGE_MESSAGE_BYTES_MAX })
    if (next > this.#buffer.length) this.#grow(next)
    this.#length = next
    return at
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#buffer.length * 2), LARGE_MESSAGE_BYTES_MAX + 1))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}

/** Bytes which a value takes, its length word included; for the writer's guess. */
export const valueBytes = (value: Uint8Array | null): number => (value === null ? 4 : 4 + value.length)

/** Bytes which a list of values takes, its count included; for the writer's guess. */
export const valueListBytes = (values: readonly (Uint8Array | null)[]): number => values.reduce((sum, value) => sum + valueBytes(value), 2)
