/** The ends that a content can come to. Each decides about the constants in it and notes the uses of the columns in it. */
import type { Analysis } from './analysis.js'
import { hasSources, mapValues, OTHER, placesOf, sourcesOf } from './content.js'
import type { Content, Source, ValueContent } from './content.js'
import { sealPlan } from './ledger.js'
import type { Place } from './ledger.js'
import { columnName, statementUnsupported, unsupported } from './refusal.js'
import type { UseKind } from './types.js'

/** The constants of a content stay as they are. */
export const leavePlain = (analysis: Analysis, content: Content): void => {
  mapValues(content, requireDates)
  for (const place of placesOf(content)) analysis.ledger.leavePlain(place)
}

const ISO_DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/

const isPrintedDate = ({ constant, casts }: Place): boolean =>
  casts.length === 0 && (constant.kind === 'string' || constant.kind === 'fixed') && ISO_DATE.test(constant.value ?? '')

/** Beside a date the server reads '1.2.2000' as one and prints it so; sealed, both are text. */
const requireDates = (content: ValueContent): ValueContent => {
  const [source] = content.sources
  if (!content.isDate || source === undefined || content.places.length === 0) return content
  if (content.places.every(isPrintedDate)) return content
  throw unsupported('a constant that is not written as YYYY-MM-DD', source, 'Write the date as YYYY-MM-DD, or cast the column to text.')
}

const note = (analysis: Analysis, kind: UseKind, content: Content): void => {
  for (const source of sourcesOf(content)) analysis.uses.add(kind, source)
}

/** The value goes to the client. */
export const outputContent = (analysis: Analysis, content: Content): void => {
  leavePlain(analysis, content)
  note(analysis, 'output', content)
}

/** Only whether it is NULL matters. A sealed NULL stays NULL, so constants in it may be sealed elsewhere. */
export const testPresence = (analysis: Analysis, content: Content): void => {
  note(analysis, 'null_test', content)
  for (const place of placesOf(content)) analysis.ledger.mention(place)
}

/** `operation` works on the value itself: refused if a sealed value may be in it. */
export const requirePlain = (analysis: Analysis, content: Content, operation: string): void => {
  const [source] = sourcesOf(content)
  if (source !== undefined) throw unsupported(operation, source)
  leavePlain(analysis, content)
}

const isEmptyConstant = (place: Place): boolean =>
  (place.constant.kind === 'string' || place.constant.kind === 'fixed') && place.constant.value === '' && place.form === 'scalar'

/** Whether the content is nothing but the constant '' (or NULL). */
const isEmptyOnly = (content: Content): boolean =>
  content.kind === 'value' && content.sources.length === 0 && !content.hasOther && content.places.every(isEmptyConstant)

/** Seals the constants of a content that meets `source`'s field. */
export const sealPlaces = (analysis: Analysis, places: readonly Place[], source: Source, purpose: 'store' | 'compare'): void => {
  const { field } = source
  for (const place of places) {
    if (isEmptyConstant(place) && !field.sealsEmpty && field.type.kind !== 'date') continue
    if (place.isText && field.type.kind === 'date') throw unsupported('a value cast to text', source, 'Leave the cast out, or cast to date.')
    if (place.isDate && field.type.kind !== 'date') throw unsupported('a value cast to date', source, 'Declare the column with type: date in the policy.')
    if (place.constant.kind === 'national' && purpose === 'compare') throw unsupported('comparison with a value of type char', source, 'Write the string without N.')
    if (place.constant.kind === 'number' && purpose === 'compare') throw unsupported('comparison with a number', source, 'Write the value as a string.')
    analysis.ledger.seal(place, sealPlan(field, purpose, place))
  }
}

