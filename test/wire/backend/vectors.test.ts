import tap from 'tap'
import { decodeAuthentication, encodeAuthentication } from '../../../src/wire/backend/authentication.js'
import { decodeBackendKeyData } from '../../../src/wire/backend/backend-key-data.js'
import { encodeCopyResponse } from '../../../src/wire/backend/copy-response.js'
import { decodeDataRow, encodeDataRow } from '../../../src/wire/backend/data-row.js'
import { decodeErrorResponse, encodeErrorResponse } from '../../../src/wire/backend/error-response.js'
import { decodeNegotiateProtocolVersion } from '../../../src/wire/backend/negotiate-protocol-version.js'
import { decodeReadyForQuery, encodeReadyForQuery } from '../../../src/wire/backend/ready-for-query.js'
import { decodeRowDescription, encodeRowDescription } from '../../../src/wire/backend/row-description.js'
import { bodyOf } from '../check-message.js'
import { hex } from '../hex.js'

void tap.test('strips a mechanism from AuthenticationSASL', async t => {
  const offered = decodeAuthentication(hex(`0000000a 'SCRAM-SHA-256-PLUS' 00 'SCRAM-SHA-256' 00 00`))
  t.same(offered, { kind: 'sasl', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] })
  t.same(encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }), hex(`52 00000017 0000000a 'SCRAM-SHA-256' 00 00`))
})

void tap.test('AuthenticationOk has the eight bytes of the manual', async t => {
  t.same(encodeAuthentication({ kind: 'ok', data: Buffer.alloc(0) }), hex('52 00000008 00000000'))
  t.same(decodeAuthentication(hex('00000000')), { kind: 'ok', data: Buffer.alloc(0) })
})

void tap.test('RowDescription and DataRow of SELECT 1 AS a', async t => {
  const description = hex(`54 0000001a 0001 'a' 00 00000000 0000 00000017 0004 ffffffff 0000`)
  const decoded = decodeRowDescription(bodyOf(description))
  t.same(decoded.columns, [{ name: Buffer.from('a'), tableOid: 0, attnum: 0, typeOid: 23, typeLength: 4, typmod: -1, format: 0 }])
  t.same(encodeRowDescription(decoded), description)
  t.same(encodeDataRow({ values: [Buffer.from('1'), null] }), hex(`44 0000000f 0002 00000001 '1' ffffffff`))
})

void tap.test('the fields of an error keep order, repetition and codes that we do not know', async t => {
  const body = hex(`'S' 'ERROR' 00 'V' 'ERROR' 00 'C' '42601' 00 '?' ff 00 'R' 'scanner_yyerror' 00 00`)
  const message = decodeErrorResponse(body)
  t.equal(message.fields.map(field => field.code).join(''), 'SVC?R')
  t.same(bodyOf(encodeErrorResponse(message)), body)
})

void tap.test('keys have 4 to 256 bytes', async t => {
  for (const bytes of [4, 32, 256]) t.equal(decodeBackendKeyData(Buffer.alloc(4 + bytes)).key.length, bytes)
  for (const bytes of [0, 3, 257]) t.throws(() => decodeBackendKeyData(Buffer.alloc(4 + bytes)), { code: 'protocol_violation' })
})

void tap.test('the status of a transaction is one of three', async t => {
  t.same(encodeReadyForQuery({ status: 'T' }), hex(`5a 00000005 'T'`))
  t.throws(() => decodeReadyForQuery(hex(`'X'`)), { code: 'protocol_violation' })
})

void tap.test('COPY responses', async t => {
  t.same(encodeCopyResponse('in', { format: 0, columnFormats: [0, 0] }), hex('47 0000000b 00 0002 0000 0000'))
})

const HOSTILE: readonly [string, () => unknown][] = [
  ['a DataRow value of length -2', () => decodeDataRow(hex('0001 fffffffe'))],
  ['a DataRow that ends in a length', () => decodeDataRow(hex('0001 0000'))],
  ['an authentication request that nobody knows', () => decodeAuthentication(hex('00000063'))],
  ['AuthenticationOk with bytes behind it', () => decodeAuthentication(hex('00000000 00'))],
  ['mechanisms without an end', () => decodeAuthentication(hex(`0000000a 'SCRAM-SHA-256' 00`))],
  ['an empty mechanism, which would end the list', () => encodeAuthentication({ kind: 'sasl', mechanisms: ['', 'SCRAM-SHA-256'] })],
  ['fields without an end', () => decodeErrorResponse(hex(`'S' 'ERROR' 00`))],
  ['a field code of zero', () => encodeErrorResponse({ fields: [{ code: '\0', value: Buffer.alloc(0) }] })],
  ['a field code of two characters', () => encodeErrorResponse({ fields: [{ code: 'SM', value: Buffer.alloc(0) }] })],
  ['a field value with NUL', () => encodeErrorResponse({ fields: [{ code: 'M', value: Buffer.from('a\0b') }] })],
  ['four billion options of which none comes', () => decodeNegotiateProtocolVersion(hex('00030000 ffffffff'))],
]

for (const [title, attempt] of HOSTILE) void tap.test(`refuses ${title}`, async t => t.throws(attempt, { code: 'protocol_violation' }))
