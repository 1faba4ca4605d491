/** `npm run check`: types, lint and sizes. Ends with exit code 1 if anything is wrong. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { FILE_LINES_MAX, FUNCTION_LINES_MAX, fileSizes, functionSizes, type Size } from './sizes.js'

const ROOT = join(import.meta.dirname, '../..')
const LARGEST_SHOWN = 5

const say = (text: string): boolean => process.stdout.write(`${text}\n`)

const runTool = (name: string, args: readonly string[]): boolean => {
  say(`> ${name} ${args.join(' ')}`)
  const { status, error } = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin', name), ...args], { cwd: ROOT, stdio: 'inherit' })
  if (error !== undefined) say(error.message)
  return status === 0
}

const report = (title: string, sizes: readonly Size[], linesMax: number): boolean => {
  const largestFirst = sizes.toSorted((a, b) => b.lines - a.lines)
  say(`${title} (at most ${linesMax} lines):`)
  const shown = largestFirst.filter(({ lines }, index) => index < LARGEST_SHOWN || lines > linesMax)
  for (const { lines, place } of shown) say(`  ${String(lines).padStart(4)}  ${place}${lines > linesMax ? '  TOO LONG' : ''}`)
  return (largestFirst[0]?.lines ?? 0) <= linesMax
}

const outcomes = [
  runTool('tsc', ['--noEmit', '-p', 'tsconfig.json']),
  runTool('tsc', ['--noEmit', '-p', 'tsconfig.build.json']),
  runTool('oxlint', ['--type-aware', 'src', 'test', 'bench']),
  report('largest files', fileSizes(ROOT, ['src', 'test', 'bench']), FILE_LINES_MAX),
  report('largest functions', functionSizes(ROOT, ['src', 'bench']), FUNCTION_LINES_MAX),
]
const problems = outcomes.filter(isFine => !isFine).length
say(problems === 0 ? 'check: all fine' : `check: ${problems} of ${outcomes.length} checks failed`)
process.exitCode = problems === 0 ? 0 : 1
