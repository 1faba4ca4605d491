/** Policy files on disk. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ProxyError, systemReason } from '../errors.js'
import { POLICY_FILE_BYTES_MAX } from '../limits.js'
import { parsePolicy } from '../policy/parse.js'
import type { PolicyFile } from '../policy/problem.js'
import type { Policy } from '../policy/types.js'

const unreadable = (path: string, reason: string, cause?: unknown): ProxyError =>
  new ProxyError('file_unreadable', { path, reason }, cause === undefined ? undefined : { cause })

const trying = <Result>(path: string, action: () => Result): Result => {
  try {
    return action()
  } catch (error) {
    throw error instanceof ProxyError ? error : unreadable(path, systemReason(error), error)
  }
}

const decode = (path: string, bytes: Uint8Array): string => {
  try {
    // A replacement character in a name would protect a column that does not exist.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw unreadable(path, 'not UTF-8', error)
  }
}

const loadFile = (path: string): PolicyFile =>
  trying(path, () => {
    const { size } = statSync(path)
    if (size > POLICY_FILE_BYTES_MAX) throw unreadable(path, `longer than ${POLICY_FILE_BYTES_MAX} bytes`)
    return { path, text: decode(path, readFileSync(path)) }
  })

const filesIn = (folder: string): readonly string[] => {
  const names = readdirSync(folder).filter(name => /^[^.].*\.ya?ml$/.test(name)).toSorted()
  if (names.length === 0) throw unreadable(folder, 'no *.yaml file in this directory')
  return names.map(name => join(folder, name))
}

/** The file at `path`, or the `*.yaml` and `*.yml` files of the directory at `path` in order of name. Throws `file_unreadable`. */
export const loadPolicyFiles = (path: string): readonly PolicyFile[] =>
  trying(path, () => (statSync(path).isDirectory() ? filesIn(path) : [path])).map(loadFile)

/** The policy in a file or directory. Throws `file_unreadable`, and `policy_invalid` for the first problem. */
export const readPolicyFiles = (path: string): Policy => parsePolicy(loadPolicyFiles(path))
