import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import { ProxyError } from '../../../src/errors.js'
import { createCopyIn } from '../../../src/session/copy/index.js'
import type { CopyPlan } from '../../../src/sql/types.js'
import { createDatabase, debianCluster, type TestDatabase } from '../../support/cluster.js'
import { fakeToken, HOSTILE_NAMES } from '../containers/fake-tokens.js'
import { copy } from './copy-client.js'
import { copyOptions, copyPlan, FORMATS } from './copy-plans.js'

type Seal = (value: Uint8Array) => Uint8Array

const token: Seal = value => Buffer.from(fakeToken(Buffer.from(value).toString()))
/** Sealed values never look like this; whatever came out of `seal` must still arrive whole. */
const hostile: Seal = value => Buffer.concat([Buffer.from('\\N"\t,|\\.\r\n'), value, Buffer.from('\n\\."')])

/** The checks which the real one makes: the server would refuse such values. */
const checked = (seal: Seal) => (_column: number, value: Uint8Array | null): Uint8Array | null => {
  if (value === null || value.length === 0) return value
  if (value.includes(0) || !Buffer.from(Buffer.from(value).toString()).equals(value)) throw new ProxyError('text_not_utf8')
  return seal(value)
}

const cut = (input: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = []
  for (let at = 0, i = 0; at < input.length; i++) {
    const size = sizes.length === 0 ? input.length : sizes[i % sizes.length] ?? 1
    chunks.push(input.subarray(at, at + size))
    at += size
  }
  return chunks
}

const through = (plan: CopyPlan, seal: Seal, input: Buffer, sizes: readonly number[] = []): Buffer => {
  const stream = createCopyIn(plan, checked(seal))
  // Each chunk lies in memory that is reused, as a socket's is.
  const out = cut(input, sizes).map(chunk => {
    const reused = Buffer.from(chunk)
    const sent = stream.push(reused)
    reused.fill(0)
    return sent
  })
  return Buffer.concat([...out, stream.finish()])
}

const sealText = (plan: CopyPlan, input: string, sizes: readonly number[] = []): string => through(plan, token, Buffer.from(input), sizes).toString()

const COLUMNS = ['a', 'b', 'c']
const SEALED = ['a', 'c']
interface Row { readonly a: string | null; readonly b: string | null; readonly c: string | null }

const load = async (database: TestDatabase, plan: CopyPlan, input: Buffer): Promise<readonly Row[] | string> => {
  const client = await connection(database)
  await client.query('TRUNCATE c')
  try {
    await copy(client, `COPY c (${COLUMNS.join(',')}) FROM STDIN ${copyOptions(plan)}`, [input])
  } catch (error) {
    return String(error)
  }
  return (await client.query<Row>('SELECT a, b, c FROM c ORDER BY id')).rows
}

const connections = new WeakMap<TestDatabase, ReturnType<TestDatabase['client']>>()
const connection = (database: TestDatabase): ReturnType<TestDatabase['client']> => {
  const known = connections.get(database) ?? database.client()
  connections.set(database, known)
  return known
}

const sealRow = (row: Row, seal: Seal): Row => {
  const sealOne = (value: string | null): string | null => (value === null || value === '' ? value : Buffer.from(seal(Buffer.from(value))).toString())
  return { a: sealOne(row.a), b: row.b, c: sealOne(row.c) }
}

/** What the server reads from our output must be what it reads from the input, sealed; and refused if refused. */
const compare = async (test: Test, database: TestDatabase, plan: CopyPlan, input: Buffer, sizes: readonly number[]): Promise<void> => {
  const plain = await load(database, plan, input)
  for (const seal of [token, hostile]) {
    let sealed: readonly Row[] | string
    try {
      sealed = await load(database, plan, through(plan, seal, input, sizes))
    } catch (error) {
      sealed = String(error)
    }
    const comment = `${JSON.stringify(input.toString())} ${copyOptions(plan)}: ${JSON.stringify(plain)} ${JSON.stringify(sealed)}`
    if (typeof plain === 'string') {
      if (typeof sealed !== 'string') test.fail(comment)
    } else test.same(sealed, plain.map(row => sealRow(row, seal)), comment)
  }
}

const SCHEMA = 'CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY, a text, b text, c text)'
const chunkSizes = fc.oneof(fc.constant([]), fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }))

