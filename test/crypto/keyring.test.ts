import { inspect } from 'node:util'
import sodium from 'sodium-native'
import tap from 'tap'
import { auditSigner, verifySignature } from '../../src/crypto/audit-signer.js'
import { createKeyring, formatKeyring, parseKeyring, syncKeyring, unlockKeyring, type Keyring } from '../../src/crypto/keyring.js'
import { parseRootKey, type RootSecret } from '../../src/crypto/root-secret.js'
import { fieldPrefix } from '../../src/crypto/token.js'
import { NOW, ROOT_SECRET, unlockedFor } from './keys-for-tests.js'

const invalid = (reason: RegExp): { code: string; message: RegExp } => ({ code: 'keyring_invalid', message: reason })

void tap.test('a keyring survives its file and gives the same keys', async t => {
  const unlocked = unlockedFor(['a', 'b'])
  const again = unlockKeyring(parseKeyring(formatKeyring(unlocked.keyring), 'ring'), ROOT_SECRET)
  t.same(again.keyring, unlocked.keyring)
  t.same(again.fieldKey('a'), unlocked.fieldKey('a'))
  t.same(again.logKey(), unlocked.logKey())
  t.notSame(again.fieldKey('a'), again.fieldKey('b'))
  t.throws(() => again.fieldKey('c'), { code: 'key_missing' })
})

void tap.test('keys are neither printed nor in the file', async t => {
  const unlocked = unlockedFor(['a'])
  const secrets = [unlocked.fieldKey('a'), unlocked.logKey(), unlocked.auditSeed()]
  const shown = [formatKeyring(unlocked.keyring), JSON.stringify(unlocked), inspect(unlocked, { depth: 9, showHidden: true })].join('\n')
  for (const secret of secrets) for (const form of ['hex', 'base64url', 'base64'] as const) t.notOk(shown.includes(secret.toString(form)))
})

void tap.test('a wrong root key is named as such', async t => {
  const { keyring } = unlockedFor(['a'])
  t.throws(() => unlockKeyring(keyring, { kind: 'key', bytes: Buffer.alloc(32, 8) }, 'ring'), invalid(/^ring: wrong root key$/))
  t.throws(() => unlockKeyring(keyring, { kind: 'passphrase', text: Buffer.from('x') }, 'ring'), invalid(/PGVEIL_ROOT_KEY/))
})

void tap.test('passphrases', async t => {
  const cheap = { operations: sodium.crypto_pwhash_OPSLIMIT_MIN, memory: sodium.crypto_pwhash_MEMLIMIT_MIN }
  const secret: RootSecret = { kind: 'passphrase', text: Buffer.from('correct horse') }
  const keyring = createKeyring({ rootSecret: secret, now: NOW, passphraseCost: cheap })
  const parsed = parseKeyring(formatKeyring(keyring), 'ring')
  t.match(parsed.root, { kind: 'argon2id', ...cheap })
  t.ok(unlockKeyring(parsed, secret))
  t.throws(() => unlockKeyring(parsed, { kind: 'passphrase', text: Buffer.from('Correct horse') }), invalid(/wrong passphrase/))
  t.throws(() => unlockKeyring(parsed, ROOT_SECRET), invalid(/passphrase/))
})

void tap.test('sync mints upwards, keeps what is there and never reuses an id', async t => {
  const first = unlockedFor(['a', 'b'])
  const { keyring, minted } = syncKeyring(first, ['b', 'c', 'c'], { now: NOW })
  t.same(minted, ['c'])
  t.same(keyring.fields.map(entry => [entry.field, entry.id]), [['a', 1], ['b', 2], ['c', 3]])
  t.same(keyring.fields.slice(0, 2), first.keyring.fields, 'a, which is no longer named, and b are kept')
  const gone: Keyring = { ...keyring, fields: keyring.fields.slice(0, 1) }
  t.same(syncKeyring(unlockKeyring(gone, ROOT_SECRET), ['d'], { now: NOW }).keyring.fields.at(-1)?.id, 4)
  t.same(syncKeyring(first, ['a'], { now: NOW }), { keyring: first.keyring, minted: [] })
})

void tap.test('no prefix holds a wildcard of LIKE', async t => {
  const names = Array.from({ length: 70 }, (_, index) => `field ${index}`)
  const { keyring } = unlockedFor(names)
  for (const entry of keyring.fields) t.notMatch(fieldPrefix(entry.id), /[_%\\]/)
  t.equal(keyring.fields.find(entry => entry.id === 63), undefined)
})

