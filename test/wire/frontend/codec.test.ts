import * as fc from 'fast-check'
import tap from 'tap'
import { decodeBind, encodeBind } from '../../../src/wire/frontend/bind.js'
import { decodeClose, encodeClose } from '../../../src/wire/frontend/close.js'
import { decodeCopyData, encodeCopyData } from '../../../src/wire/frontend/copy-data.js'
import { decodeCopyDone, encodeCopyDone } from '../../../src/wire/frontend/copy-done.js'
import { decodeCopyFail, encodeCopyFail } from '../../../src/wire/frontend/copy-fail.js'
import { decodeDescribe, encodeDescribe } from '../../../src/wire/frontend/describe.js'
import { decodeExecute, encodeExecute } from '../../../src/wire/frontend/execute.js'
import { decodeFlush, encodeFlush } from '../../../src/wire/frontend/flush.js'
import { decodeParse, encodeParse } from '../../../src/wire/frontend/parse.js'
import { decodePassword, encodePassword } from '../../../src/wire/frontend/password.js'
import { decodeQuery, encodeQuery } from '../../../src/wire/frontend/query.js'
import { decodeSync, encodeSync } from '../../../src/wire/frontend/sync.js'
import { decodeTerminate, encodeTerminate } from '../../../src/wire/frontend/terminate.js'
import { FRONTEND } from '../../../src/wire/tags.js'
import { checkCodec, int32, name, textBytes, uint16, uint32, value } from '../check-message.js'

const targets = fc.record({ target: fc.constantFrom<'S' | 'P'>('S', 'P'), name: name() }, { noNullPrototype: true })
const opaque = fc.record({ data: fc.uint8Array({ maxLength: 40 }) }, { noNullPrototype: true })
const empty = fc.constant({})

void tap.test('Query', async t =>
  checkCodec(t, { tag: FRONTEND.QUERY, messages: fc.record({ text: textBytes() }, { noNullPrototype: true }), encode: encodeQuery, decode: decodeQuery }))

void tap.test('Parse', async t =>
  checkCodec(t, {
    tag: FRONTEND.PARSE,
    messages: fc.record({ statement: name(), text: textBytes(), parameterTypes: fc.array(uint32(), { maxLength: 5 }) }, { noNullPrototype: true }),
    encode: encodeParse,
    decode: decodeParse,
  }))

void tap.test('Bind', async t =>
  checkCodec(t, {
    tag: FRONTEND.BIND,
    messages: fc.record(
      {
        portal: name(),
        statement: name(),
        parameterFormats: fc.array(uint16(), { maxLength: 5 }),
        values: fc.array(value(), { maxLength: 5 }),
        resultFormats: fc.array(uint16(), { maxLength: 5 }),
      },
      { noNullPrototype: true },
    ),
    encode: encodeBind,
    decode: decodeBind,
  }))

void tap.test('Describe', async t => checkCodec(t, { tag: FRONTEND.DESCRIBE, messages: targets, encode: encodeDescribe, decode: decodeDescribe }))
void tap.test('Close', async t => checkCodec(t, { tag: FRONTEND.CLOSE, messages: targets, encode: encodeClose, decode: decodeClose }))

void tap.test('Execute', async t =>
  checkCodec(t, { tag: FRONTEND.EXECUTE, messages: fc.record({ portal: name(), rowsMax: int32() }, { noNullPrototype: true }), encode: encodeExecute, decode: decodeExecute }))

void tap.test('CopyFail', async t =>
  checkCodec(t, { tag: FRONTEND.COPY_FAIL, messages: fc.record({ reason: textBytes() }, { noNullPrototype: true }), encode: encodeCopyFail, decode: decodeCopyFail }))

void tap.test('CopyData', async t => checkCodec(t, { tag: FRONTEND.COPY_DATA, messages: opaque, encode: encodeCopyData, decode: decodeCopyData, isOpenEnded: true }))
void tap.test('Password', async t => checkCodec(t, { tag: FRONTEND.PASSWORD, messages: opaque, encode: encodePassword, decode: decodePassword, isOpenEnded: true }))

void tap.test('messages without a body', async t => {
  checkCodec(t, { tag: FRONTEND.SYNC, messages: empty, encode: encodeSync, decode: decodeSync })
  checkCodec(t, { tag: FRONTEND.FLUSH, messages: empty, encode: encodeFlush, decode: decodeFlush })
  checkCodec(t, { tag: FRONTEND.TERMINATE, messages: empty, encode: encodeTerminate, decode: decodeTerminate })
  checkCodec(t, { tag: FRONTEND.COPY_DONE, messages: empty, encode: encodeCopyDone, decode: decodeCopyDone })
})
