import type { FieldType } from '../policy/types.js'
import { BULLETS } from './bullets.js'

/** Stands for a hidden date. It is a date, so clients can read it, and no one's birthday, so nobody takes it for one. */
export const REDACTED_DATE = '0001-01-01'

/** What stands for any value of `type`: nothing of the value itself goes into it. */
export const redactMask = (type: FieldType): string => {
  if (type.kind === 'date') return REDACTED_DATE
  return type.kind === 'varchar' ? BULLETS.slice(0, type.charactersMax) : BULLETS
}
