import t from 'tap'
import { ERRORS, type ErrorSpec } from '../../src/errors.js'
import { ERRORS_DOC, renderErrorsDoc } from '../support/errors-doc.js'
import { read } from '../support/source-tree.js'

const codes = Object.keys(ERRORS)
const rows: readonly (readonly [string, ErrorSpec])[] = Object.entries(ERRORS)

await t.test('the handbook lists every code, and only those', async test => {
  const listed = [...read(ERRORS_DOC).matchAll(/^### (\w+)$/gm)].map(([, code]) => code ?? '')
  test.same(codes.filter(code => !listed.includes(code)), [], 'run: npx tsx test/support/errors-doc.ts')
  test.same(listed.filter(code => !codes.includes(code)), [])
})

await t.test('writing the handbook anew changes nothing', async test => {
  test.equal(renderErrorsDoc(ERRORS), read(ERRORS_DOC), 'run: npx tsx test/support/errors-doc.ts')
})

await t.test('every row is well formed', async test => {
  test.same(rows.filter(([code]) => !/^[a-z]+(_[a-z0-9]+)*$/.test(code)), [])
  test.same(rows.filter(([, { sqlState }]) => !/^[0-9A-Z]{5}$/.test(sqlState)), [])
  test.same(rows.filter(([, { message }]) => message === '' || message.endsWith('.')), [], "a message is no sentence, as PostgreSQL's are")
})
