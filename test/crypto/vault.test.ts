import { createHash, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import tap from 'tap'
import type { Vault } from '../../src/crypto/vault.js'
import { Vault as VaultClass } from '../../src/crypto/vault.js'
import { A, B, C, FIELDS, unlockedFor, vaultForTests } from './keys-for-tests.js'

const vault = vaultForTests()
const openAll = (by: Vault, token: Uint8Array): ReturnType<Vault['open']> => by.open(token, 0, token.length)
const resum = (token: Buffer): Buffer => {
  const copy = Buffer.from(token)
  copy.write(createHash('sha256').update(copy.subarray(0, -9)).digest('hex').slice(0, 8), copy.length - 9)
  return copy
}

void tap.test('round trip of every length', async t => {
  for (const field of [A, B]) {
    for (let length = 0; length <= 600; length++) {
      const plaintext = randomBytes(length)
      const opened = openAll(vault, vault.seal(field, plaintext))
      if (opened.outcome !== 'opened' || opened.fieldName !== field.name || !opened.plaintext.equals(plaintext)) t.fail(`${field.name} ${length}`)
    }
  }
  for (const length of [4078, 4079, 4080, 4095, 4096, 5000, 100_000]) {
    const plaintext = randomBytes(length)
    t.match(openAll(vault, vault.seal(B, plaintext)), { outcome: 'opened', plaintext })
  }
})

void tap.test('lengths seen from outside are buckets', async t => {
  const lengthOf = (bytes: number): number => vault.seal(A, Buffer.alloc(bytes)).length
  t.equal(lengthOf(0), lengthOf(15))
  t.not(lengthOf(15), lengthOf(16))
  t.equal(lengthOf(240), lengthOf(255))
  t.equal(lengthOf(256), lengthOf(319))
  t.not(lengthOf(319), lengthOf(320))
  const date = { name: 'a', protect: 'random', isFixedWidth: true } as const
  t.equal(vault.seal(date, Buffer.from('1984-02-29')).length, vault.seal(date, Buffer.from('5874897-12-31')).length)
  t.throws(() => vault.seal(date, Buffer.alloc(32)), { code: 'internal' })
  t.equal(vault.seal(date, Buffer.alloc(31)).length, lengthOf(31))
})

void tap.test('plaintext that looks like padding survives', async t => {
  for (const plaintext of [Buffer.from([0x80]), Buffer.from([0x80, 0, 0]), Buffer.alloc(20), Buffer.alloc(40, 0x80)]) t.match(openAll(vault, vault.seal(A, plaintext)), { outcome: 'opened', plaintext })
})

void tap.test('equality seals alike, random does not, fields differ', async () => {
  fc.assert(
    fc.property(fc.string(), text => {
      const plaintext = Buffer.from(text)
      const sameField = vault.seal(B, plaintext).equals(vault.seal(B, plaintext))
      const otherField = vault.seal(B, plaintext).subarray(25).equals(vault.seal(C, plaintext).subarray(25))
      return sameField && !otherField && !vault.seal(A, plaintext).equals(vault.seal(A, plaintext))
    }),
  )
})

void tap.test('no change of one character opens, with or without a right sum', async t => {
  const plaintext = Buffer.from('Anna')
  for (const field of [A, B]) {
    const token = vault.seal(field, plaintext)
    for (let at = 0; at < token.length; at++) {
      for (const character of '~.AQz0_-aé') {
        const changed = Buffer.from(token)
        changed[at] = character.charCodeAt(0)
        if (changed.equals(token)) continue
        if (openAll(vault, changed).outcome === 'opened') t.fail(`opened: byte ${at} as ${character}`)
        if (at < token.length - 10 && openAll(vault, resum(changed)).outcome === 'opened') t.fail(`opened with sum: byte ${at} as ${character}`)
      }
    }
  }
  t.pass('none opened')
})

void tap.test('every failure of a token of a known field has the same outcome', async t => {
  const token = vault.seal(B, Buffer.from('Anna'))
  const failed = { outcome: 'failed', fieldName: 'b' }
  const box = Buffer.from(token)
  box.write(box[60] === 0x41 ? 'B' : 'A', 60)
  t.same(openAll(vault, resum(box)), failed, 'ciphertext')
  const keyId = Buffer.from(token)
  keyId.write(keyId[15] === 0x41 ? 'B' : 'A', 15)
  t.same(openAll(vault, resum(keyId)), failed, 'key id')
  t.same(openAll(vault, vault.seal({ name: 'b', protect: 'random' }, Buffer.from('Anna'))), failed, 'nonce that was not computed')
  const relabelled = Buffer.from(vault.seal(C, Buffer.from('Anna')))
  token.copy(relabelled, 0, 0, 25)
  t.same(openAll(vault, resum(relabelled)), failed, "another field's box")
  t.same(openAll(vault, resum(box)), openAll(vault, resum(keyId)))
})

void tap.test('text that is no token, or of an unknown field, is data', async t => {
  const stranger = new VaultClass(unlockedFor(['x', 'y', 'z', 'unknown']), FIELDS)
  const token = stranger.seal({ name: 'unknown', protect: 'random' }, Buffer.from('Anna'))
  t.same(openAll(vault, token), { outcome: 'not_a_token' })
  t.equal(vault.fieldOfToken(token, 0, token.length), undefined)
  for (const text of ['', 'Anna', '~pv1.', '~pv1.AQAAAAAB']) t.same(openAll(vault, Buffer.from(text)), { outcome: 'not_a_token' })
})

void tap.test('tokens of another keyring with the same ids fail', async t => {
  const token = vaultForTests().seal(A, Buffer.from('Anna'))
  t.same(openAll(vault, token), { outcome: 'failed', fieldName: 'a' })
})

void tap.test('a token at an offset of a shared buffer', async t => {
  const token = vault.seal(B, Buffer.from('Anna'))
  const chunk = new Uint8Array(Buffer.concat([Buffer.from('12345'), token, Buffer.from('678')]))
  const opened = vault.open(chunk.subarray(2), 3, 3 + token.length)
  t.match(opened, { outcome: 'opened', plaintext: Buffer.from('Anna') })
  t.equal(vault.fieldOfToken(chunk, 5, 5 + token.length), 'b')
  t.equal(vault.fieldOfToken(chunk, 5, 6 + token.length), undefined)
})

void tap.test('what was opened stays when the next value is', async t => {
  const first = openAll(vault, vault.seal(A, Buffer.from('Anna')))
  openAll(vault, vault.seal(A, Buffer.from('Bert')))
  t.match(first, { plaintext: Buffer.from('Anna') })
})

void tap.test('fields without a key', async t => {
  t.ok(vault.hasField('a'))
  t.notOk(vault.hasField('none'))
  for (const use of [() => vault.seal({ name: 'none', protect: 'random' }, Buffer.alloc(1)), () => vault.prefixOf('none'), () => vault.pseudonymKey('none', 'crm')]) {
    t.throws(use, { code: 'key_missing', facts: { field: 'none' } })
  }
})

void tap.test('derived keys differ by field and role and are stable', async t => {
  const keys = [vault.pseudonymKey('a', 'crm'), vault.pseudonymKey('a', 'support'), vault.pseudonymKey('b', 'crm'), vault.logKey()]
  t.equal(new Set(keys.map(key => key.toString('hex'))).size, 4)
  for (const key of keys) t.equal(key.length, 32)
  t.same(vault.pseudonymKey('a', 'crm'), keys[0])
})

void tap.test('random nonces are not repeated when the pool is refilled', async t => {
  const nonces = Array.from({ length: 1000 }, () => vault.seal(A, Buffer.alloc(0)).subarray(25, 57).toString('latin1'))
  t.equal(new Set(nonces).size, 1000)
})
