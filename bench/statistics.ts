/** Numbers of several rounds as one line of a table. */

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Throws for an empty list. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b)
  const [least, most] = [sorted[0], sorted.at(-1)]
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (least === undefined || most === undefined || low === undefined || high === undefined) throw new Error('nothing was measured')
  return { median: (low + high) / 2, least, most }
}

/**
 * How `ours` compares with `other`, round by round: the machine's mood changes between rounds, less so within one. Throws
 * unless both were measured equally often.
 */
export const ratioOf = (ours: readonly number[], other: readonly number[]): Spread => {
  if (ours.length !== other.length) throw new Error('ratios need the same rounds')
  return spreadOf(ours.map((value, round) => value / (other[round] ?? Number.NaN)))
}

/** Like `0.93 (0.90–0.97)`. */
export const showRatio = ({ median, least, most }: Spread): string => `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`
