import { BULLETS } from './bullets.js'
import { isAtMostHalf, leadingGraphemes } from './graphemes.js'

/** A top-level domain. Anything else after the last dot may be the secret itself, as in `x@y.my secret note`. */
const TOP_LEVEL = /^(?:[a-z]{2,24}|xn--[a-z0-9-]{1,59})$/i
const SHAPE = /^(.+)•••@(.+)•••\.([a-z0-9-]{2,63})$/isu

/** Longest mask in UTF-16 units; only piled-up accents get there. It also bounds the backtracking of the shape test. */
const MASK_UNITS_MAX = 128

const firstOf = (text: string): string => leadingGraphemes(text)[0] ?? ''

/** `j•••@e•••.com`; undefined for what is no address, or so short that this would show more than half of it. */
export const emailMask = (text: string): string | undefined => {
  const at = text.lastIndexOf('@')
  const dot = text.lastIndexOf('.')
  if (at < 1 || dot < at + 2) return undefined
  const topLevel = text.slice(dot + 1)
  if (!TOP_LEVEL.test(topLevel)) return undefined
  const local = firstOf(text.slice(0, at))
  const domain = firstOf(text.slice(at + 1, dot))
  const masked = `${local}${BULLETS}@${domain}${BULLETS}.${topLevel}`
  return masked.length <= MASK_UNITS_MAX && isAtMostHalf(`${local}@${domain}.${topLevel}`, text) ? masked : undefined
}

/** Whether `text` may be what `emailMask` made. */
export const isEmailMask = (text: string): boolean => {
  const match = text.length <= MASK_UNITS_MAX ? SHAPE.exec(text) : null
  return match !== null && leadingGraphemes(match[1] ?? '').length === 1 && leadingGraphemes(match[2] ?? '').length === 1 && TOP_LEVEL.test(match[3] ?? '')
}
