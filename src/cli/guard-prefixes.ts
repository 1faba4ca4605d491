/** What the guards of sealed columns look for, read from a keyring file without unlocking it. */
import type { PrefixOf } from '../catalog/load.js'
import { fieldPrefix } from '../crypto/token.js'
import { readKeyringFile } from './keyring-store.js'

/** Without a keyring no guard can be recognised, so every column counts as unguarded: not knowing means no. */
export const prefixesOf = (keyring: string | undefined): PrefixOf => {
  if (keyring === undefined) return () => undefined
  const ids = new Map(readKeyringFile(keyring).fields.map(entry => [entry.field, entry.id]))
  return field => {
    const id = ids.get(field)
    return id === undefined ? undefined : fieldPrefix(id)
  }
}
