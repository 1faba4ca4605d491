/** Ids which sort by time: 48 bits of milliseconds and 80 random bits in Crockford's base 32 (github.com/ulid/spec). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const RANDOM_BYTES = 10
/** Random bytes are fetched for so many ids at a time: fetching costs much the same for one as for a hundred. */
const IDS_A_FETCH = 64
const TIME_CHARACTERS = 10

const encodeTime = (milliseconds: number): string => {
  let text = ''
  let rest = milliseconds
  for (let index = 0; index < TIME_CHARACTERS; index++) {
    text = (ALPHABET[rest % 32] ?? '') + text
    rest = Math.floor(rest / 32)
  }
  return text
}

const encodeRandom = (bytes: Uint8Array): string => {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(value >>> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return text
}

const increment = (bytes: Uint8Array): void => {
  for (let index = bytes.length - 1; index >= 0; index--) {
    const next = ((bytes[index] ?? 0) + 1) & 255
    bytes[index] = next
    if (next !== 0) return
  }
}

/** Makes ids that rise strictly, also within a millisecond and when the clock steps back. */
export const createUlids = (randomBytes: (length: number) => Uint8Array): ((milliseconds: number) => string) => {
  let last = -1
  let time = ''
  let random: Uint8Array = new Uint8Array(RANDOM_BYTES)
  let fetched: Uint8Array = new Uint8Array(0)
  const nextRandom = (): Uint8Array => {
    if (fetched.length < RANDOM_BYTES) fetched = randomBytes(RANDOM_BYTES * IDS_A_FETCH)
    const next = Uint8Array.from(fetched.subarray(0, RANDOM_BYTES))
    fetched = fetched.subarray(RANDOM_BYTES)
    return next
  }
  return milliseconds => {
    if (milliseconds > last) {
      last = milliseconds
      time = encodeTime(milliseconds)
      random = nextRandom()
      // Room to count up within one millisecond without overflow.
      random[0] = (random[0] ?? 0) & 127
    } else {
      increment(random)
    }
    return time + encodeRandom(random)
  }
}
