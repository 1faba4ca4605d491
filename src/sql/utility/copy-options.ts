/** Options of COPY (ProcessCopyOptions in src/backend/commands/copy.c). */
import type { Node } from 'libpg-query'
import { bodyOf, itemsOf, stringOf, tagOf } from '../tree.js'
import type { CopyPlan } from '../types.js'

export interface CopyOptions extends Omit<CopyPlan, 'direction' | 'table' | 'columns'> {
  /** What can't be followed on sealed columns; undefined if all is known. */
  readonly unsupported: string | undefined
}

interface Draft {
  format: string
  delimiter?: string
  nullText?: string
  quote?: string
  escape?: string
  hasHeader: boolean
  forceNull: ReadonlySet<string>
  forceNotNull: ReadonlySet<string>
  unsupported: string | undefined
}

type Reader = (draft: Draft, arg: Node | undefined) => void

const flag = (arg: Node | undefined): boolean => {
  if (arg === undefined) return true
  const integer = bodyOf(arg, 'Integer')
  if (integer !== undefined) return (integer.ival ?? 0) !== 0
  const boolean = bodyOf(arg, 'Boolean')
  if (boolean !== undefined) return boolean.boolval === true
  return !/^(?:false|off|0)$/iu.test(stringOf(arg))
}

const names = (arg: Node | undefined): ReadonlySet<string> => (arg !== undefined && tagOf(arg) === 'A_Star' ? new Set(['*']) : new Set(itemsOf(arg).map(stringOf)))

const UTF8 = /^utf-?8$/iu

const READERS: Readonly<Record<string, Reader>> = {
  format: (draft, arg) => {
    draft.format = stringOf(arg).toLowerCase()
  },
  delimiter: (draft, arg) => {
    draft.delimiter = stringOf(arg)
  },
  null: (draft, arg) => {
    draft.nullText = stringOf(arg)
  },
  quote: (draft, arg) => {
    draft.quote = stringOf(arg)
  },
  escape: (draft, arg) => {
    draft.escape = stringOf(arg)
  },
  // HEADER match is a header line as well.
  header: (draft, arg) => {
    draft.hasHeader = flag(arg)
  },
  force_null: (draft, arg) => {
    draft.forceNull = names(arg)
  },
  force_not_null: (draft, arg) => {
    draft.forceNotNull = names(arg)
  },
  // Quotes are written by us where they are needed, and kept where they are.
  force_quote: () => undefined,
  freeze: () => undefined,
  encoding: (draft, arg) => {
    if (!UTF8.test(stringOf(arg))) draft.unsupported ??= 'COPY with another encoding than UTF8'
  },
}

/** The options of a COPY, with PostgreSQL's defaults. */
export const copyOptions = (nodes: readonly Node[] | undefined): CopyOptions => {
  const draft: Draft = { format: 'text', hasHeader: false, forceNull: new Set(), forceNotNull: new Set(), unsupported: undefined }
  for (const node of nodes ?? []) {
    const { defname = '', arg } = bodyOf(node, 'DefElem') ?? {}
    const read = Object.hasOwn(READERS, defname) ? READERS[defname] : undefined
    if (read === undefined) draft.unsupported ??= 'COPY with this option'
    else read(draft, arg)
  }
  return finished(draft)
}

const finished = (draft: Draft): CopyOptions => {
  const { format, hasHeader, forceNull, forceNotNull } = draft
  const isCsv = format === 'csv'
  const quote = draft.quote ?? '"'
  const isKnown = format === 'text' || isCsv || format === 'binary'
  const binary = format === 'binary' ? 'COPY in binary format' : undefined
  return {
    format: isCsv ? 'csv' : format === 'binary' ? 'binary' : 'text',
    delimiter: draft.delimiter ?? (isCsv ? ',' : '\t'),
    nullText: draft.nullText ?? (isCsv ? '' : String.raw`\N`),
    quote,
    escape: draft.escape ?? quote,
    hasHeader,
    forceNull,
    forceNotNull,
    unsupported: draft.unsupported ?? binary ?? (isKnown ? undefined : 'COPY in this format'),
  }
}
