/** Rewrites a statement at the places which its plan names; all other bytes, comments included, stay as they are. */
import { ProxyError } from '../errors.js'
import type { Splice } from '../sql/types.js'
import { formatTextArray, parseTextArray } from './containers/index.js'
import type { Sealer } from './sealing.js'

/** A standard literal; what we put there holds neither backslashes that count nor more than one quoting rule. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const sealedLiteral = (splice: Splice & { readonly replacement: { readonly kind: 'seal' } }, sealer: Sealer): string => {
  const { value, plan } = splice.replacement
  const seal = (text: string): string => Buffer.from(sealer.seal(Buffer.from(text, 'utf8'), plan)).toString('utf8')
  if (!plan.isArray) return literal(seal(value))
  const elements = parseTextArray(Buffer.from(value, 'utf8'))
  if (elements === undefined) throw new ProxyError('statement_unsupported', { reason: 'an array of this form holds sealed values', remedy: 'Write it as {a,b}.' })
  return literal(formatTextArray(elements.map(element => (element === null ? null : seal(element)))).toString('utf8'))
}

const isSeal = (splice: Splice): splice is Splice & { readonly replacement: { readonly kind: 'seal' } } => splice.replacement.kind === 'seal'

/** The text to send. Throws what the sealer refuses, and `statement_unsupported`. Offsets of the splices are bytes of `text`. */
export const spliced = (text: Uint8Array, splices: readonly Splice[], sealer: Sealer): Uint8Array => {
  if (splices.length === 0) return text
  const pieces: Uint8Array[] = []
  let position = 0
  for (const splice of splices) {
    const replacement = splice.replacement.kind === 'text' ? splice.replacement.text : isSeal(splice) ? sealedLiteral(splice, sealer) : ''
    pieces.push(text.subarray(position, splice.start), Buffer.from(replacement, 'utf8'))
    position = splice.end
  }
  pieces.push(text.subarray(position))
  return Buffer.concat(pieces)
}
