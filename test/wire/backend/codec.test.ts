import * as fc from 'fast-check'
import tap from 'tap'
import { decodeAuthentication, encodeAuthentication, type AuthenticationMessage } from '../../../src/wire/backend/authentication.js'
import { decodeBackendKeyData, encodeBackendKeyData } from '../../../src/wire/backend/backend-key-data.js'
import { decodeBindComplete, encodeBindComplete } from '../../../src/wire/backend/bind-complete.js'
import { decodeCloseComplete, encodeCloseComplete } from '../../../src/wire/backend/close-complete.js'
import { decodeCommandComplete, encodeCommandComplete } from '../../../src/wire/backend/command-complete.js'
import { decodeCopyResponse, encodeCopyResponse } from '../../../src/wire/backend/copy-response.js'
import { decodeDataRow, encodeDataRow } from '../../../src/wire/backend/data-row.js'
import { decodeEmptyQueryResponse, encodeEmptyQueryResponse } from '../../../src/wire/backend/empty-query-response.js'
import { decodeErrorResponse, decodeNoticeResponse, encodeErrorResponse, encodeNoticeResponse } from '../../../src/wire/backend/error-response.js'
import { decodeFunctionCallResponse, encodeFunctionCallResponse } from '../../../src/wire/backend/function-call-response.js'
import { decodeNegotiateProtocolVersion, encodeNegotiateProtocolVersion } from '../../../src/wire/backend/negotiate-protocol-version.js'
import { decodeNoData, encodeNoData } from '../../../src/wire/backend/no-data.js'
import { decodeNotificationResponse, encodeNotificationResponse } from '../../../src/wire/backend/notification-response.js'
import { decodeParameterDescription, encodeParameterDescription } from '../../../src/wire/backend/parameter-description.js'
import { decodeParameterStatus, encodeParameterStatus } from '../../../src/wire/backend/parameter-status.js'
import { decodeParseComplete, encodeParseComplete } from '../../../src/wire/backend/parse-complete.js'
import { decodePortalSuspended, encodePortalSuspended } from '../../../src/wire/backend/portal-suspended.js'
import { decodeReadyForQuery, encodeReadyForQuery, type TransactionStatus } from '../../../src/wire/backend/ready-for-query.js'
import { decodeRowDescription, encodeRowDescription } from '../../../src/wire/backend/row-description.js'
import { BACKEND } from '../../../src/wire/tags.js'
import { checkCodec, int16, int32, name, textBytes, uint16, uint32, value } from '../check-message.js'

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> => fc.record<T>(model, { noNullPrototype: true })
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { maxLength: 5 })
const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ minLength, maxLength }).map(array => Buffer.from(array))
const someName = name().filter(text => text !== '')
const diagnostics = record({ fields: list(record({ code: fc.integer({ min: 1, max: 255 }).map(code => String.fromCharCode(code)), value: textBytes() })) })
const empty = fc.constant({})

void tap.test('AuthenticationSASL', async t =>
  checkCodec<AuthenticationMessage>(t, {
    tag: BACKEND.AUTHENTICATION,
    messages: record({ kind: fc.constant('sasl' as const), mechanisms: list(someName) }),
    encode: encodeAuthentication,
    decode: decodeAuthentication,
  }))

void tap.test('other authentication requests', async t =>
  checkCodec<AuthenticationMessage>(t, {
    tag: BACKEND.AUTHENTICATION,
    messages: record({ kind: fc.constantFrom('cleartext_password', 'md5_password', 'gss', 'gss_continue', 'sspi', 'sasl_continue', 'sasl_final'), data: bytes(0, 40) }),
    encode: encodeAuthentication,
    decode: decodeAuthentication,
    isOpenEnded: true,
  }))

void tap.test('BackendKeyData', async t =>
  checkCodec(t, { tag: BACKEND.BACKEND_KEY_DATA, messages: record({ processId: int32(), key: bytes(4, 256) }), encode: encodeBackendKeyData, decode: decodeBackendKeyData, isOpenEnded: true }))

void tap.test('ParameterStatus', async t =>
  checkCodec(t, { tag: BACKEND.PARAMETER_STATUS, messages: record({ name: name(), value: textBytes() }), encode: encodeParameterStatus, decode: decodeParameterStatus }))

