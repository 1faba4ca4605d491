import { firstMask } from './first.js'

/** Letters and digits with single spaces or hyphens: `80331`, `SW1A 1AA`, `1010-123`. */
const POSTCODE = /^[\p{L}\p{N}]+(?:[ -][\p{L}\p{N}]+)*$/u
const POSTCODE_UNITS_MAX = 12

/** `80•••`: the first `keep` characters of a postcode, which stand for its area; undefined for anything else. */
export const postcodeMask = (text: string, keep: number): string | undefined =>
  text.length <= POSTCODE_UNITS_MAX && POSTCODE.test(text) ? firstMask(text, keep) : undefined
