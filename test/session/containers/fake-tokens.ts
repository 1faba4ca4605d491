/** Tokens of a grammar as simple as can be: the text itself in base64url. */
import type { RevealContext, Revealed } from '../../../src/session/containers/index.js'
import type { TypeShape } from '../../../src/catalog/types.js'

export const fakeToken = (text: string): string => `~pv1.${Buffer.from(text, 'utf8').toString('base64url')}.0123abcd.`

const TOKEN = /^~pv1\.[A-Za-z0-9_-]*\.[0-9a-f]{8}\.$/
const DOT = 0x2e

export const fakeTokenEnd = (bytes: Uint8Array, start: number, end: number): number => {
  const textEnd = bytes.indexOf(DOT, start + '~pv1.'.length)
  const tokenEnd = textEnd + '.0123abcd.'.length
  return textEnd !== -1 && tokenEnd <= end && TOKEN.test(Buffer.from(bytes.subarray(start, tokenEnd)).toString('latin1')) ? tokenEnd : -1
}

export const openFake = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(Buffer.from(bytes.subarray(start, end)).toString('latin1').split('.')[1] ?? '', 'base64url').toString('utf8')

export interface CountingContext extends RevealContext {
  readonly counts: { opened: number; ambiguous: number }
}

/** Opens every token; `treat` may show something else for an opened text. */
export const fakeContext = (shapes: ReadonlyMap<number, TypeShape> = new Map(), treat?: (text: string) => Revealed): CountingContext => {
  const counts = { opened: 0, ambiguous: 0 }
  return {
    counts,
    tokenEnd: fakeTokenEnd,
    reveal: (bytes, start, end) => {
      counts.opened++
      const text = openFake(bytes, start, end)
      return treat?.(text) ?? { kind: 'text', text, fallback: '•••' }
    },
    typeShape: oid => shapes.get(oid),
    onAmbiguous: () => { counts.ambiguous++ },
  }
}

export const HOSTILE_NAMES: readonly string[] = [
  'Ann', '', 'NULL', 'null', 'O"Neil, Jr', 'x","role":"admin', '\\.', '\\N', '{a,b}', '}', '(x,"y")', ')', 'line\nbreak', 'cr\r\nlf', 'tab\tbed', '\u000b\f\b', 'a\u0001b', '😀 é ß 漢',
  "it's", '""', '\\', '\\\\"', '<b>&amp;</b>', ']]>', '-->', '"=>"', ' padded ', '~pv1.', fakeToken('inner'), 'back\\slash\\', '[1:2]={x}', '\u00a0', '|', ';', '\u007f', 'a=b',
]
