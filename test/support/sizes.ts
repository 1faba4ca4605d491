/** Sizes of files and functions, for `npm run check`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

export const FILE_LINES_MAX = 400
export const FUNCTION_LINES_MAX = 70

export interface Size {
  readonly lines: number
  /** `file`, or `file:line` of a function. */
  readonly place: string
}

/** The TypeScript files below some folders of the project, relative to its root. */
export const sourceFiles = (root: string, folders: readonly string[]): readonly string[] =>
  folders
    .filter(folder => existsSync(join(root, folder)))
    .flatMap(folder => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .toSorted()

export const fileSizes = (root: string, folders: readonly string[]): readonly Size[] =>
  sourceFiles(root, folders).map(place => ({ place, lines: readFileSync(join(root, place), 'utf8').trimEnd().split('\n').length }))

// TypeScript 7 has no parser to call from a script, so the linter is asked to find every function too long: its rule
// with a limit of one line tells the length of each.
const EVERY_FUNCTION = { categories: { correctness: 'off' }, rules: { 'max-lines-per-function': ['error', { max: 1, skipComments: true, skipBlankLines: true }] } }

interface Diagnostic {
  readonly code: string
  readonly message: string
  readonly filename: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}

/** Functions of more than one line; blank lines and comments don't count. */
export const functionSizes = (root: string, folders: readonly string[]): readonly Size[] => {
  const folder = mkdtempSync(join(tmpdir(), 'pgveil-check-'))
  try {
    const config = join(folder, 'oxlintrc.json')
    writeFileSync(config, JSON.stringify(EVERY_FUNCTION))
    const args = [join(root, 'node_modules/.bin/oxlint'), '-c', config, '--format=json', ...folders]
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    const { diagnostics }: { diagnostics: readonly Diagnostic[] } = JSON.parse(stdout)
    return diagnostics.filter(({ code }) => code === 'eslint(max-lines-per-function)').map(sizeOf)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const sizeOf = ({ message, filename, labels }: Diagnostic): Size => ({
  lines: Number(/\((\d+)\)/.exec(message)?.[1] ?? Number.POSITIVE_INFINITY),
  place: `${filename}:${labels[0]?.span.line ?? 0}`,
})
