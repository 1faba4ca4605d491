/** A keyring for tests, unlocked, with the fields `a` (random) and `b`, `c` (equality). */
import { createKeyring, syncKeyring, unlockKeyring, type UnlockedKeyring } from '../../src/crypto/keyring.js'
import type { RootSecret } from '../../src/crypto/root-secret.js'
import { Vault, type SealedField } from '../../src/crypto/vault.js'

export const NOW: Date = new Date('2026-01-02T03:04:05Z')
export const ROOT_SECRET: RootSecret = { kind: 'key', bytes: Buffer.alloc(32, 7) }

export const A: SealedField = { name: 'a', protect: 'random' }
export const B: SealedField = { name: 'b', protect: 'equality' }
export const C: SealedField = { name: 'c', protect: 'equality' }
export const FIELDS: ReadonlyMap<string, SealedField> = new Map([A, B, C].map(field => [field.name, field]))

export const unlockedFor = (names: readonly string[]): UnlockedKeyring => {
  const empty = unlockKeyring(createKeyring({ rootSecret: ROOT_SECRET, now: NOW }), ROOT_SECRET)
  return unlockKeyring(syncKeyring(empty, names, { now: NOW }).keyring, ROOT_SECRET)
}

export const vaultForTests = (): Vault => new Vault(unlockedFor(['a', 'b', 'c']), FIELDS)
