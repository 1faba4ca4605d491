/** `pgveil policy ddl`: prints the SQL that turns the policy's columns into sealed ones. */
import { Command } from 'commander'
import { ddlFor } from '../catalog/ddl.js'
import type { PrefixOf } from '../catalog/load.js'
import type { Catalog } from '../catalog/types.js'
import { fieldPrefix } from '../crypto/token.js'
import { ProxyError } from '../errors.js'
import type { Policy } from '../policy/types.js'
import { loadCatalog } from './catalog-connection.js'
import { readKeyringFile } from './keyring-store.js'
import { print, printJson } from './output.js'
import { readPolicyFiles } from './policy-files.js'

interface DdlOptions {
  readonly keyring?: string
  readonly upstream?: string
  readonly json?: true
}

/** Field prefixes by the ids in a keyring file; nothing is unlocked for it. Throws `file_unreadable` and `keyring_invalid`. */
const prefixesIn = (path: string): PrefixOf => {
  const ids = new Map(readKeyringFile(path).fields.map(entry => [entry.field, entry.id] as const))
  return field => {
    const id = ids.get(field)
    return id === undefined ? undefined : fieldPrefix(id)
  }
}

const lookAt = async (url: string | undefined, policy: Policy, prefixOf: PrefixOf): Promise<Catalog | undefined> =>
  url === undefined ? undefined : loadCatalog(url, policy, prefixOf)

const ddl = async (path: string, options: DdlOptions): Promise<void> => {
  if (options.keyring === undefined) throw new ProxyError('usage', { reason: 'policy ddl needs --keyring FILE: a guard names the key of its column' })
  const policy = readPolicyFiles(path)
  const prefixOf = prefixesIn(options.keyring)
  const sql = ddlFor(policy, await lookAt(options.upstream, policy, prefixOf), prefixOf)
  if (options.json) return printJson({ policy: policy.hash, sql })
  print(sql.trimEnd())
}

/** The command `policy ddl`. */
export const ddlCommand = (): Command =>
  new Command('ddl')
    .description('print the type changes and guards for the columns that a policy seals')
    .argument('<file>', 'policy file, or directory of policy files')
    .option('--keyring <file>', 'the keyring that seals them', process.env['PGVEIL_KEYRING'])
    .option('--upstream <url>', 'leave out what this database has already')
    .option('--json', 'one JSON document')
    .action(ddl)
