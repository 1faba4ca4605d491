/** Ends of constants and type names, held against the parser's own scanner. */
import fc from 'fast-check'
import { scanSync } from 'libpg-query'
import t from 'tap'
import { stringLiteralEnd, typeNameEnd } from '../../src/sql/lexer.js'
import { loadParser } from '../../src/sql/parser.js'

await loadParser()

void t.test('a constant ends where the scanner says', t => {
  const body = fc.string({ unit: fc.constantFrom('a', "''", '\\\\', 'é', '\n', '$', '"', '-', '/*', '😀'), maxLength: 12 })
  const literal = fc.oneof(
    body.map(text => `'${text}'`),
    body.map(text => `E'${text}\\''`),
    body.map(text => `$t$${text.replaceAll('$', '')}$t$`),
  )
  fc.assert(
    fc.property(literal, fc.constantFrom('', ' ', ',', ' -- x', '::text'), (text, after) => {
      const sql = `SELECT ${text}${after}`
      const token = scanSync(sql).tokens[1]
      return token?.end === stringLiteralEnd(Buffer.from(sql), 7)
    }),
  )
  t.end()
})

void t.test('adjacent constants are one, a UESCAPE clause belongs to it, a block comment ends it', t => {
  const end = (text: string): string => text.slice(0, stringLiteralEnd(Buffer.from(text), 0))
  t.equal(end("'a'\n 'b', 'c'"), "'a'\n 'b'")
  t.equal(end("'a' -- x\n 'b'"), "'a' -- x\n 'b'")
  t.equal(end("'a' 'b'"), "'a'")
  t.equal(end("'a' /* \n */ 'b'"), "'a'")
  t.equal(end("U&'a' /* x */ uescape '!' z"), "U&'a' /* x */ uescape '!'")
  t.throws(() => end("'open"), { code: 'statement_unsupported' })
  t.throws(() => end("B'1'"), { code: 'statement_unsupported' })
  t.end()
})

void t.test('type names', t => {
  for (const name of ['varchar', 'varchar(50)', 'character varying (5)', 'pg_catalog."varchar" ( 5 )', 'date', 'char /* x */ varying(3)']) {
    const text = `${name}, x[]`
    t.equal(text.slice(0, typeNameEnd(Buffer.from(text), 0)), name)
  }
  t.end()
})
