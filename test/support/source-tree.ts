/** The project's own files, for the tests of style. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'

export const ROOT: string = join(import.meta.dirname, '../..')

const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.tap', '.pgveil'])

/** All files but those that git ignores; works without git, in an unpacked archive. Paths are relative, with `/`. */
export const projectFiles = (folder = ''): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = posix.join(folder, entry.name)
    if (NOT_OURS.has(entry.name) || entry.name.endsWith('.log') || (folder === 'certs' && entry.name !== 'README.md')) return []
    return entry.isDirectory() ? projectFiles(path) : [path]
  })

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

export interface ImportLine {
  /** File that imports, relative to the root. */
  readonly from: string
  /** File imported, relative to the root, or the package's name. */
  readonly to: string
  /** Nothing of it is left when the program runs. */
  readonly isTypeOnly: boolean
  /** Names in the braces; empty for `import * as` and `import()`. */
  readonly names: readonly string[]
}

const STATIC = /(?:^|\n)(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'/g
const SIDE_EFFECT = /(?:^|\n)import\s*'([^']+)'/g
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g

/** Every import and re-export of a file. */
export const importsOf = (from: string, text: string = read(from)): readonly ImportLine[] => {
  const resolve = (specifier: string): string => {
    if (!specifier.startsWith('.')) return specifier
    return relative(ROOT, join(ROOT, from, '..', specifier.replace(/\.js$/, '.ts'))).split(sep).join('/')
  }
  const fixed = [...text.matchAll(STATIC)].map(([, type, names = '', specifier = '']) => ({
    from,
    to: resolve(specifier),
    isTypeOnly: type !== undefined || isEachNameAType(names),
    names: namesIn(names),
  }))
  const others = [...text.matchAll(SIDE_EFFECT), ...text.matchAll(DYNAMIC)]
  return [...fixed, ...others.map(([, specifier = '']) => ({ from, to: resolve(specifier), isTypeOnly: false, names: [] }))]
}

const namesIn = (clause: string): readonly string[] =>
  (/\{([^}]*)\}/.exec(clause)?.[1] ?? '')
    .split(',')
    .map(name => name.trim().replace(/^type /, ''))
    .filter(name => name !== '')

const isEachNameAType = (clause: string): boolean => {
  const names = /^\{([^}]*)\}$/.exec(clause)?.[1]?.split(',').map(name => name.trim()).filter(name => name !== '')
  return names !== undefined && names.length > 0 && names.every(name => name.startsWith('type '))
}

/** A file without its comments, roughly: enough to look for words of code. */
export const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