void tap.test('an entry that was changed or moved does not unlock', async t => {
  const { keyring } = unlockedFor(['a', 'b'])
  const [a, b] = keyring.fields
  if (a === undefined || b === undefined) throw new TypeError('two fields')
  const other = unlockedFor(['a']).keyring
  const changes: Record<string, Keyring> = {
    'keys swapped': { ...keyring, fields: [{ ...a, key: b.key }, { ...b, key: a.key }] },
    renamed: { ...keyring, fields: [{ ...a, field: 'z' }, b] },
    'id changed': { ...keyring, next_field_id: 10, fields: [{ ...a, id: 9 }, b] },
    'key id changed': { ...keyring, fields: [{ ...a, key_id: '000000000000' }, b] },
    'from another keyring': { ...keyring, fields: other.fields },
    'log key as seed': { ...keyring, audit: { ...keyring.audit, seed: keyring.log_key } },
    'public key replaced': { ...keyring, audit: { ...keyring.audit, public_key: other.audit.public_key } },
    'keyring id changed': { ...keyring, id: other.id },
  }
  for (const [name, changed] of Object.entries(changes)) t.throws(() => unlockKeyring(changed, ROOT_SECRET), { code: 'keyring_invalid' }, name)
})

void tap.test('reading is strict and repeats nothing of the file', async t => {
  const { keyring } = unlockedFor(['a', 'b'])
  const [a] = keyring.fields
  const hostile: readonly (readonly [string, unknown, RegExp])[] = [
    ['other version', { ...keyring, version: 2 }, /^ring: version: /],
    ['unknown key', { ...keyring, secret: 1 }, /secret/],
    ['missing key', { ...keyring, kek: undefined }, /^ring: kek: /],
    ['short wrapped key', { ...keyring, kek: keyring.kek.slice(1) }, /^ring: kek: /],
    ['field twice', { ...keyring, fields: [a, { ...a, id: 2 }] }, /a field stands twice/],
    ['id twice', { ...keyring, fields: [a, { ...a, field: 'z' }] }, /a field id stands twice/],
    ['next id too low', { ...keyring, next_field_id: 2 }, /next_field_id: must be above/],
    ['id 0', { ...keyring, fields: [{ ...a, id: 0 }] }, /^ring: fields\.0\.id: /],
    ['id of 41 bits', { ...keyring, fields: [{ ...a, id: 2 ** 40 }] }, /^ring: fields\.0\.id: /],
    ['memory without bound', { ...keyring, root: { kind: 'argon2id', salt: 'A'.repeat(22), operations: 3, memory: 2 ** 40 } }, /^ring: root\.memory: /],
    ['null', null, /^ring: /],
  ]
  for (const [name, changed, message] of hostile) t.throws(() => parseKeyring(JSON.stringify(changed), 'ring'), invalid(message), name)
  t.throws(() => parseKeyring('{"kek": hunter2', 'ring'), invalid(/^ring: not JSON$/))
})

void tap.test('root keys', async t => {
  const text = Buffer.alloc(32, 0xff).toString('base64')
  t.same(parseRootKey(`${text}\n`), { kind: 'key', bytes: Buffer.alloc(32, 0xff) })
  const wrong = ['', 'hunter2', text.slice(1), `${text}A`, text.replace('=', ''), Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), `${'/'.repeat(43)}=`]
  for (const each of wrong) t.throws(() => parseRootKey(each), { code: 'config_invalid', message: /^PGVEIL_ROOT_KEY is not 32 bytes in base64/ })
})

void tap.test('signatures of the access log', async t => {
  const unlocked = unlockedFor([])
  const signer = auditSigner(unlocked)
  const head = Buffer.from('head')
  const signature = signer.sign(new Uint8Array(head))
  t.equal(signer.keyId, unlocked.keyring.audit.key_id)
  t.equal(signer.publicKey.toString('base64url'), unlocked.keyring.audit.public_key)
  t.ok(verifySignature(signer.publicKey, head, signature))
  t.notOk(verifySignature(signer.publicKey, Buffer.from('Head'), signature))
  t.notOk(verifySignature(auditSigner(unlockedFor([])).publicKey, head, signature))
  t.notOk(verifySignature(signer.publicKey, head, signature.subarray(1)))
  t.notOk(verifySignature(Buffer.alloc(31), head, signature))
})
