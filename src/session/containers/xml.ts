/** XML: escape_xml of the server for element content (src/backend/utils/adt/xml.c), libxml's writer for attributes. */
import { assertNever } from '../../errors.js'
import { pasteUnknown } from './plain.js'
import { rebuild, type Span } from './rebuild.js'
import { holdsMarker, type Revealed, type Walk } from './walk.js'

const LESS = 0x3c
const GREATER = 0x3e
const DOUBLE_QUOTE = 0x22
const SINGLE_QUOTE = 0x27

/** content: between tags. attribute: between quotes in a tag. opaque: comments, CDATA, instructions, tag and attribute names. */
interface Region extends Span {
  readonly kind: 'content' | 'attribute' | 'opaque'
}

const OPAQUE: readonly { readonly open: Uint8Array; readonly close: string }[] = [
  { open: Buffer.from('<!--'), close: '-->' },
  { open: Buffer.from('<![CDATA['), close: ']]>' },
  { open: Buffer.from('<?'), close: '?>' },
  { open: Buffer.from('<!'), close: '>' },
]

/** Opaque up to and without a quote or `>`; then, for a quote, the attribute's value. */
function* tagRegions(bytes: Buffer, from: number): Generator<Region, number | undefined> {
  let opaqueFrom = from
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === GREATER) {
      yield { kind: 'opaque', start: opaqueFrom, end: at + 1 }
      return at + 1
    }
    if (byte !== DOUBLE_QUOTE && byte !== SINGLE_QUOTE) continue
    const close = bytes.indexOf(byte, at + 1)
    if (close === -1) return undefined
    yield { kind: 'opaque', start: opaqueFrom, end: at + 1 }
    yield { kind: 'attribute', start: at + 1, end: close }
    opaqueFrom = close
    at = close
  }
  return undefined
}

function* markupRegions(bytes: Buffer, at: number): Generator<Region, number | undefined> {
  const opaque = OPAQUE.find(({ open }) => open.every((byte, i) => bytes[at + i] === byte))
  if (opaque === undefined) return yield* tagRegions(bytes, at)
  const close = bytes.indexOf(opaque.close, at + opaque.open.length)
  if (close === -1) return undefined
  yield { kind: 'opaque', start: at, end: close + opaque.close.length }
  return close + opaque.close.length
}

/** Ends with false if a construct is not closed. */
function* regions(bytes: Buffer): Generator<Region, boolean> {
  for (let at = 0; at < bytes.length;) {
    const less = bytes.indexOf(LESS, at)
    const end = less === -1 ? bytes.length : less
    if (end > at) yield { kind: 'content', start: at, end }
    if (less === -1) return true
    const next = yield* markupRegions(bytes, less)
    if (next === undefined) return false
    at = next
  }
  return true
}

function markedRegions(bytes: Buffer): readonly Region[] | undefined {
  const marked: Region[] = []
  const walk = regions(bytes)
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done === true) return step.value ? marked : undefined
    if (holdsMarker(bytes, step.value.start, step.value.end)) marked.push(step.value)
  }
}

const CONTENT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#x0d;' }
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\t': '&#9;', '\r': '&#13;' }

/** As escape_xml. */
export const escapeXmlContent = (text: string): string => text.replace(/[&<>\r]/g, character => CONTENT_ESCAPES[character] ?? character)

/** As libxml's attribute writer, which also spells out what is not ASCII. `'` too, for attributes that stand in single quotes. */
export function escapeXmlAttribute(text: string, quote: number): string {
  return text.replace(/[&<>"'\n\t\r]|\P{ASCII}/gu, character => {
    if (character === "'") return quote === SINGLE_QUOTE ? '&#39;' : character
    return ATTRIBUTE_ESCAPES[character] ?? `&#x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()};`
  })
}

function escapeIn(bytes: Uint8Array, region: Region, text: string): string {
  switch (region.kind) {
    case 'content': return escapeXmlContent(text)
    case 'attribute': return escapeXmlAttribute(text, bytes[region.start - 1] ?? DOUBLE_QUOTE)
    case 'opaque': return text
    default: return assertNever(region.kind)
  }
}

/** A text node or attribute that is just the token may show any text; a token among other characters only what can do no harm. */
function paste(walk: Walk, region: Region, token: Span, revealed: Revealed): string | undefined {
  const isWhole = region.kind !== 'opaque' && token.start === region.start && token.end === region.end
  return isWhole && revealed.kind === 'text' ? revealed.text : pasteUnknown(walk, revealed)
}

function* tokensOf(walk: Walk, bytes: Uint8Array, marked: readonly Region[]): Generator<Span & { readonly region: Region }> {
  for (const region of marked) {
    for (let token = walk.nextToken(bytes, region.start, region.end); token !== undefined; token = walk.nextToken(bytes, token.end, region.end)) yield { ...token, region }
  }
}

/** Replaces inside content and attributes. Outer undefined: some markup is not closed. */
export function revealXml(walk: Walk, value: Uint8Array): { readonly value: Uint8Array | undefined } | undefined {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  const marked = markedRegions(bytes)
  if (marked === undefined) return undefined
  return {
    value: rebuild(bytes, tokensOf(walk, bytes, marked), span => {
      const text = paste(walk, span.region, span, walk.reveal(bytes, span.start, span.end))
      return text === undefined ? undefined : Buffer.from(escapeIn(bytes, span.region, text), 'utf8')
    }),
  }
}
