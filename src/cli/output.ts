/** The only file that writes to stdout. Reports go to stdout, progress and errors to stderr, so that `--json` can be piped. */

/** One line of a report. */
export const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** One line about how things go, on stderr. */
export const progress = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** One JSON document on one line. */
export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

const width = (text: string): number => Array.from(text).length

/** A table with aligned columns and a line under the headers. */
export const table = (headers: readonly string[], rows: readonly (readonly string[])[]): void => {
  const widths = headers.map((header, index) => Math.max(width(header), ...rows.map(row => width(row[index] ?? ''))))
  const line = (cells: readonly string[]): string =>
    widths.map((columns, index) => (cells[index] ?? '') + ' '.repeat(columns - width(cells[index] ?? ''))).join('  ').trimEnd()
  print(line(headers))
  print(widths.map(columns => '-'.repeat(columns)).join('  '))
  for (const row of rows) print(line(row))
}
