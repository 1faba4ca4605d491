import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parsePolicy } from '../../src/policy/parse.js'
import { ROOT, read } from '../support/source-tree.js'
import { findTool } from '../support/tools.js'
import { DOCUMENTS, anchorsOf, blocksOf, commandLinesOf, linksOf, type CommandLine } from './documents.js'

const PROGRAM = ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/cli/main.ts')]
// Settings of the shell that runs the tests are not those of the documents.
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PGVEIL_')))

await t.test('links within the project lead somewhere', async test => {
  test.ok(DOCUMENTS.includes('README.md') && DOCUMENTS.includes('docs/policy.md'))
  const broken = DOCUMENTS.flatMap(linksOf).filter(({ to, anchor }) => !existsSync(join(ROOT, to)) || (anchor !== undefined && !anchorsOf(to).includes(anchor)))
  test.same(broken, [])
})

await t.test('the index names every document', async test => {
  const named = new Set(linksOf('docs/README.md').map(({ to }) => to))
  test.same(DOCUMENTS.filter(path => path.startsWith('docs/') && path !== 'docs/README.md' && !named.has(path)), [])
})

interface Help {
  readonly text: string
  readonly subcommands: readonly string[]
}

type Helps = Readonly<Record<string, Help>>

/** The help of every command, by its words. */
const readHelps = (): Promise<Helps> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('print-helps.ts', import.meta.url))
    execFile(process.execPath, ['--import', import.meta.resolve('tsx'), script], { env: ENVIRONMENT }, (error, text) => {
      if (error === null) resolve(JSON.parse(text))
      else reject(error)
    })
  })

/** What of a command line does not exist; undefined if all of it does. */
const unknownIn = (helps: Helps, { path, text }: CommandLine): string | undefined => {
  const words = text.replace(/#.*$/, '').split(/[\s[\]|]+/).slice(1)
  const command: string[] = []
  for (const word of words) {
    const subcommands = helps[command.join(' ')]?.subcommands ?? []
    if (subcommands.length === 0 || !/^[a-z]+$/.test(word)) break
    if (!subcommands.includes(word)) return `${path}: ${text}: no command ${word}`
    command.push(word)
  }
  const helpText = helps[command.join(' ')]?.text ?? ''
  const flag = words.find(word => /^--?[a-z]/.test(word) && !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(helpText))
  return flag === undefined ? undefined : `${path}: ${text}: no flag ${flag}`
}

await t.test('every command and flag in the documents exists', async test => {
  const lines = DOCUMENTS.flatMap(commandLinesOf)
  test.ok(lines.length > 20, `${lines.length} command lines`)
  const helps = await readHelps()
  test.same(lines.map(line => unknownIn(helps, line)).filter(found => found !== undefined), [])
  // That it would notice:
  test.match(unknownIn(helps, { path: 'x', text: 'pgveil audit serach --user a' }), /no command serach/)
  test.match(unknownIn(helps, { path: 'x', text: 'pgveil audit search --usr a' }), /no flag --usr/)
  test.equal(unknownIn(helps, { path: 'x', text: 'pgveil audit tail -f' }), undefined)
})

await t.test('npm scripts in the documents exist', async test => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
  const shell = DOCUMENTS.flatMap(blocksOf).filter(({ info }) => info.startsWith('sh'))
  const names = shell.flatMap(({ text }) => [...text.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[a-z]+)/g)].map(([, name = '']) => name))
  test.ok(names.length > 5)
  test.same(names.filter(name => scripts[name] === undefined), [])
  const files = Object.values(scripts).flatMap(script => script.match(/\b(?:test|bench)\/\S+\.ts/g) ?? [])
  test.same(files.filter(path => !existsSync(join(ROOT, path))), [])
})

await t.test('policies in the documents are valid', async test => {
  const policies = DOCUMENTS.flatMap(blocksOf).filter(({ info, text }) => info === 'yaml' && text.startsWith('version: 1'))
  test.ok(policies.length > 0)
  for (const { path, text } of policies) test.ok(parsePolicy([{ path, text }]).fields.size > 0, path)
})

const shell = (script: string, folder: string): Promise<{ code: number; output: string }> =>
  new Promise(resolve => {
    const env = { ...ENVIRONMENT, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` }
    execFile('sh', ['-euc', script], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })

// Each block goes on where the one before it ended, as a reader would.
await t.test('the runnable commands of the README run', { skip: findTool('openssl') === undefined && 'openssl is not installed' }, async test => {
  const folder = test.testdir({ policies: {} })
  cpSync(join(ROOT, 'policies'), join(folder, 'policies'), { recursive: true })
  const words = [process.execPath, ...PROGRAM].map(word => `'${word}'`).join(' ')
  writeFileSync(join(folder, 'pgveil'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 })
  const blocks = blocksOf('README.md').filter(({ info }) => info === 'sh runnable')
  test.ok(blocks.length >= 3)
  const { code, output } = await shell(blocks.map(({ text }) => text).join('\n'), folder)
  test.equal(code, 0, output)
  test.match(output, /The policy is valid/)
  test.match(readFileSync(join(folder, 'seal.sql'), 'utf8'), /ADD CONSTRAINT "contacts_email_sealed" CHECK/)
})
