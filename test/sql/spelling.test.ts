/** Literals that read the same whatever the server's settings are. */
import fc from 'fast-check'
import { parseSync } from 'libpg-query'
import t from 'tap'
import { loadParser } from '../../src/sql/index.js'
import { spellLiterals } from '../../src/sql/spelling.js'

await loadParser()

const spelled = (text: string): string => {
  const bytes = Buffer.from(text)
  let result = ''
  let position = 0
  for (const { start, end, replacement } of spellLiterals(text, bytes)) {
    result += bytes.toString('utf8', position, start) + (replacement.kind === 'text' ? replacement.text : '')
    position = end
  }
  return result + bytes.toString('utf8', position)
}

/** The tree without places in the text. */
const meaning = (text: string): string => JSON.stringify(parseSync(text), (key, value: unknown) => (key === 'location' || key.startsWith('stmt_') ? undefined : value))

t.test('backslashes are written as E strings in ASCII', async t => {
  t.equal(spelled("SELECT 'a\\', 'b'"), "SELECT  E'a\\\\', 'b'")
  t.equal(spelled("SELECT 'ä\\'"), "SELECT  E'\\u00e4\\\\'")
  t.equal(spelled("SELECT E'\\n\\é\\''"), "SELECT  E'\\n\\u00e9\\''")
  t.equal(spelled("SELECT'😀\\'"), "SELECT E'\\U0001f600\\\\'")
})

t.test('what no setting changes stays', async t => {
  for (const text of ["SELECT 'a'", 'SELECT $$a\\b$$', 'SELECT "a\\b"', "SELECT 1 -- \\'", 'SELECT /* \\ */ 1']) t.equal(spelled(text), text)
})

t.test("N'…' with a backslash can't be written otherwise", async t => {
  t.throws(() => spelled("SELECT N'a\\'"), { code: 'statement_unsupported' })
})

t.test('the meaning stays, and no plain literal with a backslash is left', async t => {
  const body = fc.string({ unit: fc.constantFrom('a', '\\', '\\\\', "''", 'é', '😀', ' ', '\n', '"', '$', '%') })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('', 'E'), body), { minLength: 1, maxLength: 4 }), parts => {
      // In an E string each backslash needs something behind it that it may stand before.
      const literals = parts.map(([kind, text]) => (kind === 'E' ? `E'${text.replaceAll('\\', '\\\\')}'` : `'${text}'`))
      const text = `SELECT ${literals.join(', ')}`
      const result = spelled(text)
      return meaning(result) === meaning(text) && spelled(result).replace(/ +/g, ' ') === result.replace(/ +/g, ' ')
    }),
  )
  t.pass()
})
