/** What a client was sent, as text that two runs can be compared by. */
import type { Message } from './raw-client.js'

/** Control characters and bytes outside ASCII as `\xNN`. */
const readable = (bytes: Buffer): string => bytes.toString('latin1').replace(/[^ -~]/g, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** The fields of an ErrorResponse or NoticeResponse, by their letter. */
export const fieldsOf = ({ body }: Message): Readonly<Record<string, string>> =>
  Object.fromEntries(
    body
      .toString('utf8')
      .split('\0')
      .filter(field => field !== '')
      .map(field => [field.slice(0, 1), field.slice(1)]),
  )

/** Where in the server's source an unknown portal was noticed: in Describe, since the proxy asks what such a portal is. */
const NOTICED_ELSEWHERE = /(?<=C34000\\x00.*)\\x00Fpostgres\.c\\x00L\d+\\x00R\w+/

/** One line for a message. Process ids, which differ between runs, are left out. */
export const lineOf = (message: Message): string => {
  if (message.tag === 'E') return `E ${readable(message.body)}`.replace(NOTICED_ELSEWHERE, '')
  if (message.tag === 'A') return `A ${readable(message.body.subarray(4))}`
  if (message.tag === 'K') return 'K'
  return `${message.tag} ${readable(message.body)}`
}

/** One character a message, as the protocol's tables are written: `1 2 D C Z`. */
export const tagsOf = (messages: readonly Message[]): string => messages.map(message => (message.tag === 'Z' ? `Z(${message.body.toString('latin1')})` : message.tag)).join(' ')

/** SQLSTATEs of the errors among these messages. */
export const sqlStatesOf = (messages: readonly Message[]): readonly string[] => messages.filter(message => message.tag === 'E').map(message => fieldsOf(message)['C'] ?? '')

/** Splits bytes into messages; a rest that is no whole message becomes one of tag `?`. */
export const messagesIn = (bytes: Buffer): readonly Message[] => {
  const messages: Message[] = []
  let at = 0
  while (at < bytes.length) {
    const end = bytes.length - at >= 5 ? at + 1 + bytes.readInt32BE(at + 1) : Infinity
    if (end > bytes.length) {
      messages.push({ tag: '?', body: bytes.subarray(at) })
      break
    }
    messages.push({ tag: bytes.toString('latin1', at, at + 1), body: bytes.subarray(at + 5, end) })
    at = end
  }
  return messages
}

/** Columns of a DataRow; null is NULL. */
export const valuesOf = ({ body }: Message): readonly (Buffer | null)[] => {
  const values: (Buffer | null)[] = []
  let at = 2
  for (let left = body.readUInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at)
    at += 4
    values.push(length === -1 ? null : body.subarray(at, at + length))
    at += Math.max(0, length)
  }
  return values
}

export interface DescribedColumn {
  readonly name: string
  readonly typeOid: number
  readonly typeLength: number
  readonly typmod: number
  readonly format: number
}

/** Columns of a RowDescription without their origin. */
export const columnsOf = ({ body }: Message): readonly DescribedColumn[] => {
  const columns: DescribedColumn[] = []
  let at = 2
  for (let left = body.readUInt16BE(0); left > 0; left--) {
    const nameEnd = body.indexOf(0, at)
    const name = body.toString('utf8', at, nameEnd)
    at = nameEnd + 1 + 6
    columns.push({ name, typeOid: body.readUInt32BE(at), typeLength: body.readInt16BE(at + 4), typmod: body.readInt32BE(at + 6), format: body.readInt16BE(at + 10) })
    at += 12
  }
  return columns
}
