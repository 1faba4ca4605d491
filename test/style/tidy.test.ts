import t from 'tap'
import { projectFiles, read, withoutComments } from '../support/source-tree.js'

// Aim at the 140 of .editorconfig; beyond these a line is no longer read.
const SOURCE_CHARACTERS_MAX = 220
const TEST_CHARACTERS_MAX = 280 // recorded messages and vectors stand on one line each

const sources = projectFiles('src').filter(path => path.endsWith('.ts'))
const all = [...sources, ...projectFiles('test'), ...projectFiles('bench')].filter(path => path.endsWith('.ts'))

/** `file:line` of each line that a pattern matches. */
const findings = (paths: readonly string[], pattern: RegExp, prepare = (text: string): string => text): readonly string[] =>
  paths.flatMap(path => prepare(read(path)).split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])))

await t.test('lines are not too long', async test => {
  test.same(findings(sources, new RegExp(`.{${SOURCE_CHARACTERS_MAX + 1}}`)), [])
  test.same(findings(all, new RegExp(`.{${TEST_CHARACTERS_MAX + 1}}`)), [])
})

await t.test('what is left to do has a number', async test => {
  test.same(findings(all, /\b(?:TO\x44O|FIX\x4dE|X\x58X)\b(?! \(?#\d)/), [])
})

await t.test('no any, no default export, no checker silenced without a reason', async test => {
  test.same(findings(all, /(?::|\bas|<)\s*any\b(?!\s*thing)|\bany\[\]/, stringless), [])
  test.same(findings(all, /^export default\b/), [])
  test.same(findings(sources, /@ts-(ignore|expect-error|nocheck)|(?:ox|es)lint-disable(?!-(?:next-)?line [\w/-]+ -- \w)/), [])
  test.same(findings(all, /@ts-(ignore|nocheck)/).filter(place => !place.startsWith('test/style/')), [])
})

await t.test('files are named in kebab-case, after what they hold', async test => {
  test.same(all.filter(path => !/^[a-z0-9./-]+$/.test(path)), [])
  test.same(sources.filter(path => /\b(utils?|helpers?|manager|common|misc)\b/.test(path)), [])
})

await t.test('imports name the file', async test => {
  test.same(findings(all, /^(?:import|export)\b.*from '\.[^']*(?<!\.js(?:on)?)'/), [])
})

await t.test('bare errors are not thrown', async test => {
  test.same(findings(sources, /\bthrow new (?:Error|TypeError|RangeError)\b/, withoutComments), [])
})

await t.test('text files end in a line break, without trailing spaces or carriage returns', async test => {
  const texts = projectFiles().filter(path => /\.(ts|md|json|ya?ml)$/.test(path) && path !== 'package-lock.json')
  test.same(texts.filter(path => !read(path).endsWith('\n')), [])
  test.same(findings(texts.filter(path => path.endsWith('.ts')), /[ \t\r]$/), [])
})

function stringless(text: string): string {
  return withoutComments(text).replace(/'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, "''")
}
