/**
 * Which texts share a plan. Clients of the simple protocol write keys into the text (`WHERE id = 4711`), and parsing each
 * one anew would cost several times what running it does.
 */
import type { TextPlan } from './types.js'

/** Longer texts are rarely sent twice but for a number. */
const SHAPED_CHARACTERS_MAX = 4_096

/**
 * ASCII without anything in which a digit could mean something else: no quotes, dollars, backslashes or comments. What is
 * left is words, numbers and operators, so that a regular expression reads it as scan.l does.
 */
const IS_PLAIN = /^[\t\n\r !#%&()*+,./0-9:;<=>?@A-Z[\]^_`a-z{|}~-]*$/
const HAS_COMMENT = /--|\/\*/
/** A comparison operator that stands alone, and an integer behind it: never a position, as in ORDER BY 1, nor an argument. */
const COMPARED = /(?<![-+*/<>=~!@#%^&|`?])((?:<>|<=|>=|[=<>])[\t\n\r ]*)(\d{1,9})(?![\w.])/g

/**
 * The text with each integer that something is compared with as zeros, of the same length, so that offsets hold; undefined
 * for a text with none, or one that can't be read this simply. Texts of one shape have one plan if it `isShared`.
 */
export const shapeOf = (text: string): string | undefined => {
  if (text.length > SHAPED_CHARACTERS_MAX || !IS_PLAIN.test(text) || HAS_COMMENT.test(text)) return undefined
  let count = 0
  const shape = text.replace(COMPARED, (_, operator: string, digits: string) => {
    count++
    return operator + '0'.repeat(digits.length)
  })
  return count === 0 ? undefined : shape
}

const SHARED_KINDS: ReadonlySet<string> = new Set(['SELECT', 'UPDATE', 'DELETE'])

/** Whether the plan says nothing that depends on the integers: it seals none, and does nothing to the session. */
export const isShared = (plan: TextPlan): boolean =>
  plan.outcome === 'planned' &&
  plan.splices.length === 0 &&
  plan.statements.every(({ kind, effects }) => SHARED_KINDS.has(kind) && effects.every(effect => effect.kind === 'none'))