void tap.test('ReadyForQuery', async t =>
  checkCodec(t, { tag: BACKEND.READY_FOR_QUERY, messages: record({ status: fc.constantFrom<TransactionStatus>('I', 'T', 'E') }), encode: encodeReadyForQuery, decode: decodeReadyForQuery }))

void tap.test('RowDescription', async t => {
  const column = record({ name: textBytes(), tableOid: uint32(), attnum: int16(), typeOid: uint32(), typeLength: int16(), typmod: int32(), format: uint16() })
  checkCodec(t, { tag: BACKEND.ROW_DESCRIPTION, messages: record({ columns: list(column) }), encode: encodeRowDescription, decode: decodeRowDescription })
})

void tap.test('DataRow', async t => checkCodec(t, { tag: BACKEND.DATA_ROW, messages: record({ values: list(value()) }), encode: encodeDataRow, decode: decodeDataRow }))

void tap.test('CommandComplete', async t =>
  checkCodec(t, { tag: BACKEND.COMMAND_COMPLETE, messages: record({ tag: name() }), encode: encodeCommandComplete, decode: decodeCommandComplete }))

void tap.test('ErrorResponse and NoticeResponse', async t => {
  checkCodec(t, { tag: BACKEND.ERROR_RESPONSE, messages: diagnostics, encode: encodeErrorResponse, decode: decodeErrorResponse })
  checkCodec(t, { tag: BACKEND.NOTICE_RESPONSE, messages: diagnostics, encode: encodeNoticeResponse, decode: decodeNoticeResponse })
})

void tap.test('ParameterDescription', async t =>
  checkCodec(t, { tag: BACKEND.PARAMETER_DESCRIPTION, messages: record({ types: list(uint32()) }), encode: encodeParameterDescription, decode: decodeParameterDescription }))

void tap.test('the three COPY responses', async t => {
  const messages = record({ format: fc.integer({ min: 0, max: 1 }), columnFormats: list(uint16()) })
  checkCodec(t, { tag: BACKEND.COPY_IN_RESPONSE, messages, encode: message => encodeCopyResponse('in', message), decode: decodeCopyResponse })
  checkCodec(t, { tag: BACKEND.COPY_OUT_RESPONSE, messages, encode: message => encodeCopyResponse('out', message), decode: decodeCopyResponse })
  checkCodec(t, { tag: BACKEND.COPY_BOTH_RESPONSE, messages, encode: message => encodeCopyResponse('both', message), decode: decodeCopyResponse })
})

void tap.test('NotificationResponse', async t =>
  checkCodec(t, {
    tag: BACKEND.NOTIFICATION_RESPONSE,
    messages: record({ processId: int32(), channel: name(), payload: textBytes() }),
    encode: encodeNotificationResponse,
    decode: decodeNotificationResponse,
  }))

void tap.test('FunctionCallResponse', async t =>
  checkCodec(t, { tag: BACKEND.FUNCTION_CALL_RESPONSE, messages: record({ value: value() }), encode: encodeFunctionCallResponse, decode: decodeFunctionCallResponse }))

void tap.test('NegotiateProtocolVersion', async t =>
  checkCodec(t, {
    tag: BACKEND.NEGOTIATE_PROTOCOL_VERSION,
    messages: record({ version: uint32(), options: list(name()) }),
    encode: encodeNegotiateProtocolVersion,
    decode: decodeNegotiateProtocolVersion,
  }))

void tap.test('messages without a body', async t => {
  checkCodec(t, { tag: BACKEND.PARSE_COMPLETE, messages: empty, encode: encodeParseComplete, decode: decodeParseComplete })
  checkCodec(t, { tag: BACKEND.BIND_COMPLETE, messages: empty, encode: encodeBindComplete, decode: decodeBindComplete })
  checkCodec(t, { tag: BACKEND.CLOSE_COMPLETE, messages: empty, encode: encodeCloseComplete, decode: decodeCloseComplete })
  checkCodec(t, { tag: BACKEND.NO_DATA, messages: empty, encode: encodeNoData, decode: decodeNoData })
  checkCodec(t, { tag: BACKEND.PORTAL_SUSPENDED, messages: empty, encode: encodePortalSuspended, decode: decodePortalSuspended })
  checkCodec(t, { tag: BACKEND.EMPTY_QUERY_RESPONSE, messages: empty, encode: encodeEmptyQueryResponse, decode: decodeEmptyQueryResponse })
})
