/** Runs one case on one connection. */
import { answerOf, type Answer, type Mode } from '../../support/answers.js'
import { send } from '../../support/frontend-messages.js'
import type { Message, RawClient } from '../../support/raw-client.js'
import type { TwinCase } from './case.js'
import { STATE } from './database.js'

const copyIn = (data: string): readonly Buffer[] => [send.copyData(data), send.copyDone()]

/** The server asks for COPY data, or has failed before. */
const askWithData = async (client: RawClient, messages: readonly Buffer[], data: string, isExtended: boolean): Promise<readonly Message[]> => {
  client.send(...messages)
  const begun = await client.until('GEZ')
  if (begun.at(-1)?.tag === 'G') client.send(...copyIn(data))
  if (isExtended) client.send(send.sync())
  return begun.at(-1)?.tag === 'Z' ? begun : [...begun, ...(await client.until('Z'))]
}

const runOne = async (client: RawClient, sql: string, { values, data }: Pick<TwinCase, 'values' | 'data'>, mode: Mode): Promise<Answer> => {
  if (mode === 'simple') return answerOf(data === undefined ? await client.ask(send.query(sql)) : await askWithData(client, [send.query(sql)], data, false))
  const resultFormats = mode === 'binary' ? ([1] as const) : []
  const messages = [send.parse(sql), send.bind({ resultFormats, ...(values === undefined ? {} : { values }) }), send.describe('P'), send.execute()]
  return answerOf(data === undefined ? await client.ask([...messages, send.sync()]) : await askWithData(client, [...messages, send.flush()], data, true))
}

/** In its transaction the tables it has changed can't be read through pgveil. */
const DDL = /^(?:alter|create|drop|do) /i

const PLAIN = { values: undefined, data: undefined }

/** The answers of the case, then what the tables hold after it if it may write. */
export const runCase = async (client: RawClient, twinCase: TwinCase, mode: Mode, withState: boolean): Promise<readonly Answer[]> => {
  const answers: Answer[] = []
  await client.ask(send.query('BEGIN'))
  for (const [index, sql] of twinCase.sql.entries()) {
    answers.push(await runOne(client, sql, index === twinCase.sql.length - 1 ? twinCase : PLAIN, mode))
  }
  const isDone = answers.every(answer => answer.error === undefined)
  if (withState && isDone && !twinCase.sql.some(sql => DDL.test(sql))) for (const sql of STATE) answers.push(await runOne(client, sql, PLAIN, 'simple'))
  await client.ask(send.query('ROLLBACK'))
  return answers
}

const AS_TEXT: ReadonlyMap<string, string> = new Map([
  ['1043', '25'],
  ['1082', '25'],
  ['1015', '1009'],
  ['1182', '1009'],
])

/** A sealed varchar(n) or date is text where it is no plain column; arrays of it likewise. */
const describedType = (column: string): string => column.replace(/(\d+)\(-?\d+\) (\d)$/, (_, oid: string, format: string) => `${AS_TEXT.get(oid) ?? oid} ${format}`)

const oidOf = (column: string): string => /(\d+)\(-?\d+\) \d$/.exec(column)?.[1] ?? 'own'
/** Containers whose binary form names the types inside. */
const HOLDS_TYPES: ReadonlySet<string> = new Set(['2249', '2287', 'own', '1009', '1015', '1182'])

/** Whether the binary forms may differ though the values don't. */
const isTypedOtherwise = (mine: Answer, twin: Answer): boolean =>
  mine.columns.some((column, index) => oidOf(column) !== oidOf(twin.columns[index] ?? '') || HOLDS_TYPES.has(oidOf(column)))

/** What of an answer both databases must agree on. */
export const comparable = (answers: readonly Answer[], others: readonly Answer[], { isUnordered }: TwinCase, mode: Mode): unknown =>
  answers.map((answer, index) => {
    const other = others[index]
    if (answer.error !== undefined) return { error: answer.error.sqlState }
    const skipsRows = mode === 'binary' && other !== undefined && (isTypedOtherwise(answer, other) || isTypedOtherwise(other, answer))
    const rows = isUnordered ? answer.rows.toSorted() : answer.rows
    return { columns: answer.columns.map(describedType), rows: skipsRows ? answer.rows.length : rows, copied: answer.copied, tag: answer.tag }
  })
