/** Constants, parameters and casts around them. */
import type { A_Const, ParamRef, TypeCast, TypeName } from 'libpg-query'
import type { Analysis } from '../analysis.js'
import { requirePlain } from '../consume.js'
import { constantContent, documentContent, hasSources, NOTHING, OTHER, quotingOf, sourcesOf } from '../content.js'
import type { Content, ValueContent } from '../content.js'
import type { Place } from '../ledger.js'
import { builtinName, bodyOf, stringsOf } from '../tree.js'

const place = (constant: Place['constant']): Place => ({ constant, form: 'scalar', casts: [], castCharactersMax: undefined, isText: false, isDate: false })

export const parameter = (analysis: Analysis, { number = 0 }: ParamRef): Content =>
  constantContent(place(analysis.isView || number === 0 ? { kind: 'fixed', value: undefined } : { kind: 'param', number }))

/** What PostgreSQL prints as it is written: no exponent, no leading zero or point, no negative zero. */
const CANONICAL_NUMBER = /^(?:-(?!0(?:\.0+)?$))?(?:0|[1-9]\d*)(?:\.\d+)?$/

/** Strings and plain decimal numbers can be sealed; what else is written as a constant has a type of its own. */
export const constant = (analysis: Analysis, node: A_Const): Content => {
  if (node.isnull === true) return NOTHING
  const start = node.location ?? 0
  if (node.sval !== undefined) {
    const text = node.sval.sval ?? ''
    return constantContent(place(analysis.isView ? { kind: 'fixed', value: text } : { kind: 'string', start, value: text }))
  }
  const number = node.ival === undefined ? node.fval?.fval : String(node.ival.ival ?? 0)
  if (number === undefined || !CANONICAL_NUMBER.test(number) || analysis.isView) return OTHER
  return constantContent(place({ kind: 'number', start, value: number }))
}

type CastKind =
  | { readonly kind: 'text' }
  /** varchar(n) cuts. */
  | { readonly kind: 'varchar'; readonly charactersMax: number }
  /** char without a length, which N'…' is: its trailing spaces don't count. */
  | { readonly kind: 'national' }
  | { readonly kind: 'date' }
  | { readonly kind: 'json' }
  | { readonly kind: 'other'; readonly name: string }

const castKind = (type: TypeName): CastKind => {
  const name = builtinName(stringsOf(type.names)) ?? ''
  const [modifier] = type.typmods ?? []
  if (type.setof === true || type.pct_type === true) return { kind: 'other', name: '' }
  if (name === 'text' && modifier === undefined) return { kind: 'text' }
  if (name === 'varchar') {
    const length = bodyOf(modifier, 'A_Const')?.ival?.ival
    if (modifier === undefined) return { kind: 'text' }
    return length === undefined ? { kind: 'other', name } : { kind: 'varchar', charactersMax: length }
  }
  if (name === 'bpchar' && modifier === undefined) return { kind: 'national' }
  if (name === 'date') return { kind: 'date' }
  if ((name === 'json' || name === 'jsonb') && modifier === undefined) return { kind: 'json' }
  return { kind: 'other', name }
}

/** `CAST(value AS type)`, `value::type`, `type 'value'`. */
export const cast = (analysis: Analysis, { arg, typeName }: TypeCast, content: Content): Content => {
  if (arg === undefined || typeName === undefined) return OTHER
  const kind = castKind(typeName)
  const isArray = (typeName.arrayBounds ?? []).length > 0
  if (content.kind === 'value' && content.sources.length === 0 && !content.hasOther) return castConstant(content, kind, isArray, typeName, analysis)
  if (!hasSources(content)) {
    requirePlain(analysis, content, 'a cast')
    return OTHER
  }
  return castSealed(analysis, content, kind, isArray)
}

const castSealed = (analysis: Analysis, content: Content, kind: CastKind, isArray: boolean): Content => {
  if (kind.kind === 'text') {
    if (content.kind === 'array') {
      if (isArray) return content
    } else if (!isArray && content.kind === 'value') {
      return { ...content, origin: undefined, isDate: false }
    }
    if (!isArray) return documentContent('text', sourcesOf(content), quotingOf(content))
  }
  // json and jsonb of a document that is JSON already.
  if (kind.kind === 'json' && !isArray && content.kind === 'document' && content.type === 'json') return content
  requirePlain(analysis, content, 'a cast to a type other than text')
  return OTHER
}

/** The cast stays a constant while its type is one that a sealed value can stand in for. */
const castConstant = (content: ValueContent, kind: CastKind, isArray: boolean, type: TypeName, analysis: Analysis): Content => {
  if (content.places.length === 0) return content
  const places = content.places.map(inner => castPlace(inner, kind, isArray, type.location ?? -1))
  if (places.every(inner => inner !== undefined)) return { ...content, places }
  for (const inner of content.places) analysis.ledger.leavePlain(inner)
  return OTHER
}

const castPlace = (inner: Place, kind: CastKind, isArray: boolean, start: number): Place | undefined => {
  if (inner.constant.kind === 'number') return undefined
  const form = isArray ? 'array' : inner.form
  if (kind.kind === 'text') return { ...inner, form, isText: true }
  if (kind.kind === 'national') return nationalPlace(inner, start)
  if (start < 0) return undefined
  const casts = [...inner.casts, { start }]
  if (kind.kind === 'date') return { ...inner, form, casts, isDate: true }
  // A second cut would have to be applied after the first: leave it to be refused.
  if (kind.kind === 'varchar' && inner.castCharactersMax === undefined) return { ...inner, form, casts, isText: true, castCharactersMax: kind.charactersMax }
  return undefined
}

/** `N'…'` as a whole is one constant, from its N on. */
const nationalPlace = (inner: Place, start: number): Place | undefined => {
  const { constant: literal, casts, form } = inner
  if (literal.kind !== 'string' || casts.length > 0 || form !== 'scalar' || literal.start !== start + 1) return undefined
  return { ...inner, isText: true, constant: { kind: 'national', start, value: literal.value.replace(/ +$/u, '') } }
}
