import t from 'tap'
import { importsOf, projectFiles, read, withoutComments, type ImportLine } from '../support/source-tree.js'

/**
 * What each folder of `src` may import from other folders. `policy types` means types only: nothing of it is left when
 * the program runs. A line ending in `.ts` names one file.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  crypto: [],
  policy: [],
  mask: ['policy'],
  catalog: ['policy types'],
  sql: ['policy', 'catalog types', 'catalog/search-path.ts'],
  audit: ['policy'],
  session: ['wire', 'crypto', 'policy', 'mask', 'sql', 'catalog', 'audit'],
  server: ['session', 'audit'],
  migrate: ['catalog', 'crypto', 'policy'],
  scan: ['catalog', 'crypto', 'policy'],
  embedded: [],
  config: ['policy types'],
  cli: ['*'],
}
const OPEN_TO_ALL: ReadonlySet<string> = new Set(['src/errors.ts', 'src/limits.ts'])

/** Folders that may touch the machine; the others get what they need of it as arguments. */
const OUTER: ReadonlySet<string> = new Set(['server', 'cli', 'embedded', 'migrate', 'scan'])
const MACHINE_MODULES = /^node:(fs|net|tls|http|https|http2|dgram|dns|child_process|cluster|worker_threads|os|readline|repl|inspector|timers)(\/|$)/
/** Address arithmetic which happens to live in node:net; opens nothing. */
const PURE_NAMES: ReadonlySet<string> = new Set(['BlockList', 'SocketAddress', 'isIP', 'isIPv4', 'isIPv6'])
const MACHINE_WORDS = /\bprocess\.(env|stdout|stderr|stdin|argv|cwd|exit|exitCode|on|kill|hrtime|getuid)\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(Timeout|Interval)\(/

const sources = projectFiles('src').filter(path => path.endsWith('.ts'))
const folderOf = (path: string): string => path.split('/')[1] ?? ''
const isOurs = ({ to }: ImportLine): boolean => to.startsWith('src/')
const imports = sources.flatMap(path => importsOf(path))

const isAllowed = ({ from, to, isTypeOnly }: ImportLine): boolean => {
  const [own, other] = [folderOf(from), folderOf(to)]
  if (own === other || OPEN_TO_ALL.has(to)) return true
  const allowed = LAYERS[own] ?? []
  return allowed.includes('*') || allowed.includes(other) || allowed.includes(to.replace('src/', '')) || (isTypeOnly && allowed.includes(`${other} types`))
}

const touchesMachine = ({ to, names, isTypeOnly }: ImportLine): boolean =>
  !isTypeOnly && MACHINE_MODULES.test(to) && !(names.length > 0 && names.every(name => PURE_NAMES.has(name)))

await t.test('the test sees imports in every form', async test => {
  const seen = importsOf('src/a/b.ts', "import {\n  a,\n  type B,\n} from '../c/d.js'\nimport type { E } from './e.js'\nimport 'node:fs'\nconst x = await import('node:net')\nexport { y } from '../z.js'\n")
  test.same(seen.map(({ to, isTypeOnly }) => [to, isTypeOnly]), [['src/c/d.ts', false], ['src/a/e.ts', true], ['src/z.ts', false], ['node:fs', false], ['node:net', false]])
  test.ok(imports.length > 50)
})

await t.test('every folder has a line in the table', async test => {
  const folders = new Set(sources.filter(path => path.split('/').length > 2).map(folderOf))
  test.same([...folders].filter(folder => !(folder in LAYERS)), [])
})

await t.test('folders import only what the table allows', async test => {
  test.same(imports.filter(line => isOurs(line) && !isAllowed(line)).map(({ from, to }) => `${from} -> ${to}`), [])
})

await t.test('what is open to all depends on nothing of ours', async test => {
  test.same(imports.filter(line => OPEN_TO_ALL.has(line.from) && isOurs(line)), [])
})

await t.test('files, sockets, clock and environment are touched only in the outer folders', async test => {
  const inner = sources.filter(path => !OUTER.has(folderOf(path)))
  test.same(imports.filter(line => inner.includes(line.from) && touchesMachine(line)).map(({ from, to }) => `${from} -> ${to}`), [])
  const words = inner.map(path => ({ path, word: MACHINE_WORDS.exec(withoutComments(read(path)))?.[0] }))
  test.same(words.filter(({ word }) => word !== undefined), [])
})

await t.test('only src/cli/output.ts writes to stdout', async test => {
  const writers = sources.filter(path => /\bprocess\.stdout\b|\bconsole\./.test(withoutComments(read(path))))
  test.same(writers, ['src/cli/output.ts'])
})

await t.test('the product does not import its tests', async test => {
  test.same(imports.filter(({ to }) => /^(test|bench)\//.test(to)), [])
})
