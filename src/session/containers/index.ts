/** Sealed tokens inside values of any type. */
export { revealValue } from './value.js'
export { formatBinaryTextArray, formatTextArray, parseBinaryTextArray, parseTextArray } from './text-array.js'
export { REDACTED_TEXT, type RevealContext, type Revealed } from './walk.js'
