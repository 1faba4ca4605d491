import { ProxyError } from '../errors.js'

/**
 * A cursor over the body of one message (tag and length excluded). Every read is checked against the body's end, and
 * every failure is `protocol_violation` naming the message, never its bytes.
 *
 * Byte results are views of the body: they are valid only as long as the body's owner leaves it alone, so whoever
 * keeps one past the current message must copy it.
 */
export class BodyReader {
  readonly #body: Buffer
  readonly #message: string
  #offset = 0

  /** `message` is the protocol's name of the message, for the error. */
  constructor(body: Uint8Array, message: string) {
    // A view is not its buffer: offset and length go along, or we would read a neighbour's bytes.
    this.#body = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    this.#message = message
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#body.length - this.#offset
  }

  /** Refuses the message; for what the caller finds wrong with a value it has read. */
  fail(reason: string): never {
    throw new ProxyError('protocol_violation', { reason: `${this.#message}: ${reason}` })
  }

  readUint8(): number {
    return this.#body.readUInt8(this.#advance(1))
  }

  /** Counts and format codes are unsigned: a Bind may have 65,535 parameters. */
  readUint16(): number {
    return this.#body.readUInt16BE(this.#advance(2))
  }

  /** For attribute numbers and type lengths, which are negative for system columns and variable-length types. */
  readInt16(): number {
    return this.#body.readInt16BE(this.#advance(2))
  }

  readInt32(): number {
    return this.#body.readInt32BE(this.#advance(4))
  }

  /** For object ids, which use all 32 bits. */
  readUint32(): number {
    return this.#body.readUInt32BE(this.#advance(4))
  }

  /** The next `count` bytes, as a view. */
  readBytes(count: number): Buffer {
    const start = this.#advance(count)
    return this.#body.subarray(start, start + count)
  }

  /** All bytes up to the end, as a view. */
  readRest(): Buffer {
    return this.readBytes(this.remaining)
  }

  /** A NUL-terminated string without its NUL, as a view; its encoding is whatever client_encoding is. */
  readCString(): Buffer {
    const start = this.#offset
    const end = this.#body.indexOf(0, start)
    if (end === -1) this.fail('string without terminator')
    this.#offset = end + 1
    return this.#body.subarray(start, end)
  }

  /** A NUL-terminated name, decoded as latin1 so that any bytes survive and serve as a map key; see `BodyWriter.writeName`. */
  readName(): string {
    return this.readCString().toString('latin1')
  }

  /** A NUL-terminated string in UTF-8; refuses other bytes instead of replacing them. */
  readUtf8String(): string {
    const bytes = this.readCString()
    const text = bytes.toString('utf8')
    if (!Buffer.from(text, 'utf8').equals(bytes)) this.fail('string is not UTF-8')
    return text
  }

  /** A value behind its 32-bit length, as a view; -1 is NULL. Other negative lengths crashed peers (CVE-2026-4427). */
  readValue(): Buffer | null {
    const bytes = this.readInt32()
    if (bytes === -1) return null
    if (bytes < 0) this.fail('negative value length')
    return this.readBytes(bytes)
  }

  /** A 16-bit count and as many items. Nothing is reserved for the count: a lying one fails at the first item that is missing. */
  readList<T>(readItem: () => T): T[] {
    const count = this.readUint16()
    const items: T[] = []
    for (let index = 0; index < count; index++) items.push(readItem())
    return items
  }

  /** Every decoder ends with this: bytes behind the last field mean that we and the server read the message differently. */
  expectEnd(): void {
    if (this.remaining !== 0) this.fail('bytes after the last field')
  }

  #advance(count: number): number {
    const start = this.#offset
    if (count < 0 || count > this.remaining) this.fail('body truncated')
    this.#offset = start + count
    return start
  }
}
