import { readFileSync } from 'node:fs'
import sodium from 'sodium-native'
import tap from 'tap'
import { auditSigner, verifySignature } from '../../src/crypto/audit-signer.js'
import { UnlockedKeyring } from '../../src/crypto/keyring.js'
import { Vault, type SealMode } from '../../src/crypto/vault.js'
import { unlockedFor } from './keys-for-tests.js'

interface Primitives {
  readonly xchacha20poly1305: readonly { key: string; nonce: string; associatedData: string; plaintext: string; ciphertext: string; tag: string }[]
  readonly blake2b: readonly { key: string; input: string; hash: string }[]
  readonly ed25519: readonly { seed: string; publicKey: string; message: string; signature: string }[]
}

interface SealedValue {
  readonly fieldKey: string
  readonly fieldId: number
  readonly keyId: string
  readonly protect: SealMode
  readonly isFixedWidth: boolean
  readonly nonce?: string
  readonly plaintext: string
  readonly token: string
}

const read = (name: string): string => readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')
const primitives: Primitives = JSON.parse(read('primitives.json'))
const sealedValues: readonly SealedValue[] = JSON.parse(read('sealed-values.json'))
const hex = (text: string): Buffer => Buffer.from(text, 'hex')

void tap.test('XChaCha20-Poly1305 of the draft', async t => {
  for (const vector of primitives.xchacha20poly1305) {
    const text = hex(vector.plaintext)
    const tag = Buffer.alloc(16)
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt_detached(text, tag, text, hex(vector.associatedData), null, hex(vector.nonce), hex(vector.key))
    t.equal(text.toString('hex'), vector.ciphertext, 'in place')
    t.equal(tag.toString('hex'), vector.tag)
  }
})

void tap.test('BLAKE2b, plain and keyed', async t => {
  for (const vector of primitives.blake2b) {
    const output = Buffer.alloc(64)
    sodium.crypto_generichash(output, hex(vector.input), vector.key === '' ? undefined : hex(vector.key))
    t.equal(output.toString('hex'), vector.hash)
  }
})

void tap.test('Ed25519 of RFC 8032', async t => {
  for (const vector of primitives.ed25519) {
    const { keyring } = unlockedFor([])
    const unlocked = new UnlockedKeyring(keyring, { kek: Buffer.alloc(32), logKey: Buffer.alloc(32), auditSeed: hex(vector.seed), fieldKeys: new Map() })
    const signer = auditSigner(unlocked)
    t.equal(signer.publicKey.toString('hex'), vector.publicKey)
    t.equal(signer.sign(hex(vector.message)).toString('hex'), vector.signature)
    t.ok(verifySignature(hex(vector.publicKey), hex(vector.message), hex(vector.signature)))
  }
})

const vaultOf = (vector: SealedValue): Vault => {
  const base = unlockedFor([]).keyring
  const keyring = { ...base, fields: [{ field: 'f', id: vector.fieldId, key_id: vector.keyId, key: '', created: base.created }] }
  const unlocked = new UnlockedKeyring(keyring, { kek: Buffer.alloc(32), logKey: Buffer.alloc(32), auditSeed: Buffer.alloc(32), fieldKeys: new Map([['f', hex(vector.fieldKey)]]) })
  return new Vault(unlocked, new Map([['f', { protect: vector.protect }]]), into => into.set(hex(vector.nonce ?? '')))
}

void tap.test('sealed values of the independent implementation', async t => {
  t.equal(sealedValues.length, 24)
  for (const vector of sealedValues) {
    const vault = vaultOf(vector)
    const field = { name: 'f', protect: vector.protect, isFixedWidth: vector.isFixedWidth }
    t.equal(vault.seal(field, Buffer.from(vector.plaintext)).toString('latin1'), vector.token)
    const token = Buffer.from(vector.token, 'latin1')
    t.match(vault.open(token, 0, token.length), { outcome: 'opened', fieldName: 'f', plaintext: Buffer.from(vector.plaintext) })
  }
})
