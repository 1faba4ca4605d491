/**
 * What an expression's value may hold, as far as sealed values are concerned: the planner's one abstract domain.
 * `places` are constants of the statement that are not sealed yet; whoever consumes the content says whether they
 * are to be sealed (stored in, or compared with, a sealed column) or stay as they are.
 */
import { assertNever } from '../errors.js'
import type { Field } from '../policy/types.js'
import type { Container } from './types.js'
import type { Place } from './ledger.js'

/** A protected base-table column whose sealed values may be in the content. */
export interface Source {
  readonly field: Field
  readonly relationOid: number
  readonly attnum: number
  readonly schema: string
  readonly table: string
  readonly column: string
  /** Whether the statement writes the column's name. */
  readonly isExplicit: boolean
}

export interface Origin {
  readonly relationOid: number
  readonly attnum: number
}

/** Each value is, as a whole, one sealed value, one constant of `places`, '' or NULL; or anything unsealed if `hasOther`. */
export interface ValueContent {
  readonly kind: 'value'
  readonly sources: readonly Source[]
  readonly places: readonly Place[]
  readonly hasOther: boolean
  /** Set if it is, plainly, this column of a base table. */
  readonly origin: Origin | undefined
  /** Of type date but for the sealing: constants beside it are dates, however they are written. */
  readonly isDate: boolean
  /** Which FROM item a column with an origin comes from: two columns of one range are of one row. */
  readonly range: string | undefined
}

/** Sealed values somewhere inside a text, JSON or XML value. */
export interface DocumentContent {
  readonly kind: 'document'
  readonly type: 'text' | 'json' | 'xml'
  readonly sources: readonly Source[]
  readonly quoting: readonly Container[] | undefined
}

export interface ArrayContent {
  readonly kind: 'array'
  readonly element: Content
}

export interface RowColumn {
  readonly name: string
  readonly content: Content
}

export interface RowContent {
  readonly kind: 'row'
  readonly columns: readonly RowColumn[]
}

export type Content = ValueContent | DocumentContent | ArrayContent | RowContent

const value = (sources: readonly Source[], places: readonly Place[], hasOther: boolean): ValueContent => ({
  kind: 'value',
  sources,
  places,
  hasOther,
  isDate: false,
  origin: undefined,
  range: undefined,
})

/** NULL. */
export const NOTHING: ValueContent = value([], [], false)
/** Anything without a sealed value: unprotected columns, results of functions. */
export const OTHER: ValueContent = value([], [], true)

/** A constant of the statement. */
export const constantContent = (place: Place): ValueContent => value([], [place], false)

/** A column of a base table; `source` if it is protected. */
export const columnContent = (origin: Origin, source: Source | undefined, range: string | undefined): ValueContent => ({
  kind: 'value',
  sources: source === undefined ? [] : [source],
  places: [],
  hasOther: source === undefined,
  isDate: source?.field.type.kind === 'date',
  origin,
  range,
})

export const documentContent = (type: DocumentContent['type'], sources: readonly Source[], quoting: DocumentContent['quoting']): Content =>
  sources.length === 0 ? OTHER : { kind: 'document', type, sources, quoting }

/** Every source in a content, nested ones included. */
export const sourcesOf = (content: Content): readonly Source[] => {
  switch (content.kind) {
    case 'value':
    case 'document':
      return content.sources
    case 'array':
      return sourcesOf(content.element)
    case 'row':
      return content.columns.flatMap(column => sourcesOf(column.content))
    default:
      return assertNever(content)
  }
}

/** Every constant in a content. */
export const placesOf = (content: Content): readonly Place[] => {
  switch (content.kind) {
    case 'value':
      return content.places
    case 'document':
      return []
    case 'array':
      return placesOf(content.element)
    case 'row':
      return content.columns.flatMap(column => placesOf(column.content))
    default:
      return assertNever(content)
  }
}

export const hasSources = (content: Content): boolean =>
  content.kind === 'value' || content.kind === 'document' ? content.sources.length > 0 : sourcesOf(content).length > 0

