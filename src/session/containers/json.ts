/** JSON text: json, jsonb's output, and text that the plan knows to be JSON. */
import { pasteUnknown, replaceTokens } from './plain.js'
import { rebuild, type Span } from './rebuild.js'
import { holdsMarker, type Revealed, type Walk } from './walk.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const NULL_TEXT = 'null'

/** What may stand outside strings: punctuation, white space, numbers, and the letters of true, false and null. */
const OUTSIDE: ReadonlySet<number> = new Set(Buffer.from('{}[],: \t\n\r0123456789+-.Eetruefalsn'))
const SPACES: ReadonlySet<number> = new Set(Buffer.from(' \t\n\r'))

interface StringSpan extends Span {
  readonly isKey: boolean
}

/** Offset of the closing quote of the string whose content begins at `at`, or -1. */
function closingQuote(bytes: Uint8Array, at: number): number {
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] === BACKSLASH) i++
    else if (bytes[i] === QUOTE) return i
  }
  return -1
}

function isKeyBefore(bytes: Uint8Array, from: number): boolean {
  let at = from
  while (SPACES.has(bytes[at] ?? 0)) at++
  return bytes[at] === COLON
}

/** Strings of the text that hold a marker, quotes included; undefined if the text is no JSON. */
function markedStrings(bytes: Uint8Array): readonly StringSpan[] | undefined {
  const spans: StringSpan[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== QUOTE) {
      if (!OUTSIDE.has(byte)) return undefined
      continue
    }
    const close = closingQuote(bytes, at + 1)
    if (close === -1) return undefined
    if (holdsMarker(bytes, at, close)) spans.push({ start: at, end: close + 1, isKey: isKeyBefore(bytes, close + 1) })
    at = close
  }
  return spans
}

/** As escape_json of the server: `"` `\` and controls, with \b \f \n \r \t short; JSON.stringify does exactly this to well-formed text. */
export const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1)

const wholeString = (revealed: Revealed, isKey: boolean): string | undefined => {
  if (revealed.kind === 'keep') return undefined
  if (revealed.kind === 'null') return isKey ? '""' : NULL_TEXT
  return JSON.stringify(revealed.text)
}

function replaceString(walk: Walk, bytes: Uint8Array, span: StringSpan): Uint8Array | undefined {
  const start = span.start + 1
  const end = span.end - 1
  if (walk.isToken(bytes, start, end)) {
    const text = wholeString(walk.reveal(bytes, start, end), span.isKey)
    return text === undefined ? undefined : Buffer.from(text, 'utf8')
  }
  // A token among other characters of a string: what that string holds is not known.
  return replaceTokens(walk, bytes.subarray(span.start, span.end), revealed => {
    const text = pasteUnknown(walk, revealed)
    return text === undefined ? undefined : escapeJson(text)
  })
}

/** Replaces inside the strings, keys included; spacing and order stay. Outer undefined: the value is no JSON. */
export function revealJson(walk: Walk, bytes: Uint8Array): { readonly value: Uint8Array | undefined } | undefined {
  const spans = markedStrings(bytes)
  return spans === undefined ? undefined : { value: rebuild(bytes, spans, span => replaceString(walk, bytes, span)) }
}
