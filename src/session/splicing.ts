/** Rewrites a statement at the places which its plan names; all other bytes, comments included, stay as they are. */
import type { Splice } from '../sql/types.js'
import { formatTextArray, parseTextArray } from './containers/index.js'
import type { Sealer } from './sealing.js'

export interface Spliced {
  readonly bytes: Uint8Array
  /** How many values were sealed. */
  readonly sealed: number
}

/** A standard literal; what we put there holds neither backslashes that count nor more than one quoting rule. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const sealedLiteral = (splice: Splice & { readonly replacement: { readonly kind: 'seal' } }, sealer: Sealer): string => {
  const { value, plan } = splice.replacement
  const seal = (text: string): string => Buffer.from(sealer.seal(Buffer.from(text, 'utf8'), plan)).toString('utf8')
  if (!plan.isArray) return literal(seal(value))
  const elements = parseTextArray(Buffer.from(value, 'utf8')) ?? []
  return literal(formatTextArray(elements.map(element => (element === null ? null : seal(element)))).toString('utf8'))
}

const isSeal = (splice: Splice): splice is Splice & { readonly replacement: { readonly kind: 'seal' } } => splice.replacement.kind === 'seal'

/** Throws what the sealer refuses. Offsets of the splices are bytes of `text`. */
export const spliced = (text: Uint8Array, splices: readonly Splice[], sealer: Sealer): Spliced => {
  if (splices.length === 0) return { bytes: text, sealed: 0 }
  const pieces: Uint8Array[] = []
  let position = 0
  let sealed = 0
  for (const splice of splices) {
    pieces.push(text.subarray(position, splice.start))
    const replacement = splice.replacement.kind === 'text' ? splice.replacement.text : isSeal(splice) ? sealedLiteral(splice, sealer) : ''
    pieces.push(Buffer.from(replacement, 'utf8'))
    position = splice.end
    if (splice.replacement.kind === 'seal') sealed++
  }
  pieces.push(text.subarray(position))
  return { bytes: Buffer.concat(pieces), sealed }
}
