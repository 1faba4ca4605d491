/** All masks. A mask keeps the type, shows at most half of the characters and a fixed number of `•`; else it is `redact`. */
import { assertNever } from '../errors.js'
import { decideRead } from '../policy/decide.js'
import type { Field, FieldType, MaskSpec, Policy } from '../policy/types.js'
import { bucketMask } from './bucket.js'
import { yearMask, yearMonthMask } from './date.js'
import { emailMask, isEmailMask } from './email.js'
import { firstMask, isFirstMask } from './first.js'
import { characterCount } from './graphemes.js'
import { initialsMask, isInitialsMask } from './initials.js'
import { isLastMask, lastMask } from './last.js'
import { postcodeMask } from './postcode.js'
import { pseudonymMask } from './pseudonym.js'
import { redactMask } from './redact.js'

/** A plain value, in PostgreSQL's text form, and what a mask needs to know about it. */
export interface MaskInput {
  readonly text: string
  readonly type: FieldType
  /** Key of the field and role; asked for by `pseudonym` only. */
  readonly pseudonymKey: () => Uint8Array
}

const maskText = (mask: MaskSpec, { text, type, pseudonymKey }: MaskInput): string | undefined => {
  switch (mask.kind) {
    case 'redact':
    case 'year':
    case 'year_month':
    case 'bucket':
      return undefined
    case 'email':
      return emailMask(text)
    case 'first':
      return firstMask(text, mask.keep)
    case 'last':
      return lastMask(text, mask.keep)
    case 'initials':
      return initialsMask(text)
    case 'postcode':
      return postcodeMask(text, mask.keep)
    case 'pseudonym':
      return pseudonymMask(text, type, pseudonymKey())
    case 'constant':
      return mask.value
    default:
      return assertNever(mask)
  }
}

const maskDate = (mask: MaskSpec, { text, type, pseudonymKey }: MaskInput): string | undefined => {
  switch (mask.kind) {
    case 'year':
      return yearMask(text)
    case 'year_month':
      return yearMonthMask(text)
    case 'bucket':
      return bucketMask(text, mask.size)
    case 'pseudonym':
      return pseudonymMask(text, type, pseudonymKey())
    case 'constant':
      return mask.value
    case 'redact':
    case 'email':
    case 'first':
    case 'last':
    case 'initials':
    case 'postcode':
      return undefined
    default:
      return assertNever(mask)
  }
}

const fits = (text: string, type: FieldType): boolean => type.kind !== 'varchar' || characterCount(text) <= type.charactersMax

/** Masks one value. '' stays ''; a mask that does not fit the value or its type becomes `redact`. */
export const applyMask = (mask: MaskSpec, input: MaskInput): string => {
  if (input.text === '') return ''
  const masked = input.type.kind === 'date' ? maskDate(mask, input) : maskText(mask, input)
  return masked !== undefined && fits(masked, input.type) ? masked : redactMask(input.type)
}

const hasShape = (mask: MaskSpec, text: string): boolean => {
  switch (mask.kind) {
    case 'email':
      return isEmailMask(text)
    case 'first':
    case 'postcode':
      return isFirstMask(text, mask.keep)
    case 'last':
      return isLastMask(text, mask.keep)
    case 'initials':
      return isInitialsMask(text)
    case 'constant':
      return mask.value.includes('•') && mask.value === text
    case 'redact':
    case 'year':
    case 'year_month':
    case 'bucket':
    case 'pseudonym':
      return false
    default:
      return assertNever(mask)
  }
}

/**
 * Whether `text` looks exactly like something that `mask` makes and no person would type: a form that was opened masked
 * and saved again. Every mask can come out as `redact`, so that shape always counts. Coarse dates, pseudonyms and constants
 * without `•` may be real values and do not count.
 */
export const isMaskShaped = (mask: MaskSpec, type: FieldType, text: string): boolean =>
  text !== '' && (text === redactMask(type) || (type.kind !== 'date' && hasShape(mask, text)))

/** A test whether a value for `field` has the shape of a mask that any role of `policy` reads it with. */
export const fieldMaskShapes = (policy: Policy, field: Field): ((text: string) => boolean) => {
  const masks = [...policy.roles, policy.fallback].flatMap(role => {
    const { treatment } = decideRead(role, field)
    return treatment.action === 'mask' ? [treatment.mask] : []
  })
  const redacted = redactMask(field.type)
  return text => text === redacted || masks.some(mask => isMaskShaped(mask, field.type, text))
}
