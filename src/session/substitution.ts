/**
 * Refusals in the server's own order. Nothing of ours is written to the client ahead of what it is still owed: the server
 * is sent a message that fails in place of the refused one, and the fields of its error are replaced when it comes. So the
 * server itself skips what must be skipped, fails the transaction, and sends ReadyForQuery at the right place.
 */
import type { ProxyError } from '../errors.js'
import { encodeErrorResponse, type DiagnosticField, type ErrorResponseMessage } from '../wire/backend/error-response.js'
import { encodeBind } from '../wire/frontend/bind.js'
import { encodeCopyFail } from '../wire/frontend/copy-fail.js'
import { encodeExecute } from '../wire/frontend/execute.js'
import { encodeParse } from '../wire/frontend/parse.js'
import { encodeQuery } from '../wire/frontend/query.js'
import type { Refusal } from './requests.js'

/** An unterminated quoted identifier: 42601 in any state, also within a failed transaction. */
const UNPARSABLE = Buffer.from('"', 'latin1')

export const failingQuery = (): Buffer => encodeQuery({ text: UNPARSABLE })
/** Under the client's own name: a failed Parse to the unnamed statement leaves none, as the refused one would. */
export const failingParse = (statement: string): Buffer => encodeParse({ statement, text: UNPARSABLE, parameterTypes: [] })
/** `unusedName` is one that the session never gives to a statement. */
export const failingBind = (portal: string, unusedName: string): Buffer =>
  encodeBind({ portal, statement: unusedName, parameterFormats: [], values: [], resultFormats: [] })
export const failingExecute = (unusedName: string): Buffer => encodeExecute({ portal: unusedName, rowsMax: 0 })
export const failingCopy = (): Buffer => encodeCopyFail({ reason: Buffer.from('refused by pgveil', 'latin1') })

/** No message has this type: the server answers it with FATAL 08P01, after all that it was sent before. */
export const poison = (): Buffer => Buffer.from([0, 0, 0, 0, 4])

const field = (code: string, text: string): DiagnosticField => ({ code, value: Buffer.from(text, 'utf8') })

const SYNTAX_ERROR = '42601'
/** Where the server found its error: kept for syntax errors, which are found by the same lexer and grammar. */
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['F', 'L', 'R'])

const errorFields = (severity: 'ERROR' | 'FATAL', error: ProxyError): DiagnosticField[] => [
  field('S', severity), field('V', severity), field('C', error.sqlState), field('M', error.message),
  ...(error.hint === undefined ? [] : [field('H', error.hint)])
]

/** The error to send in place of the one that the substitute drew. */
export const replacedError = (refusal: Refusal, drawn: ErrorResponseMessage): Buffer => {
  if (refusal.kind === 'error') return encodeErrorResponse({ fields: errorFields('ERROR', refusal.error) })
  const position = refusal.position > 0 ? [field('P', String(refusal.position))] : []
  const kept = drawn.fields.filter(each => SOURCE_FIELDS.has(each.code))
  const fields = [field('S', 'ERROR'), field('V', 'ERROR'), field('C', SYNTAX_ERROR), field('M', refusal.message), ...position, ...kept]
  return encodeErrorResponse({ fields })
}

/** The last message on a connection that ends; no second one may follow a FATAL. */
export const fatalError = (error: ProxyError): Buffer => encodeErrorResponse({ fields: errorFields('FATAL', error) })