/** Two values are tested for equality by `operation`. */
export const compareContents = (analysis: Analysis, left: Content, right: Content, operation: string): void => {
  const isProtected = hasSources(left) || hasSources(right)
  if (!isProtected && left.kind === 'value' && right.kind === 'value') {
    leavePlain(analysis, left)
    leavePlain(analysis, right)
    return
  }
  if (left.kind === 'row' && right.kind === 'row') {
    compareRows(analysis, left.columns.map(column => column.content), right.columns.map(column => column.content), operation)
    return
  }
  if (left.kind !== 'value' || right.kind !== 'value') {
    requirePlain(analysis, left, `${operation} of a row, array or document`)
    requirePlain(analysis, right, `${operation} of a row, array or document`)
    return
  }
  compareValues(analysis, left, right, operation)
}

const compareRows = (analysis: Analysis, left: readonly Content[], right: readonly Content[], operation: string): void => {
  if (left.length !== right.length) {
    // The server's error, unless an entry stands for several columns.
    for (const content of [...left, ...right]) requirePlain(analysis, content, `${operation} of a row, array or document`)
    return
  }
  for (const [index, content] of left.entries()) compareContents(analysis, content, right[index] ?? OTHER, operation)
}

const compareValues = (analysis: Analysis, left: ValueContent, right: ValueContent, operation: string): void => {
  const [source] = [...left.sources, ...right.sources]
  if (source === undefined) return
  const { field } = source
  requireOneField([...left.sources, ...right.sources], operation)
  if (left.hasOther || right.hasOther) throw unsupported(`${operation} with a value that is not sealed`, source, COMPARE_REMEDY)
  // No date is ''.
  const isNullTest = !field.sealsEmpty && !left.isDate && !right.isDate && [left, right].some(isEmptyOnly) && [...left.places, ...right.places].every(isEmptyConstant)
  // Constants are sealed as dates, but would be compared as texts.
  if (!isNullTest && (isDateAsText(left) || isDateAsText(right))) throw unsupported(`${operation} of a date cast to text`, source, 'Compare the column without the cast.')
  if (!isNullTest && field.protect !== 'equality') throw unsupported(operation, source, EQUALITY_REMEDY)
  if (!isNullTest) sealPlaces(analysis, [...left.places, ...right.places], source, 'compare')
  const kind = isNullTest ? 'null_test' : left.sources.length > 0 && right.sources.length > 0 ? 'join' : 'compare'
  note(analysis, kind, left)
  note(analysis, kind, right)
}

const isDateAsText = ({ sources, isDate }: ValueContent): boolean => !isDate && sources.some(source => source.field.type.kind === 'date')

const COMPARE_REMEDY = 'Compare the column with a parameter, a constant or a column of the same field.'
const EQUALITY_REMEDY = 'Say protect: equality for the column in the policy and migrate it.'

/** Throws unless all sources are of one field. */
export const requireOneField = (sources: readonly Source[], operation: string): void => {
  const [first] = sources
  if (first === undefined) return
  const other = sources.find(source => source.field.name !== first.field.name)
  if (other === undefined) return
  throw unsupported(`${operation} with ${columnName(other)}`, first, 'Give both columns the same field: name in the policy.')
}

/** `scalar = ANY (array)` and its kin. */
export const compareWithArray = (analysis: Analysis, scalar: Content, array: Content, operation: string): void => {
  if (array.kind === 'array') {
    compareContents(analysis, scalar, array.element, operation)
    return
  }
  const asElements = array.kind === 'value' ? { ...array, places: array.places.map(asArray) } : array
  compareContents(analysis, scalar, asElements, operation)
}

/** The constant stands where an array is expected. */
const asArray = (place: Place): Place => (place.form === 'scalar' && place.casts.length === 0 ? { ...place, form: 'array' } : place)

/** Whether rows with equal sealed values can be told by comparing them: GROUP BY, DISTINCT, UNION, PARTITION BY over `contents`. */
export const groupContents = (analysis: Analysis, contents: readonly Content[], operation: string): void => {
  const flat = contents.flatMap(flatten)
  const covered = coveredRanges(analysis, flat)
  for (const content of flat) {
    leavePlain(analysis, content)
    const [source] = sourcesOf(content)
    if (source === undefined) continue
    if (content.kind === 'value' && content.range !== undefined && covered.has(content.range)) continue
    if (content.kind !== 'value') throw unsupported(`${operation} of a row, array or document`, source)
    requireOneField(content.sources, operation)
    if (source.field.protect !== 'equality') throw unsupported(operation, source, EQUALITY_REMEDY)
    if (content.hasOther || !content.places.every(isEmptyConstant)) throw unsupported(`${operation} with a value that is not sealed`, source, COMPARE_REMEDY)
    note(analysis, 'group', content)
  }
}

