import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import tap, { type Test } from 'tap'
import { asProxyError } from '../../src/errors.js'
import { checkDate, decodeDateBinary, encodeDateBinary } from '../../src/wire/text-forms.js'
import { createDatabase, type TestDatabase } from '../support/cluster.js'
import { hex } from './hex.js'

/** Literals with what `checkDate` says: the canonical text, or an SQLSTATE. */
const CASES: readonly (readonly [literal: string, answer: string])[] = [
  ['2024-02-29', '2024-02-29'],
  ['1999-1-8', '1999-01-08'],
  [' \t\n\v\f\r2024-01-02 \t\n\v\f\r', '2024-01-02'],
  [`${' '.repeat(300)}2024-01-02`, '2024-01-02'],
  ['20240102', '2024-01-02'],
  ['123-01-01', '0123-01-01'],
  ['0099-12-31', '0099-12-31'],
  ['0001-01-01 BC', '0001-01-01 BC'],
  ['0044-03-15 bc', '0044-03-15 BC'],
  ['2024-01-02 AD', '2024-01-02'],
  ['0001-02-29 BC', '0001-02-29 BC'],
  ['0005-02-29 BC', '0005-02-29 BC'],
  ['2000-02-29', '2000-02-29'],
  ['10000-01-01', '10000-01-01'],
  ['4714-11-24 BC', '4714-11-24 BC'],
  ['5874897-12-31', '5874897-12-31'],
  ['infinity', 'infinity'],
  ['-infinity', '-infinity'],
  [' Infinity ', 'infinity'],
  ['', '22007'],
  [' ', '22007'],
  ['abc', '22007'],
  ['j•••@e•••.com', '22007'],
  ['January', '22007'],
  ['--', '22007'],
  ['NULL', '22007'],
  ['BC', '22007'],
  ['2024-02-30', '22008'],
  ['2023-02-29', '22008'],
  ['1900-02-29', '22008'],
  ['2024-13-01', '22008'],
  ['2024-00-10', '22008'],
  ['2024-01-00', '22008'],
  ['2024-99-99', '22008'],
  ['20240230', '22008'],
  ['20241301', '22008'],
  ['0000-01-01', '22008'],
  ['0000-01-01 BC', '22008'],
  ['0002-02-29 BC', '22008'],
  ['4714-11-23 BC', '22008'],
  ['5874898-01-01', '22008'],
  ['9999999-12-31', '22008'],
  ['January 8, 1999', '0A000'],
  ['08.01.1999', '0A000'],
  ['1/8/1999', '0A000'],
  ['99-01-08', '0A000'],
  ['990108', '0A000'],
  ['1999-Jan-08', '0A000'],
  ['J2451187', '0A000'],
  ['today', '0A000'],
  ['epoch', '0A000'],
  ['+infinity', '0A000'],
  ['2024-01-02 10:00:00+02', '2024-01-02'],
  ['2024-01-02T10:00:00Z', '2024-01-02'],
  ['2024-01-02T23:59:59.999999-0800', '2024-01-02'],
  ['2024-01-02T00:30+13:45', '2024-01-02'],
  ['2024-02-30T00:00:00Z', '22008'],
  ['2024-01-02T24:00:00', '0A000'],
  ['2024-01-02T10:00:60', '0A000'],
  ['2024-01-02T23:59:59.9999999', '0A000'],
  ['2024-01-02T10:00:00 Europe/Berlin', '0A000'],
  ['2024-01-02BC', '0A000'],
  ['00002024-01-02', '0A000'],
  ['\u00a02024-01-02', '0A000'],
  ['٢٠٢٤-٠١-٠٢', '22007'],
]

const answerOf = (literal: string): string => {
  try {
    return checkDate(literal)
  } catch (error) {
    return asProxyError(error).sqlState
  }
}

/** What the server makes of each literal: its text, or the SQLSTATE of its refusal. */
const askServer = async (database: TestDatabase, literals: readonly string[]): Promise<readonly string[]> => {
  const { rows } = await database.query<{ answer: string }>('SELECT read_date(literal) AS answer FROM unnest($1::text[]) WITH ORDINALITY AS given(literal, position) ORDER BY position', [literals])
  return rows.map(row => row.answer)
}

const READ_DATE = `CREATE FUNCTION read_date(text) RETURNS text LANGUAGE plpgsql SET datestyle = 'ISO, MDY'
  AS $$ BEGIN RETURN $1::date::text; EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$`