/** What the server wrote, it reads; we seal in between. */
const compareRoundTrips = async (test: Test, database: TestDatabase): Promise<void> => {
  const names = [...HOSTILE_NAMES, null]
  for (const format of FORMATS) {
    const plan = copyPlan(COLUMNS, SEALED, format)
    await database.query('TRUNCATE c')
    for (const [i, name] of names.entries()) await database.query('INSERT INTO c (a, b, c) VALUES ($1, $2, $3)', [name, names[(i + 3) % names.length], names[(i * 5) % names.length]])
    const written = Buffer.concat([...await copy(await connection(database), `COPY c (${COLUMNS.join(',')}) TO STDOUT ${copyOptions(plan)}`)])
    for (const sizes of [[], [1], [2, 7, 3]]) await compare(test, database, plan, written, sizes)
  }
}

/** Bytes that make trouble, among them much that the server refuses. */
const rawInput = (plan: CopyPlan): fc.Arbitrary<Buffer> => {
  const piece = fc.constantFrom(plan.delimiter, plan.delimiter, plan.delimiter, '\n', 'a', 'é', '😀', '\\', '\\\\', '\\n', '\\101', '\\7', '\\x41', '\\xg', '\\x4', plan.nullText, plan.quote, plan.quote, plan.escape, ' ', '\\\n', `\\${plan.delimiter}`)
  const field = fc.array(piece.filter(text => text !== plan.delimiter && text !== '\n'), { maxLength: 4 }).map(parts => parts.join(''))
  const row = fc.tuple(field, field, field).map(fields => fields.join(plan.delimiter))
  const rows = fc.tuple(fc.array(row, { maxLength: 4 }), fc.constantFrom('\n', '\r', '\r\n'), fc.boolean()).map(([lines, end, isEnded]) => lines.join(end) + (isEnded ? end : ''))
  return fc.oneof({ weight: 3, arbitrary: rows }, { weight: 1, arbitrary: fc.array(piece, { maxLength: 20 }).map(parts => parts.join('')) }).map(input => Buffer.from(input))
}

const compareRandom = async (test: Test, database: TestDatabase, numRuns: number): Promise<void> => {
  const forced = new Set(['a'])
  const options: Partial<CopyPlan>[] = [...FORMATS, { format: 'csv', forceNull: forced }, { format: 'csv', forceNotNull: new Set(['a', 'b']), nullText: 'a' }, { format: 'csv', forceNull: forced, forceNotNull: forced, nullText: 'a' }]
  for (const [i, option] of options.entries()) {
    const plan = copyPlan(COLUMNS, SEALED, option)
    const samples = fc.sample(fc.tuple(rawInput(plan), chunkSizes), { numRuns, seed: 11 + i })
    for (const [input, sizes] of samples) await compare(test, database, plan, input, sizes)
  }
}

void t.test('what the server wrote is sealed and read back', async test => {
  await compareRoundTrips(test, await createDatabase(test, { schema: SCHEMA }))
})

void t.test('random input means to the server what it meant before', async test => {
  await compareRandom(test, await createDatabase(test, { schema: SCHEMA }), 40)
})

void t.test('both on PostgreSQL 15', async test => {
  const cluster = await debianCluster(test)
  if (cluster === undefined) {
    test.plan(0, 'PostgreSQL 15 is not installed')
    return
  }
  const database = await createDatabase(test, { cluster, schema: SCHEMA })
  await compareRoundTrips(test, database)
  await compareRandom(test, database, 20)
})

void t.test('chunk boundaries do not matter', async test => {
  for (const [format, input] of [['text', 'a\\\tb\té\tc\\\\\r\n\\N\t\\n\t😀\r\n'], ['csv', '"a,\n""b",é,"c"\n,x,"\r\n😀"\n']] as const) {
    const plan = copyPlan(COLUMNS, SEALED, { format })
    const whole = sealText(plan, input)
    for (const size of [1, 2, 3, 4, 5, 6, 7]) test.equal(sealText(plan, input, [size]), whole)
  }
})

void t.test('only protected fields change; all else passes byte by byte', async test => {
  test.equal(sealText(copyPlan(COLUMNS, ['b'], {}), '\\x41\tx\t\\101\\\n\n'), `\\x41\t${fakeToken('x')}\t\\101\\\n\n`)
  test.equal(sealText(copyPlan(COLUMNS, ['b'], { format: 'csv' }), '"a"b,"x""",""\r\n'), `"a"b,${fakeToken('x"')},""\r\n`)
  test.equal(sealText(copyPlan(COLUMNS, ['b'], { format: 'csv' }), 'a,"",\n'), 'a,"",\n', 'empty stays as it was written')
})

