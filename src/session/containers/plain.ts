/** Tokens inside text: pasted as they are where the plan says it is plain, else with care. */
import { rebuild, type Span } from './rebuild.js'
import { REDACTED_TEXT, type Revealed, type Walk } from './walk.js'

/**
 * Characters that end, separate or quote something in one of JSON, arrays, records, hstore or XML; controls; outer
 * spaces; nothing at all; and the word NULL. Two statements with byte-identical sealed text can have twins that differ
 * (`'{' || name || '}'` and an array's cast), so a first name could otherwise set `"role":"admin"` in what the client parses.
 */
// oxlint-disable-next-line no-control-regex -- controls are what it looks for
const HAZARDOUS = /["'\\,(){}[\]<>&\u0000-\u001f\u007f-\u009f\u2028\u2029]|^\s|\s$|^(?:null)?$/iu

/** Whether the text could change the structure of an unknown container around it. */
export const isHazardous = (text: string): boolean => HAZARDOUS.test(text)

/** What to paste for a token in text of unknown quoting; undefined keeps the token. */
export function pasteUnknown(walk: Walk, revealed: Revealed): string | undefined {
  if (revealed.kind === 'keep') return undefined
  if (revealed.kind === 'null') return ''
  if (!isHazardous(revealed.text)) return revealed.text
  walk.context.onAmbiguous()
  return isHazardous(revealed.fallback) ? REDACTED_TEXT : revealed.fallback
}

/** What to paste for a token in plain text; undefined keeps the token. */
export function pastePlain(revealed: Revealed): string | undefined {
  return revealed.kind === 'keep' ? undefined : revealed.kind === 'null' ? '' : revealed.text
}

function* tokensOf(walk: Walk, bytes: Uint8Array): Generator<Span> {
  for (let token = walk.nextToken(bytes, 0, bytes.length); token !== undefined; token = walk.nextToken(bytes, token.end, bytes.length)) yield token
}

/** The bytes with each token replaced by what `paste` makes of it, or undefined when nothing changed. */
export function replaceTokens(walk: Walk, bytes: Uint8Array, paste: (revealed: Revealed) => string | undefined): Uint8Array | undefined {
  return rebuild(bytes, tokensOf(walk, bytes), span => {
    const text = paste(walk.reveal(bytes, span.start, span.end))
    return text === undefined ? undefined : Buffer.from(text, 'utf8')
  })
}

/** Text whose quoting nothing tells, and containers that turn out malformed. */
export function revealUnknown(walk: Walk, bytes: Uint8Array): Uint8Array | undefined {
  return replaceTokens(walk, bytes, revealed => pasteUnknown(walk, revealed))
}
