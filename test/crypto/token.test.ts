import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import tap from 'tap'
import { fieldIdAt, fieldPrefix, isWholeToken, MARKER, tokenEnd } from '../../src/crypto/token.js'
import { A, B, vaultForTests } from './keys-for-tests.js'

const vault = vaultForTests()
const token = vault.seal(B, Buffer.from('anna@example.org'))
const text = token.toString('latin1')
const resummed = (body: string): Buffer => Buffer.from(`${body}${createHash('sha256').update(body).digest('hex').slice(0, 8)}.`, 'latin1')

void tap.test('a token is found, whole and inside other text', async t => {
  t.equal(MARKER.toString(), '~pv1.')
  t.ok(isWholeToken(token, 0, token.length))
  const inside = Buffer.concat([Buffer.from('{"x":"'), token, Buffer.from('"}')])
  t.equal(tokenEnd(inside, 6, inside.length), 6 + token.length)
  t.notOk(isWholeToken(inside, 0, inside.length))
  t.equal(tokenEnd(inside, 5, inside.length), -1)
})

void tap.test('two tokens in a row are two tokens', async t => {
  const two = Buffer.concat([token, token])
  t.equal(tokenEnd(two, 0, two.length), token.length)
  t.equal(tokenEnd(two, token.length, two.length), two.length)
  t.notOk(isWholeToken(two, 0, two.length))
  t.same(vault.open(two, 0, two.length), { outcome: 'not_a_token' })
})

void tap.test('every truncation is no token', async t => {
  for (let end = 0; end < token.length; end++) {
    t.equal(tokenEnd(token, 0, end), -1)
    t.equal(tokenEnd(token.subarray(0, end), 0, end), -1)
  }
  t.equal(tokenEnd(token, 0, token.length + 1), -1, 'end beyond the bytes')
})

void tap.test('no mutation of one byte is a token', async t => {
  const mutated = Buffer.from(token)
  for (let at = 0; at < token.length; at++) {
    for (let value = 0; value < 256; value++) {
      if (value === token[at]) continue
      mutated[at] = value
      if (tokenEnd(mutated, 0, mutated.length) !== -1) t.fail(`byte ${at} as ${value}`)
    }
    mutated[at] = token[at] ?? 0
  }
  t.ok(isWholeToken(mutated, 0, mutated.length))
})

void tap.test('with a right sum, still no token', async t => {
  const body = text.slice(0, -9)
  const hostile: Record<string, string> = {
    padding: `${body.slice(0, -1)}=.`,
    'plain base64': `${body.slice(0, 25)}+${body.slice(26)}`,
    'one character less': `${body.slice(0, -2)}.`,
    'box of 55 bytes': `${body.slice(0, 25)}${'A'.repeat(74)}.`,
    'box of 57 bytes': `${body.slice(0, 25)}${'A'.repeat(76)}.`,
    'padded to 272 bytes': `${body.slice(0, 25)}${'A'.repeat(Math.ceil(((40 + 272) * 4) / 3))}.`,
    'suite 2': `~pv1.Ag${body.slice(7)}`,
    'suite 0': `~pv1.AA${body.slice(7)}`,
    'eq not empty': `${body.slice(0, 22)}AAAA${body.slice(22)}`,
    'longer header': `${body.slice(0, 21)}AAAA${body.slice(21)}`,
    'capital marker': `~PV1.${body.slice(5)}`,
    'other version': `~pv2.${body.slice(5)}`,
    'dot missing': `${body.slice(0, 21)}...${body.slice(25)}`,
    'a byte over 127': `${body.slice(0, 30)}\u00e9${body.slice(31)}`,
  }
  for (const [name, changed] of Object.entries(hostile)) t.equal(tokenEnd(resummed(changed), 0, resummed(changed).length), -1, name)
  t.equal(tokenEnd(resummed(body), 0, token.length), token.length, 'the counterpart unchanged')
  t.ok(isWholeToken(resummed(`${body.slice(0, 25)}${'A'.repeat(75)}.`), 0, 110), 'shortest box')
})

void tap.test('unused bits of the last character must be zero', async t => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (const { bytes, spare } of [{ bytes: 0, spare: 2 }, { bytes: 40, spare: 4 }]) {
    const body = vault.seal(B, Buffer.alloc(bytes, 65)).toString('latin1').slice(0, -9)
    const last = alphabet.indexOf(body.at(-2) ?? '')
    for (let bits = 0; bits < 2 ** spare; bits++) {
      const changed = resummed(`${body.slice(0, -2)}${alphabet[last | bits] ?? ''}.`)
      t.equal(isWholeToken(changed, 0, changed.length), bits === 0, `${bits} in ${spare} spare bits`)
    }
  }
})

void tap.test('the sum is in lower case', async t => {
  const upper = Buffer.from(text.slice(0, -9) + text.slice(-9).toUpperCase(), 'latin1')
  t.equal(tokenEnd(upper, 0, upper.length), text.slice(-9).toUpperCase() === text.slice(-9) ? token.length : -1)
})

void tap.test('the formula of the guard agrees', async t => {
  const right = text.slice(-9)
  const left = text.slice(0, -9)
  t.equal(right, `${createHash('sha256').update(left).digest('hex').slice(0, 8)}.`)
  t.ok(text.startsWith(`~pv1.${vault.prefixOf('b')}`))
})

void tap.test('field ids and prefixes agree', async t => {
  t.equal(fieldPrefix(1), 'AQAAAAAB')
  t.equal(fieldPrefix(2 ** 40 - 1), 'Af______')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 40 - 1 }), id => {
      const start = Buffer.from(`~pv1.${fieldPrefix(id)}AAAAAAAA....`)
      return fieldIdAt(start, 0) === id
    }),
  )
})

void tap.test('any bytes: an answer within bounds, and no throw', async t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(50), (bytes, at) => {
      const stuffed = Buffer.concat([bytes.subarray(0, at), token.subarray(0, 100), bytes])
      const end = tokenEnd(stuffed, at, stuffed.length)
      return end === -1 || end <= stuffed.length
    }),
  )
  const random = vault.seal(A, Buffer.alloc(3000))
  t.ok(isWholeToken(new Uint8Array(random), 0, random.length), 'a plain Uint8Array')
})
