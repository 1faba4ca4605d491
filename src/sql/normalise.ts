/**
 * The text of a statement for the log: shape and names of the catalogue, nothing that a client made up. It is made from
 * tokens rather than from the tree, so that whatever is not known to be harmless is replaced, wherever it stands.
 */
import { fingerprintSync } from 'libpg-query'
import { assertNever } from '../errors.js'
import type { Catalog, Relation } from '../catalog/types.js'
import { isBuiltInFunction } from './expression/functions.js'
import { isKeptWord } from './keywords.js'

/** Characters of the result; a longer statement is cut at a token, with an ellipsis. */
export const NORMALISED_CHARACTERS_MAX = 4_096

type TokenKind = 'space' | 'comment' | 'constant' | 'parameter' | 'quoted' | 'word' | 'sign'

interface Token {
  readonly kind: TokenKind
  readonly text: string
}

/** Tokens of scan.l, with standard_conforming_strings on. Dollar quotes and block comments are found by their ends. */
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /\s+/uy],
  ['comment', /--[^\r\n]*/uy],
  ['constant', /[eE]'(?:[^'\\]|\\.|'')*(?:'|$)/suy],
  ['constant', /(?:[uU]&|[bBxXnN])?'(?:[^']|'')*(?:'|$)/uy],
  ['quoted', /(?:[uU]&)?"(?:[^"]|"")*(?:"|$)/uy],
  ['parameter', /\$\d+/uy],
  ['constant', /(?:\d|\.\d)(?:[eE][+-]\d|[\p{L}\p{N}_.])*/uy],
  ['word', /[\p{L}_\u0080-\u{10ffff}][\p{L}\p{N}_$\u0080-\u{10ffff}]*/uy],
]

const DOLLAR_TAG = /\$(?:[\p{L}_\u0080-\u{10ffff}][\p{L}\p{N}_\u0080-\u{10ffff}]*)?\$/uy

const tokenAt = (text: string, at: number): Token => {
  if (text.startsWith('/*', at)) return { kind: 'comment', text: text.slice(at, blockEnd(text, at)) }
  DOLLAR_TAG.lastIndex = at
  const tag = DOLLAR_TAG.exec(text)?.[0]
  if (tag !== undefined) {
    const close = text.indexOf(tag, at + tag.length)
    return { kind: 'constant', text: text.slice(at, close === -1 ? text.length : close + tag.length) }
  }
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined && found !== '') return { kind, text: found }
  }
  return { kind: 'sign', text: text.slice(at, at + 1) }
}

const blockEnd = (text: string, start: number): number => {
  const edge = /\/\*|\*\//gu
  edge.lastIndex = start
  let depth = 0
  for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return text.length
}

/** So much of a statement is looked at: enough for the result, whatever its constants hold. */
const TOKENS_MAX = 20_000

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = []
  for (let at = 0; at < text.length && tokens.length < TOKENS_MAX; ) {
    const token = tokenAt(text, at)
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

const nameOf = ({ kind, text }: Token): string | undefined => {
  if (kind === 'word') return text.toLowerCase()
  // An escaped name is not decoded: it is replaced, like a name that nobody knows.
  return kind === 'quoted' && text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : undefined
}

/** Names of the relations which the statement has, and of their columns and schemas. */
const knownNames = (tokens: readonly Token[], catalog: Catalog): ReadonlySet<string> => {
  const known = new Set<string>()
  for (const token of tokens) {
    const name = nameOf(token)
    if (name === undefined || known.has(name)) continue
    for (const relation of catalog.relationsNamed(name)) addRelation(known, relation)
    for (const routine of catalog.routinesNamed(name)) known.add(routine.name).add(routine.schema)
  }
  return known
}

const addRelation = (known: Set<string>, relation: Relation): void => {
  known.add(relation.name).add(relation.schema)
  for (const column of relation.columns) known.add(column.name)
}

const written = (token: Token, known: ReadonlySet<string>): string => {
  switch (token.kind) {
    case 'space':
    case 'comment':
      return ' '
    case 'constant':
      return '?'
    case 'parameter':
    case 'sign':
      return token.text
    case 'word':
    case 'quoted': {
      const name = nameOf(token)
      if (name === undefined) return '_'
      if (known.has(name)) return token.text
      return token.kind === 'word' && (isKeptWord(name) || isBuiltInFunction(name)) ? token.text : '_'
    }
    default:
      return assertNever(token.kind)
  }
}

const LIST = /\?(?: ?, ?\?)+/gu
const ROWS = /(\([^()]*\))(?: ?, ?\1)+/gu
/** A constant written on several lines, or with UESCAPE. */
const ADJACENT = /\?(?: \?)+/gu

const shapeOf = (text: string, catalog: Catalog): string => {
  const tokens = tokensOf(text)
  const known = knownNames(tokens, catalog)
  let shape = ''
  let isCut = tokens.length === TOKENS_MAX
  for (const token of tokens) {
    const next = written(token, known)
    if (next === ' ' && (shape === '' || shape.endsWith(' '))) continue
    if (shape.length > NORMALISED_CHARACTERS_MAX) {
      isCut = true
      break
    }
    shape += next
  }
  const short = shape.trimEnd().replace(ADJACENT, '?').replace(LIST, '?, …').replace(ROWS, '$1, …')
  return isCut ? `${short.slice(0, NORMALISED_CHARACTERS_MAX)} …` : short
}

export interface NormalisedText {
  readonly text: string
  /** libpg_query's fingerprint: the same for statements which differ in constants; '' if it can't be had. */
  readonly fingerprint: string
}

/**
 * One statement for the log. Every constant becomes `?`, comments go, and each name which is neither SQL's nor in the
 * catalogue becomes `_`: aliases, cursors, savepoints, channels, prepared statements. `text` is the whole text as the
 * client sent it.
 */
export const normaliseText = (text: string, statement: { readonly start: number; readonly end: number }, catalog: Catalog): NormalisedText => {
  const isAscii = Buffer.byteLength(text) === text.length
  const own = isAscii ? text.slice(statement.start, statement.end) : Buffer.from(text).subarray(statement.start, statement.end).toString('utf8')
  return { text: shapeOf(own, catalog), fingerprint: fingerprintOf(own) }
}

const fingerprintOf = (text: string): string => {
  try {
    return fingerprintSync(text)
  } catch {
    return ''
  }
}