/** The same content with its nested values replaced. */
export const mapValues = (content: Content, change: (value: ValueContent) => ValueContent, changeSource?: (source: Source) => Source): Content => {
  switch (content.kind) {
    case 'value':
      return change(content)
    case 'document':
      return changeSource === undefined ? content : { ...content, sources: content.sources.map(changeSource) }
    case 'array':
      return { kind: 'array', element: mapValues(content.element, change, changeSource) }
    case 'row':
      return { kind: 'row', columns: content.columns.map(({ name, content: inner }) => ({ name, content: mapValues(inner, change, changeSource) })) }
    default:
      return assertNever(content)
  }
}

/** The content as the statement's author names it. */
export const withExplicit = (content: Content, isExplicit: boolean): Content => {
  if (!hasSources(content)) return content
  const name = (source: Source): Source => (source.isExplicit === isExplicit ? source : { ...source, isExplicit })
  return mapValues(content, inner => (inner.sources.length === 0 ? inner : { ...inner, sources: inner.sources.map(name) }), name)
}

/** The content as seen through another FROM item: rows of it may be combined anew, so ranges become its own. */
export const withinRange = (content: Content, range: string): Content =>
  mapValues(content, inner => (inner.range === undefined ? inner : { ...inner, range: `${range}>${inner.range}` }))

/** The same values, but no longer known to be of one row of one table. */
export const withoutOrigin = (content: Content): Content =>
  mapValues(content, inner => (inner.origin === undefined && inner.range === undefined ? inner : { ...inner, origin: undefined, range: undefined }))

const sameSource = (a: Source, b: Source): boolean => a.relationOid === b.relationOid && a.attnum === b.attnum && a.isExplicit === b.isExplicit

const union = <T>(left: readonly T[], right: readonly T[], same: (a: T, b: T) => boolean): readonly T[] => {
  if (left.length === 0) return right
  const added = right.filter(entry => !left.some(known => same(known, entry)))
  return added.length === 0 ? left : [...left, ...added]
}

export const unionSources = (left: readonly Source[], right: readonly Source[]): readonly Source[] => union(left, right, sameSource)
const unionPlaces = (left: readonly Place[], right: readonly Place[]): readonly Place[] => union(left, right, (a, b) => a === b)

const sameQuoting = (a: DocumentContent['quoting'], b: DocumentContent['quoting']): DocumentContent['quoting'] =>
  a !== undefined && b !== undefined && a.length === b.length && a.every((container, index) => container === b[index]) ? a : undefined

const isNothing = (content: Content): boolean =>
  content.kind === 'value' && content.sources.length === 0 && content.places.length === 0 && !content.hasOther

/** A value that is either of the two. Undefined when no content of this domain describes it. */
export const mergeContents = (left: Content, right: Content): Content | undefined => {
  if (isNothing(left)) return right
  if (isNothing(right)) return left
  if (left.kind === 'value' && right.kind === 'value') return mergeValues(left, right)
  if (left.kind === 'array' || right.kind === 'array') return mergeArrays(left, right)
  if (left.kind === 'row' || right.kind === 'row') return mergeRows(left, right)
  return mergeDocuments(left, right)
}

/** Any of the contents; for long lists of constants this takes time linear in them. */
export const mergeMany = (contents: readonly Content[]): Content | undefined => {
  const values = contents.filter(content => content.kind === 'value')
  if (values.length < contents.length) {
    return contents.reduce<Content | undefined>((merged, content) => (merged === undefined ? undefined : mergeContents(merged, content)), NOTHING)
  }
  const [first] = values
  if (first !== undefined && values.length === 1) return first
  if (!fitInType(values)) return undefined
  const sources = values.reduce<readonly Source[]>((known, inner) => unionSources(known, inner.sources), [])
  const places = new Set(values.flatMap(inner => inner.places))
  return { ...value(sources, [...places], values.some(inner => inner.hasOther)), isDate: values.some(inner => inner.isDate) }
}