/** 0A000 promises nothing about the server; every other answer is the server's own. */
const checkAgainstServer = async (t: Test, database: TestDatabase, literals: readonly string[]): Promise<void> => {
  const decided = literals.filter(literal => answerOf(literal) !== '0A000')
  const answers = await askServer(database, decided)
  const differences = decided.flatMap((literal, index) => (answers[index] === answerOf(literal) ? [] : [{ literal, ours: answerOf(literal), server: answers[index] }]))
  t.same(differences, [])
}

void tap.test('a table of literals', async t => {
  for (const [literal, answer] of CASES) t.equal(answerOf(literal), answer, JSON.stringify(literal))
})

void tap.test('a long run of spaces takes linear time', async t => {
  t.equal(answerOf(`x${' '.repeat(2_000_000)}x`), '22007')
})

void tap.test('the server agrees', async t => {
  const database = await createDatabase(t, { schema: READ_DATE })
  await t.test('on the table', async inner => checkAgainstServer(inner, database, CASES.map(([literal]) => literal)))

  await t.test('on literals made of the pieces of dates', async inner => {
    const piece = fc.constantFrom('-', '-', ' ', ' BC', 'AD', '.', '/', ':', '+', ',', 'T', 'Z', 'jan', 'feb', 'today', 'infinity', 'J', 'abc', '0', '1', '2', '02', '12', '13', '29', '30', '31', '32', '000', '2024', '1900', '5874897', '20240229')
    const dashed = fc.tuple(fc.nat(10_000), fc.nat(14), fc.nat(33), fc.constantFrom('', ' BC', ' AD')).map(([year, month, day, era]) => `${String(year).padStart(3, '0')}-${month}-${day}${era}`)
    const literal = fc.oneof(dashed, fc.array(piece, { maxLength: 7 }).map(pieces => pieces.join('')))
    await checkAgainstServer(inner, database, fc.sample(literal, { numRuns: 4000, seed: 20_240_229 }))
  })

  await t.test('on the binary form', async inner => {
    const days = fc.sample(fc.oneof(fc.integer({ min: -2_451_545, max: 2_145_031_948 }), fc.integer({ min: -800_000, max: 100_000 })), { numRuns: 2000, seed: 7 })
    const { rows } = await database.query<{ shown: string; sent: Buffer }>(`SELECT (date '2000-01-01' + day)::text AS shown, date_send(date '2000-01-01' + day) AS sent FROM unnest($1::int[]) WITH ORDINALITY AS given(day, position) ORDER BY position`, [days])
    inner.equal(rows.length, days.length)
    const differences = rows.filter(row => decodeDateBinary(row.sent) !== row.shown || !encodeDateBinary(row.shown).equals(row.sent))
    inner.same(differences, [])
  })
})

void tap.test('binary vectors', async t => {
  const vectors: readonly (readonly [string, string])[] = [
    ['2000-01-01', '00000000'],
    ['1999-12-31', 'ffffffff'],
    ['infinity', '7fffffff'],
    ['-infinity', '80000000'],
    ['4714-11-24 BC', 'ffda97a7'],
    ['5874897-12-31', '7fda970c'],
  ]
  for (const [text, bytes] of vectors) {
    t.same(encodeDateBinary(text), hex(bytes))
    t.equal(decodeDateBinary(hex(bytes)), text)
  }
})

void tap.test('refuses binary dates of other lengths and beyond the calendar', async t => {
  for (const bytes of ['', '000000', '0000000000']) t.throws(() => decodeDateBinary(hex(bytes), 3), { code: 'binary_value_invalid', facts: { number: 3 } })
  for (const bytes of ['ffda97a6', '7fda970d', '80000001', '7ffffffe']) t.throws(() => decodeDateBinary(hex(bytes)), { code: 'date_out_of_range' })
})

void tap.test('reads a view inside a larger buffer', async t => {
  t.equal(decodeDateBinary(new Uint8Array([9, 9, 0, 0, 0, 1, 9]).subarray(2, 6)), '2000-01-02')
})

void tap.test('the canonical text is its own canonical text', async t => {
  fc.assert(
    fc.property(fc.integer({ min: -2_451_545, max: 2_145_031_948 }), day => {
      const bytes = Buffer.alloc(4)
      bytes.writeInt32BE(day)
      const text = decodeDateBinary(bytes)
      assert.equal(checkDate(text), text)
      assert.deepEqual(encodeDateBinary(text), bytes)
    }),
    { numRuns: 1000 },
  )
  t.pass()
})
