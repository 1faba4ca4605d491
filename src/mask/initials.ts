import { BULLETS } from './bullets.js'
import { isAtMostHalf, leadingGraphemes } from './graphemes.js'

/** Where a name's words part. Hyphens do not: Anna-Lena is one name. */
const BETWEEN_WORDS = /\s+/u
const SHAPE = /^(?:(.+?)\. )?(.+)•••$/su

const firstOf = (text: string): string => leadingGraphemes(text)[0] ?? ''

/** `A. S•••` for the first and the last word, `A•••` for one word; undefined when that is more than half of the text. */
export const initialsMask = (text: string): string | undefined => {
  const words = text.trim().split(BETWEEN_WORDS)
  const first = firstOf(words[0] ?? '')
  if (first === '') return undefined
  const last = words.length > 1 ? firstOf(words.at(-1) ?? '') : undefined
  // A dot of the name itself counts too, so "A. B" does not come out as what it is.
  if (!isAtMostHalf(`${first}${last === undefined ? '' : ` ${last}`}`, text)) return undefined
  return last === undefined ? `${first}${BULLETS}` : `${first}. ${last}${BULLETS}`
}

const isOne = (text: string | undefined): boolean => text === undefined || leadingGraphemes(text).length === 1

/** Whether `text` may be what `initialsMask` made. */
export const isInitialsMask = (text: string): boolean => {
  // Looked at first, since the pattern would search a long text that ends otherwise again and again.
  const match = text.endsWith(BULLETS) ? SHAPE.exec(text) : null
  return match !== null && isOne(match[1]) && isOne(match[2])
}
