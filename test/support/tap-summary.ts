/** What a test run came to, as the last line of `npm test` and of `.ci/run` says it. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/**
 * Reads the closing line of tap's TAP report, such as `# { total: 12, pass: 4, fail: 5, todo: 1, skip: 2 }`. It stands at
 * the start of a line, where nothing that a test prints can stand (tap indents that). A run without one, without tests,
 * or whose exit code is not 0 though no test failed, counts as one failed.
 */
export const tallyOf = (report: string, exitCode: number | undefined): Tally => {
  const counts = [...report.matchAll(/^# \{ (total: \d+.*) \}$/gm)].at(-1)?.[1] ?? ''
  const count = (name: string): number => Number(new RegExp(`\\b${name}: (\\d+)`).exec(counts)?.[1] ?? 0)
  const failed = count('fail')
  const isSound = count('total') > 0 && exitCode === 0
  return { passed: count('pass'), failed: isSound || failed > 0 ? failed : 1, skipped: count('skip') + count('todo') }
}

export const tallyLine = ({ passed, failed, skipped }: Tally): string => `${passed} passed, ${failed} failed, ${skipped} skipped`
