import { BULLETS } from './bullets.js'
import { isAtMostHalf, trailingGraphemes } from './graphemes.js'

/** `•••123`: the last `keep` characters; undefined when these are more than half of the text. */
export const lastMask = (text: string, keep: number): string | undefined => {
  const graphemes = trailingGraphemes(text)
  const shown = graphemes.slice(-keep).join('')
  return 2 * keep <= graphemes.length && isAtMostHalf(shown, text) ? `${BULLETS}${shown}` : undefined
}

/** Whether `text` may be what `lastMask` made. */
export const isLastMask = (text: string, keep: number): boolean => {
  if (!text.startsWith(BULLETS)) return false
  const count = trailingGraphemes(text.slice(BULLETS.length)).length
  return count > 0 && count <= keep
}