const flatten = (content: Content): readonly Content[] => (content.kind === 'row' ? content.columns.flatMap(column => flatten(column.content)) : [content])

/** Ranges whose primary key is among the contents: their rows are told apart by it, whatever else is in the list. */
const coveredRanges = (analysis: Analysis, contents: readonly Content[]): ReadonlySet<string> => {
  const attnums = new Map<string, { relationOid: number; found: Set<number> }>()
  for (const content of contents) {
    if (content.kind !== 'value' || content.range === undefined || content.origin === undefined) continue
    const { relationOid, attnum } = content.origin
    const entry = attnums.get(content.range) ?? { relationOid, found: new Set() }
    entry.found.add(attnum)
    attnums.set(content.range, entry)
  }
  const covered = new Set<string>()
  for (const [range, { relationOid, found }] of attnums) {
    const relation = analysis.catalog.relationByOid(relationOid)
    if (relation === undefined || relation.primaryKey.length === 0) continue
    const hasAll = relation.primaryKey.every(name => relation.columns.some(column => column.name === name && found.has(column.attnum)))
    if (hasAll) covered.add(range)
  }
  return covered
}

/** Where a value is stored: a column of a base table, protected or not. */
export interface Target {
  readonly schema: string
  readonly table: string
  readonly column: string
  /** Set for a protected column. */
  readonly source: Source | undefined
  readonly kind: 'insert' | 'overwrite'
}

/** The value is stored. */
export const storeContent = (analysis: Analysis, content: Content, target: Target): void => {
  if (target.source === undefined) {
    storeUnprotected(analysis, content, target)
    return
  }
  const { source } = target
  analysis.uses.add(target.kind, source)
  if (content.kind !== 'value') throw unsupported('writing a row, array or document', source, STORE_REMEDY)
  for (const from of content.sources) {
    if (from.field.name !== source.field.name) throw unsupported(`writing a value of ${columnName(from)}`, source, STORE_REMEDY)
  }
  if (content.hasOther) throw unsupported('writing a computed value', source, STORE_REMEDY)
  note(analysis, 'copy', content)
  for (const place of content.places) {
    if (place.form === 'array') throw unsupported('writing an array', source, STORE_REMEDY)
    // Beside another value a number decides about the type of both; alone it is assigned as its text.
    const isAlone = content.places.length === 1 && content.sources.length === 0 && source.field.type.kind !== 'date'
    if (place.constant.kind === 'number' && !isAlone) throw unsupported('writing a number', source, 'Write the value as a string.')
  }
  sealPlaces(analysis, content.places, source, 'store')
}

const STORE_REMEDY = 'Write the column from a parameter, a constant, NULL, or a column of the same field.'

const storeUnprotected = (analysis: Analysis, content: Content, target: Target): void => {
  leavePlain(analysis, content)
  for (const source of sourcesOf(content)) {
    const isWanted = source.field.elsewhere.some(({ schema, table, column }) => schema === target.schema && table === target.table && column === target.column)
    if (!isWanted || content.kind !== 'value') {
      throw unsupported('copying to an unprotected column', source, 'List the column under elsewhere of the field in the policy, or give it the same field.')
    }
    // The value leaves its home: who may not read it may not move it either.
    analysis.uses.add('copy', source)
    analysis.uses.add('output', source)
  }
}

/** Sealed values would land where the policy does not reach. */
export const refuseElsewhere = (analysis: Analysis, content: Content, reason: string): void => {
  leavePlain(analysis, content)
  const [source] = sourcesOf(content)
  if (source !== undefined) throw statementUnsupported(`${reason} ${columnName(source)}`, 'Create the table empty, add it to the policy, then insert.')
}