void t.test('NULL and forced NULL reach the seal as the server takes them', async test => {
  const seen: (string | null)[] = []
  const run = (options: Partial<CopyPlan>, input: string): void => {
    const stream = createCopyIn(copyPlan(['a', 'b'], ['a', 'b'], options), (_column, value) => {
      seen.push(value && Buffer.from(value).toString())
      return value
    })
    stream.push(Buffer.from(input))
    stream.finish()
  }
  run({}, '\\N\t\\\\N\n')
  run({ format: 'csv' }, ',""\n')
  run({ format: 'csv', forceNull: new Set(['b']) }, ',""\n')
  run({ format: 'csv', forceNotNull: new Set(['*']) }, ',""\n')
  test.same(seen, [null, '\\N', null, '', null, null, '', ''])
})

void t.test('the header passes, with newlines in its quotes', async test => {
  const plan = copyPlan(['a'], ['a'], { format: 'csv', hasHeader: true })
  test.equal(sealText(plan, '"na\nme"\nx\n', [3]), `"na\nme"\n${fakeToken('x')}\n`)
})

void t.test('nothing is sent behind the end marker', async test => {
  for (const [end, format] of [['\n', 'text'], ['\r\n', 'text'], ['\n', 'csv'], ['\r', 'csv']] as const) {
    const plan = copyPlan(['a'], ['a'], { format })
    const sent = `${fakeToken('x')}${end}\\.${end}`
    for (const sizes of [[], [1], [4]]) test.equal(sealText(plan, `x${end}\\.${end}secret${end}"`, sizes), sent)
  }
  test.equal(sealText(copyPlan(['a'], ['a'], {}), 'x\n\\.'), `${fakeToken('x')}\n\\.`)
  test.equal(sealText(copyPlan(['a'], ['a'], { format: 'csv' }), '"\\."\n'), `${fakeToken('\\.')}\n`, 'quoted, it is data')
})

void t.test('a sealed value that would be read as NULL is written another way', async test => {
  const stream = createCopyIn(copyPlan(['a'], ['a'], { nullText: 'nil' }), (_column, value) => value && Buffer.from('nil'))
  test.equal(stream.push(Buffer.from('x\nnil\n')).toString(), '\\156il\nnil\n')
})

const reasonOf = (options: Partial<CopyPlan>, input: string): unknown => {
  try {
    sealText(copyPlan(['a', 'b'], ['a'], options), input, [2])
  } catch (error) {
    return error instanceof ProxyError && error.code === 'copy_format_invalid' ? error.facts['reason'] : error
  }
  return undefined
}

void t.test('malformed data is refused with the reason', async test => {
  test.equal(reasonOf({}, 'x\n'), 'missing data for column b')
  test.equal(reasonOf({}, 'x\ty\tz\n'), 'extra data after last expected column')
  test.equal(reasonOf({}, 'x\ty\nx\ty\r'), 'literal carriage return found in data')
  test.equal(reasonOf({}, 'x\ty\r\nx\ty\n'), 'literal newline found in data')
  test.equal(reasonOf({}, 'x\\.\ty\n'), 'end-of-copy marker is not alone on its line')
  test.equal(reasonOf({ format: 'csv' }, 'x,y\nx,y\r\n'), 'unquoted carriage return found in data')
  test.equal(reasonOf({ format: 'csv' }, 'x,"y\n'), 'unterminated CSV quoted field')
  test.equal(reasonOf({ format: 'csv' }, 'x,y\n'), undefined)
})

void t.test('a row is held to its limit and no further', async test => {
  const plan = copyPlan(['a'], ['a'], {})
  const stream = (): ReturnType<typeof createCopyIn> => createCopyIn(plan, (_column, value) => value, { rowBytesMax: 10 })
  test.equal(stream().push(Buffer.from('1234567890\n1234567890\n')).length, 22)
  const pending = stream()
  pending.push(Buffer.from('1234567890'))
  test.throws(() => pending.push(Buffer.from('1')), { code: 'message_too_large' })
  test.throws(() => stream().push(Buffer.from('12345678901\n')), { code: 'message_too_large' })
})

void t.test('a long row in small pieces takes linear time', async test => {
  const stream = createCopyIn(copyPlan(['a'], ['a'], {}), () => Buffer.from('s'))
  const piece = Buffer.alloc(1000, 0x61)
  let sent = 0
  for (let i = 0; i < 5000; i++) sent += stream.push(piece).length
  test.equal(sent, 0)
  test.equal(stream.finish().toString(), 's')
})

void t.test('errors of the seal come through', async test => {
  const stream = createCopyIn(copyPlan(['a'], ['a'], {}), checked(token))
  test.throws(() => stream.push(Buffer.from('\\xff\n')), { code: 'text_not_utf8' })
})

void t.test('the binary format is refused', async test => {
  test.throws(() => createCopyIn(copyPlan(['a'], [], { format: 'binary' }), (_column, value) => value), { code: 'statement_unsupported' })
})
