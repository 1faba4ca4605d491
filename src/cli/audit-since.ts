/** Times as people write them. */
import { ProxyError } from '../errors.js'

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
])

const RELATIVE = /^(\d{1,6})([smhdw])$/
const ABSOLUTE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/

/** `24h`, `7d`, `today` (since midnight UTC), or ISO 8601 (UTC unless it says otherwise), as events write times. Throws `usage`. */
export const parseTime = (text: string, now: Date): string => {
  const today = now.toISOString().slice(0, 10)
  if (text === 'today') return `${today}T00:00:00.000Z`
  const [, amount, unit] = RELATIVE.exec(text) ?? []
  const unitMs = UNIT_MS.get(unit ?? '')
  if (unitMs !== undefined) return new Date(now.getTime() - Number(amount) * unitMs).toISOString()
  const hasZone = /(Z|[+-]\d\d:\d\d)$/.test(text.slice(10))
  const time = ABSOLUTE.test(text) ? new Date(text.length > 10 && !hasZone ? `${text}Z` : text) : new Date(Number.NaN)
  if (Number.isNaN(time.getTime())) throw new ProxyError('usage', { reason: 'a time is like 24h, 7d, today or 2030-01-31T08:00Z' })
  return time.toISOString()
}
