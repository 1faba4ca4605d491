import { join, resolve } from 'node:path'
import { ProxyError } from '../errors.js'
import { SETTINGS, variableOf, type Setting } from './options.js'
import { readSetting, refuseUnknownSettings, type ConfigSources } from './sources.js'
import type { ClientTlsConfig, EmbeddedDatabase, Endpoint, ExternalDatabase, StartConfig, UpstreamTlsConfig } from './types.js'

const DEFAULT_LISTEN: Endpoint = { host: '127.0.0.1', port: 6432 }
const DEFAULT_DATA_DIRECTORY = '.pgveil'

const refuse = (setting: Setting<unknown>, reason: string): never => {
  throw new ProxyError('usage', { reason: `--${setting.name} (${variableOf(setting.name)}) ${reason}`, setting: setting.name })
}

const resolveClientTls = (sources: ConfigSources): ClientTlsConfig => {
  const certificatePath = readSetting(SETTINGS.tlsCert, sources)
  const keyPath = readSetting(SETTINGS.tlsKey, sources)
  if (certificatePath === undefined && keyPath !== undefined) refuse(SETTINGS.tlsCert, 'is required with --tls-key')
  if (certificatePath !== undefined && keyPath === undefined) refuse(SETTINGS.tlsKey, 'is required with --tls-cert')
  const isPossible = certificatePath !== undefined && keyPath !== undefined
  const mode = readSetting(SETTINGS.clientTls, sources) ?? (isPossible ? 'allow' : 'off')
  if (mode === 'off') return { mode }
  return isPossible ? { mode, certificatePath, keyPath } : refuse(SETTINGS.tlsCert, `is required with --client-tls ${mode}`)
}

const resolveUpstreamTls = (sources: ConfigSources): UpstreamTlsConfig => {
  const mode = readSetting(SETTINGS.upstreamTls, sources) ?? 'off'
  const caPath = readSetting(SETTINGS.upstreamCa, sources)
  if (mode === 'verify-full') return { mode, caPath }
  // An authority that nobody checks would look like verification.
  return caPath === undefined ? { mode } : refuse(SETTINGS.upstreamCa, 'needs --upstream-tls verify-full')
}

const resolveExternal = (upstream: Endpoint, sources: ConfigSources): ExternalDatabase => {
  const catalogUrl = readSetting(SETTINGS.catalogUrl, sources) ?? refuse(SETTINGS.catalogUrl, 'is required with --upstream')
  const policyPath = readSetting(SETTINGS.policy, sources) ?? refuse(SETTINGS.policy, 'is required with --upstream')
  if (readSetting(SETTINGS.reset, sources) === true) refuse(SETTINGS.reset, 'is for the embedded database, and --upstream is given')
  return { kind: 'external', upstream, upstreamTls: resolveUpstreamTls(sources), catalogUrl, policyPath }
}

const resolveEmbedded = (sources: ConfigSources): EmbeddedDatabase => {
  for (const setting of [SETTINGS.catalogUrl, SETTINGS.upstreamTls, SETTINGS.upstreamCa]) {
    if (readSetting<unknown>(setting, sources) !== undefined) refuse(setting, 'needs --upstream')
  }
  return { kind: 'embedded', policyPath: readSetting(SETTINGS.policy, sources), reset: readSetting(SETTINGS.reset, sources) ?? false }
}

/**
 * Merges flags, environment and file (in that order of strength) into what `start` runs with. Pure: files are read by
 * the caller. Throws `usage` and `config_invalid`, naming the setting and its source but never its value.
 */
export const resolveConfig = (sources: ConfigSources): StartConfig => {
  refuseUnknownSettings(sources)
  const dataPath = readSetting(SETTINGS.dataDir, sources) ?? resolve(sources.workingDirectory, DEFAULT_DATA_DIRECTORY)
  const upstream = readSetting(SETTINGS.upstream, sources)
  return {
    listen: readSetting(SETTINGS.listen, sources) ?? DEFAULT_LISTEN,
    admin: readSetting(SETTINGS.admin, sources),
    database: upstream === undefined ? resolveEmbedded(sources) : resolveExternal(upstream, sources),
    clientTls: resolveClientTls(sources),
    keyringPath: readSetting(SETTINGS.keyring, sources) ?? join(dataPath, 'keyring.json'),
    auditLogPath: readSetting(SETTINGS.auditLog, sources) ?? join(dataPath, 'audit.jsonl'),
    auditHeadPath: readSetting(SETTINGS.auditHead, sources) ?? join(dataPath, 'heads'),
    auditDurability: readSetting(SETTINGS.auditDurability, sources) ?? 'write',
    dataPath,
    json: readSetting(SETTINGS.json, sources) ?? false,
  }
}
