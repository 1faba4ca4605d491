/** The log's text of a statement: shape without values. */
import fc from 'fast-check'
import t from 'tap'
import { NORMALISED_CHARACTERS_MAX, normaliseText } from '../../src/sql/normalise.js'
import { loadParser } from '../../src/sql/parser.js'
import { CATALOG } from './support/fixture.js'

await loadParser()

const normalised = (text: string): string => normaliseText(text, { start: 0, end: Buffer.byteLength(text) }, CATALOG).text

void t.test('constants, comments and names of the client go', t => {
  t.equal(normalised("select c.email as john from customers c where email = 'a@b' -- bob"), 'select _.email as _ from customers _ where email = ?')
  t.equal(normalised("insert into customers values (1, E'b\\'c'), (2, $x$d$x$)"), 'insert into customers values (?, …), …')
  t.equal(normalised('declare mary cursor for select /* x /* y */ */ "email", "Mary" from public.customers'), 'declare _ cursor for select "email", _ from public.customers')
  t.equal(normalised("EXECUTE mary('secret', 0x1F, 1.5e-3)"), 'EXECUTE _(?, …)')
  t.equal(normalised("COMMENT ON TABLE customers IS 'secret'"), 'COMMENT ON TABLE customers IS ?')
  t.equal(normalised("NOTIFY mary, 'secret'; SAVEPOINT bob"), 'NOTIFY _, ?; SAVEPOINT _')
  t.end()
})

void t.test('statements which differ in constants share their fingerprint', t => {
  const print = (text: string): string => normaliseText(text, { start: 0, end: text.length }, CATALOG).fingerprint
  t.equal(print("select * from customers where email = 'a'"), print("select * from customers where email = 'b'"))
  t.not(print('select 1'), '')
  t.end()
})

void t.test('no constant survives, and long texts are cut', t => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{3,8}zq$/u), secret => {
      for (const form of [`'${secret}'`, `E'\\'${secret}'`, `$${secret}$x$${secret}$`, `"${secret}"`, `-- ${secret}`, `/* ${secret} */`, `U&'${secret}'`]) {
        if (normalised(`select 1 as ${secret}, ${form}`).includes(secret)) return false
      }
      return true
    }),
  )
  const long = normalised(`select ${Array.from({ length: 5_000 }, () => 'email + 1').join(', ')} from customers`)
  t.ok(long.length <= NORMALISED_CHARACTERS_MAX + 2)
  t.end()
})
