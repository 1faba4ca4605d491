/** `pgveil doctor`: looks at what a start needs, changes nothing, and says what to do. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { loadCatalog } from '../catalog/load.js'
import type { ExternalDatabase, StartConfig } from '../config/types.js'
import { parseRootKey, type RootSecret } from '../crypto/root-secret.js'
import { asProxyError } from '../errors.js'
import type { Policy } from '../policy/types.js'
import { connectUpstream, upstreamTarget } from '../server/upstream.js'
import { connectCatalog } from './catalog-connection.js'
import { demoRootKeyPath } from './demo-keys.js'
import { auditHead, auditLog, catalogLogin, databaseFindings, keyringKeys, keyringMode, type Diagnosis } from './diagnosis.js'
import { readBoundedFile, readKeyringFile } from './keyring-store.js'
import { print, printJson } from './output.js'
import { readPolicyFiles } from './policy-files.js'
import { prefixesOf } from './proxy.js'
import { findRootSecret } from './root-secret.js'
import { DEMO_POLICY } from './start-embedded.js'
import { passphraseFileOf, readConfig, withSettings, type Flags } from './start.js'

const EXIT_FAILURE = 1
const ROOT_KEY_FILE_BYTES_MAX = 256

/** What an examination says, or its error as a failure. */
const examined = async (check: string, examine: () => Promise<readonly Diagnosis[]>): Promise<readonly Diagnosis[]> => {
  try {
    return await examine()
  } catch (error) {
    const { message, hint } = asProxyError(error)
    return [{ check, status: 'failed', detail: message, remedy: hint ?? '' }]
  }
}

const upstream = (database: ExternalDatabase): Promise<readonly Diagnosis[]> =>
  examined('upstream', async () => {
    const socket = await connectUpstream(upstreamTarget(database.upstream, database.upstreamTls))
    socket.destroy()
    return [{ check: 'upstream', status: 'ok', detail: `${database.upstream.host}:${database.upstream.port} accepts connections`, remedy: '' }]
  })

const catalogue = (config: StartConfig, database: ExternalDatabase, policy: Policy): Promise<readonly Diagnosis[]> =>
  examined('catalogue login', async () => {
    const connection = connectCatalog(database.catalogUrl.reveal())
    try {
      const login = await catalogLogin(connection.query)
      // Without a keyring no guard can be recognised, which its own line says already.
      const prefixOf = existsSync(config.keyringPath) ? prefixesOf(readKeyringFile(config.keyringPath)) : () => undefined
      return [login, ...databaseFindings(await loadCatalog(connection.query, policy, prefixOf))]
    } finally {
      await connection.close()
    }
  })

const secretFor = (config: StartConfig, flags: Flags): Promise<RootSecret> => {
  const demoKey = demoRootKeyPath(config.dataPath)
  if (config.database.kind === 'external' || !existsSync(demoKey)) return findRootSecret(passphraseFileOf(flags), 'existing')
  return Promise.resolve(parseRootKey(readBoundedFile(demoKey, ROOT_KEY_FILE_BYTES_MAX)))
}

const keys = (config: StartConfig, flags: Flags, policy: Policy): Promise<readonly Diagnosis[]> =>
  examined('keys', async () => (existsSync(config.keyringPath) ? [keyringKeys(config.keyringPath, await secretFor(config, flags), policy)] : []))

const examinePolicy = (path: string): { readonly policy: Policy | undefined; readonly diagnosis: Diagnosis } => {
  try {
    const policy = readPolicyFiles(path)
    return { policy, diagnosis: { check: 'policy', status: 'ok', detail: `${path}, hash ${policy.hash}`, remedy: '' } }
  } catch (error) {
    return { policy: undefined, diagnosis: { check: 'policy', status: 'failed', detail: asProxyError(error).message, remedy: 'pgveil policy check' } }
  }
}

const diagnose = async (config: StartConfig, flags: Flags): Promise<readonly Diagnosis[]> => {
  const { database } = config
  const { policy, diagnosis } = examinePolicy(database.policyPath ?? DEMO_POLICY)
  return [
    diagnosis,
    ...(database.kind === 'external' ? await upstream(database) : []),
    ...(database.kind === 'external' && policy !== undefined ? await catalogue(config, database, policy) : []),
    ...(await examined('keyring file', () => Promise.resolve([keyringMode(config.keyringPath)]))),
    ...(policy === undefined ? [] : await keys(config, flags, policy)),
    auditLog(config),
    ...(await examined('log head', () => Promise.resolve([auditHead(config)]))),
  ]
}

const doctor = async (flags: Flags): Promise<void> => {
  const config = readConfig(flags)
  const diagnoses = await diagnose(config, flags)
  const isFine = diagnoses.every(({ status }) => status !== 'failed')
  if (!isFine) process.exitCode = EXIT_FAILURE
  if (config.json) return printJson({ ok: isFine, checks: diagnoses })
  for (const { check, status, detail, remedy } of diagnoses) {
    print(`${status.padEnd(7)}  ${check}: ${detail}`)
    if (remedy !== '') print(`         ${remedy}`)
  }
}

/** The command `doctor`; it takes the settings of `start`. */
export const doctorCommand = (): Command => withSettings(new Command('doctor').description('check what a start needs, and say what to do; exit code 1 if something fails')).action(doctor)
