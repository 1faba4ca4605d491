/** How the category patterns of a policy cover categories. */

/**
 * How closely `pattern` fits `category`: undefined when it doesn't, else higher is closer. A category itself beats any
 * `x.*`, a longer `x.*` beats a shorter one, and `*` comes last. `x.*` covers `x` as well as what is below it: a rule
 * that denies `user.name.*` has to hold for a column of the wider category `user.name` too.
 */
export const specificityOf = (pattern: string, category: string): number | undefined => {
  if (pattern === category) return Number.POSITIVE_INFINITY
  if (pattern === '*') return 0
  if (!pattern.endsWith('.*')) return undefined
  const parent = pattern.slice(0, -2)
  return category === parent || category.startsWith(`${parent}.`) ? parent.length : undefined
}

/** Whether `pattern` covers `category`. */
export const covers = (pattern: string, category: string): boolean => specificityOf(pattern, category) !== undefined
