/** Masks that make a date coarser and keep it a date. */

const DATE = /^(\d{4,7})-(\d{2})-\d{2}( BC)?$/

interface DateParts {
  readonly year: string
  readonly month: string
  readonly era: string
}

/** PostgreSQL's own text form in ISO style; undefined for `infinity` and anything else. */
const partsOf = (text: string): DateParts | undefined => {
  const [, year, month, era = ''] = DATE.exec(text) ?? []
  return year === undefined || month === undefined ? undefined : { year, month, era }
}

/** `1987-01-01` */
export const yearMask = (text: string): string | undefined => {
  const parts = partsOf(text)
  return parts === undefined ? undefined : `${parts.year}-01-01${parts.era}`
}

/** `1987-05-01` */
export const yearMonthMask = (text: string): string | undefined => {
  const parts = partsOf(text)
  return parts === undefined ? undefined : `${parts.year}-${parts.month}-01${parts.era}`
}
