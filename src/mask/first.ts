import { BULLETS } from './bullets.js'
import { isAtMostHalf, leadingGraphemes } from './graphemes.js'

/** `Mar•••`: the first `keep` characters; undefined when these are more than half of the text. */
export const firstMask = (text: string, keep: number): string | undefined => {
  const graphemes = leadingGraphemes(text)
  const shown = graphemes.slice(0, keep).join('')
  return 2 * keep <= graphemes.length && isAtMostHalf(shown, text) ? `${shown}${BULLETS}` : undefined
}

/** Whether `text` may be what `firstMask` made. */
export const isFirstMask = (text: string, keep: number): boolean => {
  if (!text.endsWith(BULLETS)) return false
  const count = leadingGraphemes(text.slice(0, -BULLETS.length)).length
  return count > 0 && count <= keep
}
