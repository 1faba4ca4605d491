/** `pgveil keys`: makes the keyring and mints keys for fields. `start` only reads it. */
import { Command } from 'commander'
import { createKeyring, formatKeyring, syncKeyring, unlockKeyring, type Keyring } from '../crypto/keyring.js'
import type { RootSecret } from '../crypto/root-secret.js'
import { fieldPrefix } from '../crypto/token.js'
import { createKeyringFile, readKeyringFile, replaceKeyringFile, requireNoFile } from './keyring-store.js'
import { print, printJson, table } from './output.js'
import { readPolicyFiles } from './policy-files.js'
import { findRootSecret } from './root-secret.js'

interface KeyringOptions {
  readonly keyring: string
  readonly json?: true
}

interface MintOptions extends KeyringOptions {
  readonly policy: string
  readonly passphraseFile?: string
}

const fieldNames = (policyPath: string): readonly string[] => [...readPolicyFiles(policyPath).fields.keys()]

const minted = (keyring: Keyring, secret: RootSecret, names: readonly string[], path: string): ReturnType<typeof syncKeyring> =>
  syncKeyring(unlockKeyring(keyring, secret, path), names, { now: new Date() })

const backupAdvice = (path: string, secret: RootSecret): readonly string[] => [
  'Back up both, in different places:',
  `  1. the keyring ${path} (again after each "keys sync")`,
  secret.kind === 'key' ? '  2. the root key in PGVEIL_ROOT_KEY' : '  2. the passphrase',
  'If either is lost, the sealed data is lost: nobody can open it again, and a database backup does not help.',
]

const report = (lines: readonly string[]): void => {
  for (const line of lines) print(line)
}

const init = async (options: MintOptions): Promise<void> => {
  requireNoFile(options.keyring)
  const names = fieldNames(options.policy)
  const secret = await findRootSecret(options.passphraseFile, 'new')
  const { keyring } = minted(createKeyring({ rootSecret: secret, now: new Date() }), secret, names, options.keyring)
  createKeyringFile(options.keyring, formatKeyring(keyring))
  if (options.json) return printJson({ keyring: options.keyring, id: keyring.id, minted: names })
  report([`Wrote ${options.keyring} with keys for ${names.length} field(s): ${names.join(', ')}`, ...backupAdvice(options.keyring, secret)])
}

const sync = async (options: MintOptions): Promise<void> => {
  const names = fieldNames(options.policy)
  const existing = readKeyringFile(options.keyring)
  const result = minted(existing, await findRootSecret(options.passphraseFile, 'existing'), names, options.keyring)
  const unused = existing.fields.map(entry => entry.field).filter(name => !names.includes(name))
  if (result.minted.length > 0) replaceKeyringFile(options.keyring, formatKeyring(result.keyring))
  if (options.json) return printJson({ keyring: options.keyring, id: existing.id, minted: result.minted, unused })
  report([
    result.minted.length === 0 ? 'Every field has a key.' : `Minted keys for ${result.minted.length} field(s): ${result.minted.join(', ')}. Back up ${options.keyring} again.`,
    ...(unused.length === 0 ? [] : [`Not in the policy, kept since the database may hold their values: ${unused.join(', ')}`]),
  ])
}

const list = (options: KeyringOptions): void => {
  const keyring = readKeyringFile(options.keyring)
  const rows = keyring.fields.map(entry => ({ field: entry.field, id: entry.id, prefix: fieldPrefix(entry.id), keyId: entry.key_id, created: entry.created }))
  if (options.json) return printJson({ keyring: options.keyring, id: keyring.id, fields: rows })
  table(['field', 'id', 'prefix', 'key id', 'created'], rows.map(row => [row.field, String(row.id), row.prefix, row.keyId, row.created]))
}

const DEFAULT_KEYRING = '.pgveil/keyring.json'

const keyringOptions = (command: Command): Command => command.option('--keyring <file>', 'keyring file', process.env['PGVEIL_KEYRING'] ?? DEFAULT_KEYRING).option('--json', 'report as one JSON document')

const mintOptions = (command: Command): Command => {
  const policy = process.env['PGVEIL_POLICY']
  const described = ['--policy <file>', 'policy file, or directory of policy files'] as const
  return keyringOptions(policy === undefined ? command.requiredOption(...described) : command.option(...described, policy)).option(
    '--passphrase-file <file>',
    'unlock by the passphrase in this file instead of PGVEIL_ROOT_KEY',
    process.env['PGVEIL_PASSPHRASE_FILE'],
  )
}

/** The command `keys` with its subcommands. */
export const keysCommand = (): Command =>
  new Command('keys')
    .description('make the keyring and mint keys for the fields of a policy')
    .addCommand(mintOptions(new Command('init').description('make a keyring with a key for each field of the policy')).action(init))
    .addCommand(mintOptions(new Command('sync').description('mint keys for the fields that have none')).action(sync))
    .addCommand(keyringOptions(new Command('list').description('show fields and ids, no keys')).action(list))
