import { ProxyError } from '../errors.js'

/**
 * The forms of a `date` which the proxy must know itself: a sealed date column is text in the database, while the
 * client sends and gets a date, in text or in binary (PostgreSQL: src/backend/utils/adt/date.c and datetime.c).
 */

/** A calendar day; `year` counts astronomically, so 0 is 1 BC. */
interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

const DATE_BYTES = 4
/** DATEVAL_NOEND and DATEVAL_NOBEGIN. */
const INFINITY_DAYS = 0x7fff_ffff
const MINUS_INFINITY_DAYS = -0x8000_0000
/** DATETIME_MIN_JULIAN and DATE_END_JULIAN - 1, counted from 2000-01-01: 4714-11-24 BC and 5874897-12-31. */
const DAYS_MIN = -2_451_545
const DAYS_MAX = 2_145_031_948
/** From 0000-03-01, where the arithmetic below starts (so that leap days come last in a year), to 2000-01-01. */
const DAYS_TO_2000 = 730_425
const DAYS_IN_400_YEARS = 146_097
const DAYS_IN_MONTH: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** PostgreSQL's isspace; JavaScript's trim takes U+00A0 and its kin too. */
const SPACE = ' \t\n\v\f\r'
/**
 * Year first, as ISO 8601 and every driver write it. A year of one or two digits would be read by DateStyle as a month
 * or day; more than seven digits is beyond any date.
 */
const DASHED = /^(\d{3,7})-(\d{1,2})-(\d{1,2})(?: (BC|AD))?$/i
const PACKED = /^(\d{4})(\d{2})(\d{2})$/
/**
 * With a time of day and a zone, as drivers write a date that they hold as a moment (postgres.js, node-postgres). PostgreSQL
 * reads over both: neither moves the day. Hour 24, second 60 and finer fractions, which may carry over, are left out.
 */
const WITH_TIME = /^(\d{4})-(\d{2})-(\d{2})[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$/
/** Every date which PostgreSQL accepts holds a digit or one of these words; without either, a text is no date. */
const DIGIT_OR_DATE_WORD = /\d|today|now|tomorrow|yesterday|epoch|infinity/i

const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysInMonth = (year: number, month: number): number => (month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0))

/** Days since 2000-01-01 in the proleptic Gregorian calendar. */
const toDays = ({ year, month, day }: CalendarDay): number => {
  const marchYear = month > 2 ? year : year - 1
  const cycle = Math.floor(marchYear / 400)
  const yearOfCycle = marchYear - cycle * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear
  return cycle * DAYS_IN_400_YEARS + dayOfCycle - DAYS_TO_2000
}

/** The inverse of `toDays`. */
const toCalendarDay = (days: number): CalendarDay => {
  const sinceStart = days + DAYS_TO_2000
  const cycle = Math.floor(sinceStart / DAYS_IN_400_YEARS)
  const dayOfCycle = sinceStart - cycle * DAYS_IN_400_YEARS
  // The three terms take out the leap days of 4, 100 and 400 years, after which every year has 365 days.
  const leapDays = Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / 146_096)
  const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365)
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  return { year: yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day }
}

const checkDays = (days: number): number => {
  if (days < DAYS_MIN || days > DAYS_MAX) throw new ProxyError('date_out_of_range')
  return days
}

const formatDay = ({ year, month, day }: CalendarDay): string => {
  const shownYear = year > 0 ? year : 1 - year
  const date = `${String(shownYear).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  return year > 0 ? date : `${date} BC`
}

const formatDays = (days: number): string => {
  if (days === INFINITY_DAYS) return 'infinity'
  if (days === MINUS_INFINITY_DAYS) return '-infinity'
  return formatDay(toCalendarDay(checkDays(days)))
}

const parseCalendarDays = (text: string): number => {
  const match = DASHED.exec(text) ?? PACKED.exec(text) ?? WITH_TIME.exec(text)
  if (match === null) throw new ProxyError(DIGIT_OR_DATE_WORD.test(text) ? 'date_form_unsupported' : 'date_invalid')
  const [, shownYear, month, day] = match.map(Number)
  if (shownYear === undefined || month === undefined || day === undefined) throw new ProxyError('internal')
  // There is no year 0 in the text form: 1 BC is followed by AD 1.
  const year = match[4]?.toUpperCase() === 'BC' ? 1 - shownYear : shownYear
  if (shownYear === 0 || day < 1 || day > daysInMonth(year, month)) throw new ProxyError('date_out_of_range')
  return checkDays(toDays({ year, month, day }))
}

// A loop: a pattern for the spaces at the end takes quadratic time for a long run of spaces that is not at the end.
const trimSpace = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && SPACE.includes(text.charAt(start))) start++
  while (end > start && SPACE.includes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

const parseDays = (text: string): number => {
  const trimmed = trimSpace(text)
  switch (trimmed.toLowerCase()) {
    case 'infinity':
      return INFINITY_DAYS
    case '-infinity':
      return MINUS_INFINITY_DAYS
    default:
      return parseCalendarDays(trimmed)
  }
}

/**
 * The text which PostgreSQL prints for this date literal under DateStyle ISO, so that equal dates have one text.
 * Takes YYYY-MM-DD (year of 3 to 7 digits, month and day of 1 or 2, optionally ` BC` or ` AD`), YYYYMMDD,
 * YYYY-MM-DDTHH:MM[:SS[.f]][zone], `infinity` and `-infinity`, with outer white space. Throws `date_invalid` for what is certainly no date, `date_out_of_range` for
 * a day which the calendar lacks, and `date_form_unsupported` for all else, be it a date for PostgreSQL or not: other
 * forms depend on DateStyle, on the clock, or on rules that we would have to copy.
 */
export const checkDate = (text: string): string => formatDays(parseDays(text))

/** A date literal, as `checkDate` takes it, in the four bytes of the binary format. Throws as `checkDate`. */
export const encodeDateBinary = (text: string): Buffer => {
  const bytes = Buffer.allocUnsafe(DATE_BYTES)
  bytes.writeInt32BE(parseDays(text))
  return bytes
}

/**
 * The ISO text of a date in binary format. Throws `binary_value_invalid` if it has not four bytes (`number` is the
 * parameter, for the error), `date_out_of_range` for a day that the server would refuse.
 */
export const decodeDateBinary = (bytes: Uint8Array, number?: number): string => {
  if (bytes.length !== DATE_BYTES) throw new ProxyError('binary_value_invalid', { number })
  return formatDays(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0))
}
