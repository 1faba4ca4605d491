/** Text cut where a reader sees one character end: never inside a surrogate pair, an accent or a family emoji. */

const SEGMENTER = new Intl.Segmenter('und', { granularity: 'grapheme' })
/** UTF-16 units that are looked at from either end: a mask shows at most 64 characters, however long a note is. */
const WINDOW_UNITS = 4_096
// eslint-disable-next-line no-control-regex -- the range of printable characters is what is meant
const PLAIN_ASCII = /^[\x20-\x7e]*$/

const segments = (text: string): string[] => (PLAIN_ASCII.test(text) ? text.split('') : Array.from(SEGMENTER.segment(text), part => part.segment))

/** The graphemes of a short text, or the first ones of a long text. */
export const leadingGraphemes = (text: string): readonly string[] => {
  if (text.length <= WINDOW_UNITS) return segments(text)
  // The window may cut through its last grapheme, so that one is left out.
  return segments(text.slice(0, WINDOW_UNITS)).slice(0, -1)
}

/** The graphemes of a short text, or the last ones of a long text. */
export const trailingGraphemes = (text: string): readonly string[] => {
  if (text.length <= WINDOW_UNITS) return segments(text)
  return segments(text.slice(-WINDOW_UNITS)).slice(1)
}

/** What PostgreSQL counts as characters: code points. */
export const characterCount = (text: string): number => {
  let count = 0
  for (let index = 0; index < text.length; index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1) count += 1
  return count
}

/**
 * Whether `shown`, taken from `text`, is at most half of it, counted in code points. One grapheme of many code points
 * must not pass as "one of two".
 */
export const isAtMostHalf = (shown: string, text: string): boolean => 2 * characterCount(shown) <= characterCount(text)
