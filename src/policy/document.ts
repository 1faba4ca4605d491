/** YAML text as plain data that still knows where each part of it stands. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document } from 'yaml'
import { POLICY_FILE_BYTES_MAX } from '../limits.js'
import type { PolicyFile, Position, Problem } from './problem.js'

export type Path = readonly PropertyKey[]

/** One parsed file. `value` is undefined when `problems` is not empty. */
export interface PolicyDocument {
  readonly source: string
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Where the value at `path` starts; the nearest part above it that exists if there is none. */
  readonly valueAt: (path: Path) => Position
  /** Where the key stands that ends `path`. */
  readonly keyAt: (path: Path) => Position
}

interface Steps {
  readonly key: number
  readonly value: number
}

const startOf = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? Number(node.range[0]) : undefined

const resolved = (document: Document, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)

const childOf = (node: unknown, step: PropertyKey): { key: unknown; value: unknown } | undefined => {
  if (isMap(node)) {
    const pair = node.items.find(item => isScalar(item.key) && String(item.key.value) === String(step))
    return pair === undefined ? undefined : { key: pair.key, value: pair.value }
  }
  if (!isSeq(node)) return undefined
  const item: unknown = node.items[Number(step)]
  return item === undefined ? undefined : { key: item, value: item }
}

const walk = (document: Document, path: Path): Steps => {
  let node: unknown = document.contents
  let steps: Steps = { key: startOf(node) ?? 0, value: startOf(node) ?? 0 }
  for (const step of path) {
    const child = childOf(resolved(document, node), step)
    if (child === undefined) return steps
    const key = startOf(child.key) ?? steps.value
    steps = { key, value: startOf(child.value) ?? key }
    node = child.value
  }
  return steps
}

/** `__proto__` is dropped on the way by record validation: a column of that name would be left unprotected in silence. */
const forbiddenKeys = (document: Document): readonly number[] => {
  const offsets: number[] = []
  visit(document, {
    Pair: (_, pair) => {
      if (isScalar(pair.key) && pair.key.value === '__proto__') offsets.push(startOf(pair.key) ?? 0)
    },
  })
  return offsets
}

const danglingAliases = (document: Document): readonly { readonly offset: number; readonly name: string }[] => {
  const dangling: { offset: number; name: string }[] = []
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) dangling.push({ offset: startOf(alias) ?? 0, name: alias.source })
    },
  })
  return dangling
}

const plainValue = (document: Document): { value: unknown } | { reason: string } => {
  try {
    return { value: document.toJS() }
  } catch {
    // The yaml package throws here for a file that expands to far more than it says ("billion laughs").
    return { reason: 'too many aliases' }
  }
}

const SEVERAL_DOCUMENTS = 'Source contains multiple documents'

/** A message of the yaml package without its place, and without advice that is for programmers. */
const firstLine = (message: string): string =>
  message.startsWith(SEVERAL_DOCUMENTS) ? 'a policy file holds one document: put the second one into a file of its own' : (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')

/** Parses one file. Every syntax error and every YAML warning is a problem; nothing is thrown. */
export const readDocument = (file: PolicyFile): PolicyDocument => {
  const lines = new LineCounter()
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problemAt = (offset: number, reason: string): Problem => ({ source: file.path, ...positionOf(offset), reason })
  const nowhere = (reason: string): PolicyDocument => ({
    source: file.path, value: undefined, problems: [{ source: file.path, line: 1, column: 1, reason }],
    valueAt: () => ({ line: 1, column: 1 }), keyAt: () => ({ line: 1, column: 1 }),
  })
  if (Buffer.byteLength(file.text) > POLICY_FILE_BYTES_MAX) return nowhere(`longer than ${POLICY_FILE_BYTES_MAX} bytes`)
  // logLevel 'silent' would also silence the error for a second document in the file.
  const document: Document = parseDocument(file.text, { lineCounter: lines, stringKeys: true, prettyErrors: true, logLevel: 'error' })
  const problems = [...document.errors, ...document.warnings].map(error => problemAt(error.pos[0], firstLine(error.message)))
  problems.push(...forbiddenKeys(document).map(offset => problemAt(offset, "the key '__proto__' is not allowed")))
  problems.push(...danglingAliases(document).map(({ offset, name }) => problemAt(offset, `the alias *${name} has no anchor before it`)))
  const plain = problems.length === 0 ? plainValue(document) : { value: undefined }
  if ('reason' in plain) problems.push(problemAt(0, plain.reason))
  return {
    source: file.path,
    value: 'value' in plain ? plain.value : undefined,
    problems,
    valueAt: path => positionOf(walk(document, path).value),
    keyAt: path => positionOf(walk(document, path).key),
  }
}
