/** Copies of a value with some of its spans replaced. */

/** Bytes [start, end) of a value. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * The bytes with each span replaced by what `replace` gives for it; undefined keeps the span. Spans are sorted and apart.
 * Returns undefined when nothing was replaced. All between the spans stays byte for byte, so that spacing and order survive.
 */
export function rebuild<S extends Span>(bytes: Uint8Array, spans: Iterable<S>, replace: (span: S) => Uint8Array | undefined): Uint8Array | undefined {
  const parts: Uint8Array[] = []
  let copied = 0
  for (const span of spans) {
    const replacement = replace(span)
    if (replacement === undefined) continue
    parts.push(bytes.subarray(copied, span.start), replacement)
    copied = span.end
  }
  if (parts.length === 0) return undefined
  parts.push(bytes.subarray(copied))
  return Buffer.concat(parts)
}

/** How bytes are put between quotes: which bytes get a prefix, and which prefix. */
export function quoted(value: Uint8Array, prefixOf: (byte: number) => number | undefined): Uint8Array {
  const out = Buffer.allocUnsafe(value.length * 2 + 2)
  let at = 0
  out[at++] = 0x22
  for (const byte of value) {
    const prefix = prefixOf(byte)
    if (prefix !== undefined) out[at++] = prefix
    out[at++] = byte
  }
  out[at++] = 0x22
  return out.subarray(0, at)
}
