/** Plans and COPY options for the tests. */
import type { Field } from '../../../src/policy/types.js'
import type { CopyPlan } from '../../../src/sql/types.js'

/** The codecs only ask whether there is a field. */
const FIELD: Field = { name: 'public.c', category: 'user.name', protect: 'random', type: { kind: 'text' }, bytesMax: undefined, sealsEmpty: false, columns: [], elsewhere: [] }

/** Columns of the table `c`; those in `sealed` are protected. */
export const copyPlan = (columns: readonly string[], sealed: readonly string[], options: Partial<CopyPlan> = {}): CopyPlan => ({
  direction: 'in',
  format: 'text',
  table: 'public.c',
  columns: columns.map(name => ({ name, typeOid: 25, origin: undefined, field: sealed.includes(name) ? FIELD : undefined, quoting: undefined })),
  delimiter: options.format === 'csv' ? ',' : '\t',
  nullText: options.format === 'csv' ? '' : '\\N',
  quote: '"',
  escape: '"',
  hasHeader: false,
  forceNull: new Set(),
  forceNotNull: new Set(),
  ...options,
})

const literal = (text: string): string => `E'${text.replace(/[\\']/g, '\\$&').replaceAll('\t', '\\t')}'`
const columnList = (names: ReadonlySet<string>): string => (names.has('*') ? '*' : `(${[...names].join(',')})`)

/** The plan's options as SQL. */
export const copyOptions = (plan: CopyPlan): string => {
  const parts = [`FORMAT ${plan.format}`, `DELIMITER ${literal(plan.delimiter)}`, `NULL ${literal(plan.nullText)}`]
  if (plan.format === 'csv') parts.push(`QUOTE ${literal(plan.quote)}`, `ESCAPE ${literal(plan.escape)}`)
  if (plan.hasHeader) parts.push('HEADER')
  if (plan.forceNull.size > 0) parts.push(`FORCE_NULL ${columnList(plan.forceNull)}`)
  if (plan.forceNotNull.size > 0) parts.push(`FORCE_NOT_NULL ${columnList(plan.forceNotNull)}`)
  return `(${parts.join(', ')})`
}

/** Formats with usual and odd characters; some of them occur in tokens. */
export const FORMATS: readonly Partial<CopyPlan>[] = [
  { format: 'text' },
  { format: 'text', delimiter: '|', nullText: 'NULL' },
  { format: 'text', delimiter: ',', nullText: '' },
  { format: 'text', delimiter: '~' },
  { format: 'text', delimiter: '-', nullText: 'nil' },
  { format: 'csv' },
  { format: 'csv', hasHeader: true },
  { format: 'text', hasHeader: true },
  { format: 'csv', delimiter: ';', quote: "'", nullText: 'NULL' },
  { format: 'csv', escape: '\\' },
  { format: 'csv', delimiter: 'p', quote: '~', escape: '.' },
  { format: 'csv', delimiter: '\t', quote: '|', escape: '"', nullText: '\\N' },
]
