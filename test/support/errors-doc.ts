/** `npx tsx test/support/errors-doc.ts` writes docs/errors.md from the table in src/errors.ts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS, type ErrorSpec } from '../../src/errors.js'
import { ROOT } from './source-tree.js'

export const ERRORS_DOC = 'docs/errors.md'

const OPERATOR_STATE = 'F0000'

const HEAD = `# Errors

Every error that pgveil itself raises. This file is written from the table in \`src/errors.ts\` by
\`npx tsx test/support/errors-doc.ts\`; a test compares the two.

A client gets the SQLSTATE and the message, with the hint as PostgreSQL's \`HINT\`; the access log and the metrics name the
code. The words in braces are filled with names from the policy or the catalogue and with numbers, never with text of a
statement or of the data. Errors of the database server pass through unchanged and are not listed here.
`

const entry = ([code, { sqlState, message, hint }]: readonly [string, ErrorSpec]): string =>
  [`### ${code}`, '', `\`${sqlState}\` ${message}`, ...(hint === undefined ? [] : ['', `What to do: ${hint}`]), ''].join('\n')

const isForOperators = ([, { sqlState }]: readonly [string, ErrorSpec]): boolean => sqlState === OPERATOR_STATE

/** The whole handbook page. */
export const renderErrorsDoc = (errors: Readonly<Record<string, ErrorSpec>>): string => {
  const all = Object.entries(errors)
  const clients = all.filter(row => !isForOperators(row)).map(entry)
  const operators = all.filter(isForOperators).map(entry)
  return `${[HEAD, '## Sent to clients\n', ...clients, '## Printed at the command line\n', ...operators].join('\n').trimEnd()}\n`
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(ROOT, ERRORS_DOC), renderErrorsDoc(ERRORS))
