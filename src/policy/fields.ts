/** From `tables` to fields: columns that share a `field` become one. */
import { EQUALITY_BYTES_MAX } from '../limits.js'
import { KNOWN_CATEGORIES } from './categories.js'
import type { Path } from './document.js'
import { fieldTypeText, parseFieldType } from './field-type.js'
import { problemAt } from './merged.js'
import type { Entry, Merged } from './merged.js'
import type { Problem } from './problem.js'
import type { ColumnForm, TableForm } from './schema.js'
import type { ColumnName, Field, FieldType, TablePolicy } from './types.js'

interface Home {
  readonly name: ColumnName
  readonly fieldName: string
  readonly form: ColumnForm
  readonly type: FieldType
  readonly entry: Entry<TableForm>
  readonly path: Path
}

export interface Tables {
  readonly tables: ReadonlyMap<string, TablePolicy>
  readonly fields: ReadonlyMap<string, Field>
}

/** `schema.table.column` */
export const columnPath = ({ schema, table, column }: ColumnName): string => `${schema}.${table}.${column}`

const parseColumnPath = (text: string): ColumnName => {
  const [schema = '', table = '', column = ''] = text.split('.')
  return { schema, table, column }
}

const homeOf = (entry: Entry<TableForm>, column: string, form: ColumnForm, problems: Problem[]): Home => {
  const name = parseColumnPath(`${entry.name}.${column}`)
  const path = [...entry.path, 'columns', column]
  const type = parseFieldType(form.type ?? 'text')
  if (typeof type === 'string') problems.push(problemAt(entry.document, [...path, 'type'], type))
  return { name, fieldName: form.field ?? columnPath(name), form, type: typeof type === 'string' ? { kind: 'text' } : type, entry, path }
}

const bytesMaxOf = (form: ColumnForm): number | undefined => (form.protect === 'equality' ? (form.max_bytes ?? EQUALITY_BYTES_MAX) : undefined)

const checkHome = (home: Home, declared: ReadonlySet<string>, problems: Problem[]): void => {
  const { form, entry, path } = home
  const report = (key: string, reason: string): void => void problems.push(problemAt(entry.document, [...path, key], reason))
  if (!KNOWN_CATEGORIES.has(form.category) && !declared.has(form.category)) {
    report('category', `unknown category ${form.category}: use a fideslang key, or declare it under categories`)
  }
  if (form.max_bytes !== undefined && form.protect !== 'equality') report('max_bytes', 'max_bytes goes with protect: equality only')
  if (form.empty !== undefined && home.type.kind === 'date') report('empty', "a date is never ''")
}

/** What the columns of one field must have in common: one key and one id stand for all of them. */
const SHARED: readonly (readonly [string, (home: Home) => string])[] = [
  ['category', home => home.form.category],
  ['protect', home => home.form.protect],
  ['type', home => fieldTypeText(home.type)],
  ['max_bytes', home => String(home.form.max_bytes ?? EQUALITY_BYTES_MAX)],
  ['empty', home => String(home.form.empty)],
]

const checkAgreement = (first: Home, other: Home, problems: Problem[]): void => {
  for (const [key, read] of SHARED) {
    if (read(first) === read(other)) continue
    const here = Object.hasOwn(other.form, key) ? problemAt(other.entry.document, [...other.path, key], '') : problemAt(other.entry.document, other.path, '', 'key')
    const reason = `field ${first.fieldName}: ${key} differs from ${columnPath(first.name)} (${first.entry.document.source}:${first.entry.document.keyAt(first.path).line})`
    problems.push({ ...here, reason })
  }
}

const fieldOf = (homes: readonly [Home, ...Home[]]): Field => {
  const [first] = homes
  const elsewhere = new Set(homes.flatMap(home => home.form.elsewhere ?? []))
  return {
    name: first.fieldName,
    category: first.form.category,
    protect: first.form.protect,
    type: first.type,
    bytesMax: bytesMaxOf(first.form),
    sealsEmpty: first.form.empty === 'sealed',
    columns: homes.map(home => home.name),
    elsewhere: [...elsewhere].map(parseColumnPath),
  }
}

const checkElsewhere = (homes: readonly Home[], problems: Problem[]): void => {
  const sealed = new Set(homes.map(home => columnPath(home.name)))
  for (const { form, entry, path } of homes) {
    for (const [index, target] of (form.elsewhere ?? []).entries()) {
      if (!sealed.has(target)) continue
      problems.push(problemAt(entry.document, [...path, 'elsewhere', index], `${target} is a sealed column itself: give both the same field instead`))
    }
  }
}

const tableOf = (entry: Entry<TableForm>, homes: readonly Home[], fields: ReadonlyMap<string, Field>): TablePolicy => {
  const [schema = '', table = ''] = entry.name.split('.')
  const columns = new Map<string, Field>()
  for (const home of homes) {
    const field = fields.get(home.fieldName)
    if (home.entry === entry && field !== undefined) columns.set(home.name.column, field)
  }
  return { schema, table, subject: entry.form.subject, columns }
}

const grouped = (homes: readonly Home[]): ReadonlyMap<string, readonly [Home, ...Home[]]> => {
  const groups = new Map<string, [Home, ...Home[]]>()
  for (const home of homes) {
    const group = groups.get(home.fieldName)
    if (group === undefined) groups.set(home.fieldName, [home])
    else group.push(home)
  }
  return groups
}

/** Builds tables and fields; what is wrong with them goes into `problems`. */
export const buildTables = (merged: Merged, problems: Problem[]): Tables => {
  const homes = merged.tables.flatMap(entry => Object.entries(entry.form.columns).map(([column, form]) => homeOf(entry, column, form, problems)))
  for (const home of homes) checkHome(home, merged.categories, problems)
  checkElsewhere(homes, problems)
  const fields = new Map<string, Field>()
  for (const [name, [first, ...others]] of grouped(homes)) {
    for (const other of others) checkAgreement(first, other, problems)
    fields.set(name, fieldOf([first, ...others]))
  }
  return { fields, tables: new Map(merged.tables.map(entry => [entry.name, tableOf(entry, homes, fields)])) }
}
