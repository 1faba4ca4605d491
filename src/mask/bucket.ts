import { yearMask } from './date.js'

const YEAR_DIGITS = 4

/** `1980-01-01` for 1987 and a size of 10: the first day of the span of `size` years that holds the date. */
export const bucketMask = (text: string, size: number): string | undefined => {
  const year = yearMask(text)
  if (year === undefined || year.endsWith(' BC')) return undefined
  const first = Math.floor(Number.parseInt(year, 10) / size) * size
  // There is no year 0 in PostgreSQL.
  return `${String(Math.max(1, first)).padStart(YEAR_DIGITS, '0')}-01-01`
}