const mergeValues = (left: ValueContent, right: ValueContent): ValueContent | undefined => {
  if (left === right) return left
  if (!fitInType([left, right])) return undefined
  const merged = value(unionSources(left.sources, right.sources), unionPlaces(left.places, right.places), left.hasOther || right.hasOther)
  return { ...merged, isDate: left.isDate || right.isDate }
}

/** A date column and another column of type date have one type for the client, but not for the database, where the sealed one is text. */
const fitInType = (values: readonly ValueContent[]): boolean =>
  !values.some(inner => inner.isDate) || values.every(inner => inner.isDate || (inner.sources.length === 0 && !inner.hasOther))

const mergeArrays = (left: Content, right: Content): Content | undefined => {
  const element = mergeContents(elementOf(left), elementOf(right))
  return element === undefined ? undefined : { kind: 'array', element }
}

/** An array constant beside an array: its elements hold no sealed value. */
const elementOf = (content: Content): Content => (content.kind === 'array' ? content.element : content)

const mergeRows = (left: Content, right: Content): Content | undefined => {
  if (left.kind !== 'row' || right.kind !== 'row' || left.columns.length !== right.columns.length) return undefined
  const columns: RowColumn[] = []
  for (const [index, column] of left.columns.entries()) {
    const other = right.columns[index]
    const content = other === undefined ? undefined : mergeContents(column.content, other.content)
    if (content === undefined) return undefined
    columns.push({ name: column.name, content })
  }
  return { kind: 'row', columns }
}

const mergeDocuments = (left: Content, right: Content): Content | undefined => {
  const type = left.kind === 'document' ? left.type : right.kind === 'document' ? right.type : 'text'
  if (placesOf(left).length > 0 || placesOf(right).length > 0) {
    // A constant beside a document is never sealed: it is output as it stands.
    return mergeDocuments(dropPlaces(left), dropPlaces(right))
  }
  const sources = unionSources(sourcesOf(left), sourcesOf(right))
  if (!hasSources(left)) return documentContent(type, sources, quotingOf(right))
  if (!hasSources(right)) return documentContent(type, sources, quotingOf(left))
  return documentContent(type, sources, sameQuoting(quotingOf(left), quotingOf(right)))
}

const dropPlaces = (content: Content): Content => mapValues(content, inner => (inner.places.length === 0 ? inner : { ...inner, places: [], hasOther: true }))

/** The containers around a sealed value in the text form of the content, outermost first; undefined when they differ. */
export const quotingOf = (content: Content): readonly Container[] | undefined => {
  switch (content.kind) {
    case 'value':
      return content.sources.length === 0 ? undefined : []
    case 'document':
      return content.quoting
    case 'array':
      return inside('array', quotingOf(content.element))
    case 'row':
      return inside('record', commonQuoting(content.columns.map(column => column.content), quotingOf))
    default:
      return assertNever(content)
  }
}

/** The same, for the content turned into JSON: rows and arrays become objects and arrays of the one document. */
export const jsonQuotingOf = (content: Content): readonly Container[] | undefined => {
  switch (content.kind) {
    case 'value':
      return content.sources.length === 0 ? undefined : ['json']
    case 'document':
      return content.type === 'json' ? content.quoting : inside('json', content.quoting)
    case 'array':
      return jsonQuotingOf(content.element)
    case 'row':
      return commonQuoting(content.columns.map(column => column.content), jsonQuotingOf)
    default:
      return assertNever(content)
  }
}

const inside = (container: Container, inner: readonly Container[] | undefined): readonly Container[] | undefined =>
  inner === undefined ? undefined : [container, ...inner]

/** The quoting that all contents with sealed values agree on. */
export const commonQuoting = (contents: readonly Content[], quoting: typeof quotingOf): readonly Container[] | undefined => {
  const [first, ...rest] = contents.filter(hasSources).map(quoting)
  return rest.reduce(sameQuoting, first)
}
