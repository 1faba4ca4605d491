/** Runs statements over the raw protocol and sums up what came back, so that two databases can be compared. */
import { send } from './frontend-messages.js'
import type { Message, RawClient } from './raw-client.js'
import { columnsOf, fieldsOf, valuesOf } from './transcript.js'

export type Mode = 'simple' | 'extended' | 'binary'
export const MODES: readonly Mode[] = ['simple', 'extended', 'binary']

/** OIDs from here on belong to types that are made in each database anew. */
const FIRST_OWN_OID = 16_384

export interface Answer {
  /** SQLSTATE and message. */
  readonly error: { readonly sqlState: string; readonly message: string } | undefined
  /** `name type(typmod) format` of each column. */
  readonly columns: readonly string[]
  readonly rows: readonly string[]
  readonly copied: string
  readonly tag: string
}

const typeName = (oid: number): string => (oid >= FIRST_OWN_OID ? 'own' : String(oid))

const shown = (value: Buffer | null): string => {
  if (value === null) return 'NULL'
  const text = value.toString('utf8')
  return Buffer.from(text).equals(value) && !text.includes('\0') ? `'${text}'` : `\\x${value.toString('hex')}`
}

/** What these messages, the answer to one statement, say. */
export const answerOf = (messages: readonly Message[]): Answer => {
  const only = (tag: string): readonly Message[] => messages.filter(message => message.tag === tag)
  const [error] = only('E')
  const fields = error === undefined ? undefined : fieldsOf(error)
  return {
    error: fields === undefined ? undefined : { sqlState: fields['C'] ?? '', message: fields['M'] ?? '' },
    columns: only('T').flatMap(columnsOf).map(({ name, typeOid, typmod, format }) => `${name} ${typeName(typeOid)}(${typmod}) ${format}`),
    rows: only('D').map(message => valuesOf(message).map(shown).join(' | ')),
    copied: only('d').map(({ body }) => body.toString('latin1')).join(''),
    tag: only('C').map(({ body }) => body.toString('latin1')).join(','),
  }
}

/** Runs one statement. In binary mode every column is asked for in binary form. */
export const runStatement = async (client: RawClient, sql: string, mode: Mode): Promise<Answer> => {
  if (mode === 'simple') return answerOf(await client.ask(send.query(sql)))
  const resultFormats = mode === 'binary' ? ([1] as const) : []
  return answerOf(await client.ask([send.parse(sql), send.bind({ resultFormats }), send.describe('P'), send.execute(), send.sync()]))
}

/** The same without a Describe: the rows come without a description. */
export const runUndescribed = async (client: RawClient, sql: string): Promise<Answer> =>
  answerOf(await client.ask([send.parse(sql), send.bind({ resultFormats: [1] }), send.execute(), send.sync()]))

/** Runs statements in order; the answers of all. A connection that ends gives answers with error `closed`. */
export const runAll = async (client: RawClient, sql: readonly string[], mode: Mode): Promise<readonly Answer[]> => {
  const answers: Answer[] = []
  for (const statement of sql) answers.push(await runStatement(client, statement, mode))
  return answers
}
