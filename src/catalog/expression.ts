/**
 * Reads the text which PostgreSQL's own deparser prints for a stored expression. That form is regular (each operator
 * in parentheses, each literal with its type), so a few patterns do; whether a column occurs at all is decided by
 * pg_depend and its like, the text only tells harmless uses from others.
 */
import type { Field } from '../policy/types.js'
import { quoteIdentifier } from './guard.js'

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

const isBareIdentifier = (name: string): boolean => /^[a-z_][a-z0-9_$]*$/.test(name)

const identifierPattern = (name: string): string => {
  const quoted = escapePattern(quoteIdentifier(name))
  return isBareIdentifier(name) ? `(?:${quoted}|${escapePattern(name)})` : quoted
}

const QUALIFIER = '(?:(?:"(?:[^"]|"")*"|[a-z_][a-z0-9_$]*)\\.)*'
const TEXT_TYPE = '(?:text|bpchar|citext|public\\.citext|character varying(?:\\(\\d+\\))?)'

// Sealing keeps NULL and (unless `empty: sealed`) '' as they are, so these tests mean the same as before.
const harmlessPatterns = (column: string, sealsEmpty: boolean): readonly RegExp[] => {
  const reference = `${QUALIFIER}${identifierPattern(column)}`
  const operand = `(?:${reference}|\\(${reference}\\)::${TEXT_TYPE})`
  const nullTest = new RegExp(`\\(${operand} IS (?:NOT )?NULL\\)`, 'gu')
  const emptyTest = new RegExp(`\\((?:${operand} (?:<>|=) ''::${TEXT_TYPE}|''::${TEXT_TYPE} (?:<>|=) ${operand})\\)`, 'gu')
  return sealsEmpty ? [nullTest] : [nullTest, emptyTest]
}

const TOKEN = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}_][\p{L}\p{N}_$]*|\.\*/gu

/** Whether the text holds a whole-row reference: `contacts.*`. No dependency on single columns is recorded for those. */
export const hasWholeRow = (expression: string): boolean => [...expression.matchAll(TOKEN)].some(token => token[0] === '.*')

const names = (expression: string, column: string): boolean => {
  for (const token of expression.matchAll(TOKEN)) {
    const isName = token[0] === quoteIdentifier(column) || (token[0] === column && isBareIdentifier(column))
    // `::name` is a type and `left(` a function, whatever the columns are called.
    const isType = expression.slice(0, token.index).endsWith('::')
    const isFunction = expression[token.index + token[0].length] === '('
    if (isName && !isType && !isFunction) return true
  }
  return false
}

/** Whether `expression`, which is known to use `column`, uses it for more than [IS NOT] NULL and comparison with ''. */
export const usesValue = (expression: string, column: string, field: Field): boolean => {
  const rest = harmlessPatterns(column, field.sealsEmpty).reduce((text, pattern) => text.replace(pattern, 'true'), expression)
  return names(rest, column) || hasWholeRow(rest)
}
