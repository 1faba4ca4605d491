/** What stands in the documents, taken apart for the tests that hold it against the program. */
import { posix } from 'node:path'
import { projectFiles, read } from '../support/source-tree.js'

export const DOCUMENTS: readonly string[] = projectFiles().filter(path => path.endsWith('.md'))

export interface Block {
  readonly path: string
  /** The words behind the fence, such as `sh runnable`. */
  readonly info: string
  readonly text: string
}

// Blocks within a list are indented, and so is their text.
const FENCED = /^( *)```([a-z ]*)\n([\s\S]*?)^ *```$/gm

export const blocksOf = (path: string): readonly Block[] =>
  [...read(path).matchAll(FENCED)].map(([, indent = '', info = '', text = '']) => ({ path, info, text: text.replace(new RegExp(`^${indent}`, 'gm'), '') }))

const withoutBlocks = (text: string): string => text.replace(FENCED, '')
const withoutCode = (text: string): string => withoutBlocks(text).replace(/`[^`\n]*`/g, '').replace(/^ {4}.*$/gm, '')

export interface Link {
  readonly from: string
  /** A file of the project; the document itself for a link to a heading of its own. */
  readonly to: string
  readonly anchor: string | undefined
}

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g

/** Links that stay within the project. */
export const linksOf = (path: string): readonly Link[] =>
  [...withoutCode(read(path)).matchAll(LINK)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
    .map(target => {
      const [file = '', anchor] = target.split('#')
      return { from: path, to: file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file)), anchor }
    })

/** The anchors of a document's headings, as GitHub makes them. */
export const anchorsOf = (path: string): readonly string[] =>
  [...withoutBlocks(read(path)).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'))

export interface CommandLine {
  readonly path: string
  readonly text: string
}

/** Every command line of pgveil: in blocks, in lines indented by four, and in the text; not those that are said to be not built. */
export const commandLinesOf = (path: string): readonly CommandLine[] => {
  const blocks = blocksOf(path).filter(({ info }) => info.startsWith('sh')).map(({ text }) => text.replace(/\\\n */g, ' '))
  const outside = withoutBlocks(read(path)).split('\n').filter(line => !line.includes('not built'))
  const lines = [...blocks.join('\n').split('\n'), ...outside.filter(line => line.startsWith('    ')), ...outside.flatMap(inlineCode)]
  return lines.map(line => line.trim()).filter(line => line.startsWith('pgveil ')).map(text => ({ path, text }))
}

const inlineCode = (line: string): readonly string[] => [...line.matchAll(/`([^`]*)`/g)].map(([, code = '']) => code)
