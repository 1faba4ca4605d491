/** The folder of signed heads: one file for each chain, replaced whole, so that a reader never sees half of one. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProxyError } from '../errors.js'
import { decodeHead, type SignedHead } from '../audit/head.js'

const SUFFIX = '.head'
const MODE = 0o600
const CHAIN = /^[0-9a-f]{1,64}$/

/** Stores the head of a chain in `directory`, which is made if need be. Throws the file system's own errors. */
export const writeHead = (directory: string, chain: string, text: string): void => {
  if (!CHAIN.test(chain)) throw new ProxyError('internal', { chain: 'malformed' })
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, chain + SUFFIX)
  writeFileSync(`${path}.new`, text, { mode: MODE })
  renameSync(`${path}.new`, path)
}

export interface HeadFile {
  readonly path: string
  /** Undefined if the file holds no head. */
  readonly head: SignedHead | undefined
}

/** Reads all heads of a folder. Throws `file_unreadable` if it can't be read. */
export const readHeads = (directory: string): readonly HeadFile[] => {
  try {
    return readdirSync(directory)
      .filter(name => name.endsWith(SUFFIX))
      .toSorted()
      .map(name => ({ path: join(directory, name), head: decodeHead(readFileSync(join(directory, name), 'utf8')) }))
  } catch (error) {
    throw new ProxyError('file_unreadable', { path: directory, reason: 'the folder of log heads cannot be read' }, { cause: error })
  }
}
