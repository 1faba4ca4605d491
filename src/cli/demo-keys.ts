/** Root key and keyring of the embedded demo, the one place where `start` makes keys. */
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyring, formatKeyring, syncKeyring, unlockKeyring } from '../crypto/keyring.js'
import { parseRootKey, type RootSecret } from '../crypto/root-secret.js'
import { ProxyError } from '../errors.js'
import type { Policy } from '../policy/types.js'
import { createKeyringFile, readBoundedFile, readKeyringFile, replaceKeyringFile } from './keyring-store.js'
import { progress } from './output.js'

const ROOT_KEY_BYTES = 32
const ROOT_KEY_FILE_BYTES_MAX = 256
const OWNER_ONLY = 0o600

/** Where the demo keeps its root key. */
export const demoRootKeyPath = (dataPath: string): string => join(dataPath, 'root.key')

/** Whether the keyring is the demo's own: only then may it be dropped with the demo's data. */
export const isDemoKeyring = (dataPath: string, keyringPath: string): boolean => {
  try {
    const secret = parseRootKey(readBoundedFile(demoRootKeyPath(dataPath), ROOT_KEY_FILE_BYTES_MAX))
    unlockKeyring(readKeyringFile(keyringPath), secret, keyringPath)
    return true
  } catch {
    return false
  }
}

const demoRootSecret = (dataPath: string): RootSecret => {
  const path = demoRootKeyPath(dataPath)
  if (!existsSync(path)) {
    writeFileSync(path, `${randomBytes(ROOT_KEY_BYTES).toString('base64')}\n`, { mode: OWNER_ONLY, flag: 'wx' })
    progress(`made ${path}: a root key beside the data protects nothing, so this is for trying only`)
  }
  return parseRootKey(readBoundedFile(path, ROOT_KEY_FILE_BYTES_MAX))
}

export interface DemoKeysOptions {
  readonly dataPath: string
  readonly keyringPath: string
  readonly policy: Policy
  /** Rows were sealed already, so keys that are gone can't be replaced. */
  readonly hasData: boolean
}

/** Makes what is missing of root key, keyring and field keys. Throws `keyring_invalid` when keys of existing data are gone. */
export const prepareDemoKeys = ({ dataPath, keyringPath, policy, hasData }: DemoKeysOptions): RootSecret => {
  const isLost = hasData && !(existsSync(demoRootKeyPath(dataPath)) && existsSync(keyringPath))
  if (isLost) throw new ProxyError('keyring_invalid', { source: keyringPath, reason: 'the keys of the demo data are gone; start afresh with --reset' })
  // Without the demo's root key beside it, a keyring belongs to some other database.
  const isForeign = existsSync(keyringPath) && !existsSync(demoRootKeyPath(dataPath))
  if (isForeign) throw new ProxyError('keyring_invalid', { source: keyringPath, reason: 'is not the keyring of the demo; give the demo another --data-dir' })
  const secret = demoRootSecret(dataPath)
  const now = new Date()
  if (!existsSync(keyringPath)) createKeyringFile(keyringPath, formatKeyring(createKeyring({ rootSecret: secret, now })))
  const { keyring, minted } = syncKeyring(unlockKeyring(readKeyringFile(keyringPath), secret, keyringPath), policy.fields.keys(), { now })
  if (minted.length > 0) replaceKeyringFile(keyringPath, formatKeyring(keyring))
  return secret
}
