/** Strict base64url (RFC 4648 section 5) between byte ranges: no padding, unused bits zero, no strings in between. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** What `sextetOf` answers for a byte outside the alphabet. */
export const NOT_BASE64URL = 255

const CHARACTERS: Uint8Array = Uint8Array.from(ALPHABET, character => character.charCodeAt(0))

const SEXTETS: Uint8Array = new Uint8Array(256).fill(NOT_BASE64URL)
for (let sextet = 0; sextet < ALPHABET.length; sextet++) SEXTETS[ALPHABET.charCodeAt(sextet)] = sextet

/** The six bits of the character at `offset`, or `NOT_BASE64URL`, also past the end. */
export const sextetOf = (text: Uint8Array, offset: number): number => SEXTETS[text[offset] ?? 0] ?? NOT_BASE64URL

const characterOf = (sextet: number): number => CHARACTERS[sextet & 63] ?? 0

/** Characters that `bytes` bytes take. */
export const base64urlLength = (bytes: number): number => Math.ceil((bytes * 4) / 3)

/**
 * Bytes that a text of `characters` characters decodes to, or -1 if no text of that length exists.
 */
export const decodedLength = (characters: number): number => (characters % 4 === 1 ? -1 : Math.floor((characters * 3) / 4))

/**
 * Whether the bits that the last character has to spare are zero. They carry nothing, so other texts would decode to
 * the same bytes, and `=` and UNIQUE in the database would see several values where there is one.
 */
export const hasCanonicalEnd = (text: Uint8Array, end: number, characters: number): boolean => {
  const spare = characters % 4 === 2 ? 0b1111 : characters % 4 === 3 ? 0b11 : 0
  return (sextetOf(text, end - 1) & spare) === 0
}

/**
 * Decodes `text[start, end)` into `into` from `at` on. The caller has checked alphabet, length and room: this is the
 * inner loop of opening, and it writes nothing sensible for other input.
 */
export const decodeInto = (text: Uint8Array, start: number, end: number, into: Uint8Array, at: number): void => {
  let from = start
  let to = at
  for (; from + 4 <= end; from += 4, to += 3) {
    const bits = (sextetOf(text, from) << 18) | (sextetOf(text, from + 1) << 12) | (sextetOf(text, from + 2) << 6) | sextetOf(text, from + 3)
    into[to] = bits >> 16
    into[to + 1] = bits >> 8
    into[to + 2] = bits
  }
  if (end - from >= 2) into[to] = (sextetOf(text, from) << 2) | (sextetOf(text, from + 1) >> 4)
  if (end - from === 3) into[to + 1] = (sextetOf(text, from + 1) << 4) | (sextetOf(text, from + 2) >> 2)
}

/** Encodes `bytes[start, end)` into `into` from `at` on and returns the offset behind the last character. */
export const encodeInto = (bytes: Uint8Array, start: number, end: number, into: Uint8Array, at: number): number => {
  let from = start
  let to = at
  for (; from + 3 <= end; from += 3, to += 4) {
    const bits = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
    into[to] = characterOf(bits >> 18)
    into[to + 1] = characterOf(bits >> 12)
    into[to + 2] = characterOf(bits >> 6)
    into[to + 3] = characterOf(bits)
  }
  if (from === end) return to
  const bits = ((bytes[from] ?? 0) << 16) | ((from + 1 < end ? bytes[from + 1] ?? 0 : 0) << 8)
  into[to++] = characterOf(bits >> 18)
  into[to++] = characterOf(bits >> 12)
  if (end - from === 2) into[to++] = characterOf(bits >> 6)
  return to
}
