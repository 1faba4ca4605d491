/** Composes a proxy from files and URLs: policy, keyring and catalogue in the terms of the server side. */
import { existsSync } from 'node:fs'
import { createCatalogHolder } from '../catalog/holder.js'
import { loadCatalog, type PrefixOf } from '../catalog/load.js'
import { auditSigner } from '../crypto/audit-signer.js'
import { unlockKeyring, type UnlockedKeyring } from '../crypto/keyring.js'
import type { RootSecret } from '../crypto/root-secret.js'
import { fieldPrefix } from '../crypto/token.js'
import { Vault } from '../crypto/vault.js'
import type { Catalog } from '../catalog/types.js'
import { ProxyError } from '../errors.js'
import type { Policy } from '../policy/types.js'
import { startProxy, type Proxy } from '../server/start.js'
import type { ClientTls, Endpoint, InForce, ProxyOptions, UpstreamTls } from '../server/types.js'
import { connectCatalog } from './catalog-connection.js'
import { readKeyringFile } from './keyring-store.js'
import { readPolicyFiles } from './policy-files.js'

export interface ProxySettings {
  readonly listen: Endpoint
  readonly admin?: Endpoint | undefined
  readonly upstream: Endpoint
  readonly upstreamTls?: UpstreamTls
  readonly clientTls?: ClientTls
  readonly policyPath: string
  readonly catalogUrl: string
  readonly keyringPath: string
  readonly rootSecret: RootSecret
  readonly auditLogPath: string
  readonly auditHeadPath: string
  readonly report?: (line: string) => void
  /** Bounds that tests make smaller. */
  readonly bounds?: Pick<ProxyOptions, 'connectionsMax' | 'startupMs' | 'shutdownMs'>
}

/** Field prefixes by the ids of a keyring. */
export const prefixesOf = (keyring: UnlockedKeyring['keyring']): PrefixOf => {
  const ids = new Map(keyring.fields.map(entry => [entry.field, entry.id] as const))
  return field => {
    const id = ids.get(field)
    return id === undefined ? undefined : fieldPrefix(id)
  }
}

/** A vault for the policy's fields. Throws `key_missing`. */
const vaultFor = (policy: Policy, unlocked: UnlockedKeyring): Vault => {
  const known = new Set(unlocked.keyring.fields.map(entry => entry.field))
  for (const name of policy.fields.keys()) if (!known.has(name)) throw new ProxyError('key_missing', { field: name })
  return new Vault(unlocked, policy.fields)
}

const requireUnblocked = (catalog: Catalog): void => {
  const blocking = catalog.findings.filter(finding => finding.severity === 'blocks')
  const [first] = blocking
  if (first !== undefined) throw new ProxyError('database_blocked', { count: blocking.length, first: `${first.object}: ${first.reason}` })
}

const unlock = ({ keyringPath, rootSecret }: ProxySettings): UnlockedKeyring => {
  if (!existsSync(keyringPath)) throw new ProxyError('keyring_invalid', { source: keyringPath, reason: 'there is no keyring; make one with: pgveil keys init' })
  return unlockKeyring(readKeyringFile(keyringPath), rootSecret, keyringPath)
}

interface Loader {
  readonly load: (versionAbove: number) => Promise<InForce>
  readonly close: () => Promise<void>
}

/** Reads policy and keyring anew each time; the catalogue's connection stays. */
const loaderOf = (settings: ProxySettings): Loader => {
  const connection = connectCatalog(settings.catalogUrl)
  // Two loads share the session, and one's transaction must not begin within the other's.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(action: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(action)
    last = turn.catch(() => undefined)
    return turn
  }
  const load = async (versionAbove: number): Promise<InForce> => {
    const policy = readPolicyFiles(settings.policyPath)
    const unlocked = unlock(settings)
    const vault = vaultFor(policy, unlocked)
    const prefixOf = prefixesOf(unlocked.keyring)
    const read = () => inTurn(() => loadCatalog(connection.query, policy, prefixOf))
    const catalog = createCatalogHolder({
      load: async () => ({ ...(await read()), version: versionAbove + 1 }),
      now: () => performance.now(),
    })
    requireUnblocked(await catalog.refresh())
    return { policy, vault, catalog }
  }
  return { load, close: connection.close }
}

const withClose = (proxy: Proxy, close: () => Promise<void>): Proxy => ({
  ...proxy,
  stop: async () => {
    await proxy.stop()
    await close()
  },
})

/**
 * Starts a proxy in this process. Throws whatever refuses a start, always as a ProxyError that says what to do: `policy_invalid`,
 * `file_unreadable`, `keyring_invalid`, `key_missing`, `catalog_unreachable`, `database_blocked`, `upstream_unreachable`,
 * `audit_unwritable`, `config_invalid`.
 */
export const openProxy = async (settings: ProxySettings): Promise<Proxy> => {
  // A bad policy is told before a missing keyring, which it may be the reason for.
  readPolicyFiles(settings.policyPath)
  const unlocked = unlock(settings)
  const loader = loaderOf(settings)
  try {
    const proxy = await startProxy({
      listen: settings.listen,
      admin: settings.admin,
      upstream: settings.upstream,
      upstreamTls: settings.upstreamTls ?? { mode: 'off' },
      clientTls: settings.clientTls ?? { mode: 'off' },
      audit: { path: settings.auditLogPath, headPath: settings.auditHeadPath, keyringId: unlocked.keyring.id, signer: auditSigner(unlocked) },
      load: loader.load,
      report: settings.report ?? (() => undefined),
      ...settings.bounds,
    })
    return withClose(proxy, loader.close)
  } catch (error) {
    await loader.close()
    throw error
  }
}
