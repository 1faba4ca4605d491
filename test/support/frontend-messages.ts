/** Frontend messages for tests, written apart from src/wire, so that a fault there can't hide behind itself. */

const frame = (tag: string, ...parts: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map(part => (typeof part === 'string' ? cString(part) : part)))
  const header = Buffer.alloc(5)
  header.write(tag, 'latin1')
  header.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([header, body])
}

const cString = (text: string): Buffer => Buffer.concat([Buffer.from(text), Buffer.of(0)])

const int16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16BE(value)
  return buffer
}

const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value >>> 0)
  return buffer
}

const value = (parameter: string | Buffer | null): Buffer => {
  if (parameter === null) return int32(-1)
  const bytes = typeof parameter === 'string' ? Buffer.from(parameter) : parameter
  return Buffer.concat([int32(bytes.length), bytes])
}

export interface BindOptions {
  readonly portal?: string
  readonly statement?: string
  readonly values?: readonly (string | Buffer | null)[]
  readonly valueFormats?: readonly (0 | 1)[]
  readonly resultFormats?: readonly (0 | 1)[]
}

const list = (items: readonly Buffer[]): Buffer => Buffer.concat([int16(items.length), ...items])

/** One function for each frontend message. */
export const send = {
  startup: (parameters: Readonly<Record<string, string>>, minor = 0): Buffer => {
    const pairs = Object.entries(parameters).flatMap(([name, text]) => [cString(name), cString(text)])
    const body = Buffer.concat([int32(0x30000 + minor), ...pairs, Buffer.of(0)])
    return Buffer.concat([int32(body.length + 4), body])
  },
  cancel: (pid: Buffer, key: Buffer): Buffer => Buffer.concat([int32(12 + key.length), int32(80877102), pid, key]),
  password: (body: Buffer): Buffer => frame('p', body),
  query: (sql: string): Buffer => frame('Q', sql),
  parse: (sql: string, statement = '', types: readonly number[] = []): Buffer => frame('P', statement, sql, list(types.map(int32))),
  bind: ({ portal = '', statement = '', values = [], valueFormats = [], resultFormats = [] }: BindOptions = {}): Buffer =>
    frame('B', portal, statement, list(valueFormats.map(int16)), list(values.map(value)), list(resultFormats.map(int16))),
  describe: (what: 'S' | 'P', name = ''): Buffer => frame('D', Buffer.from(what), name),
  execute: (portal = '', rows = 0): Buffer => frame('E', portal, int32(rows)),
  close: (what: 'S' | 'P', name = ''): Buffer => frame('C', Buffer.from(what), name),
  sync: (): Buffer => frame('S'),
  flush: (): Buffer => frame('H'),
  copyData: (bytes: string | Buffer): Buffer => frame('d', Buffer.from(bytes)),
  copyDone: (): Buffer => frame('c'),
  copyFail: (reason: string): Buffer => frame('f', reason),
  functionCall: (oid: number, values: readonly (string | Buffer | null)[]): Buffer => frame('F', int32(oid), list([int16(0)]), list(values.map(value)), int16(0)),
  terminate: (): Buffer => frame('X'),
  /** Any tag with any body. */
  raw: frame,
} as const
