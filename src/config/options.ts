import { parseChoice, parseDatabaseUrl, parseEndpoint, parsePath, parseSwitch, parseUpstream, type Parser } from './parsers.js'
import type { Endpoint, SecretText } from './types.js'

/** One setting of `start`; flag, variable and key of the file all follow from its name. */
export interface Setting<T> {
  /** In kebab-case, as the flag has it. */
  readonly name: string
  readonly parse: Parser<T>
  /** What stands for the value in the help; undefined: a switch. */
  readonly valueName: string | undefined
  readonly help: string
  /** For the help only; resolving applies it. */
  readonly defaultText?: string
}

/** Every setting of `start` that is built. */
export interface SettingsTable {
  readonly listen: Setting<Endpoint>
  readonly upstream: Setting<Endpoint>
  readonly policy: Setting<string>
  readonly catalogUrl: Setting<SecretText>
  readonly keyring: Setting<string>
  readonly auditLog: Setting<string>
  readonly auditHead: Setting<string>
  readonly auditDurability: Setting<'write'>
  readonly admin: Setting<Endpoint>
  readonly tlsCert: Setting<string>
  readonly tlsKey: Setting<string>
  readonly clientTls: Setting<'off' | 'allow' | 'require'>
  readonly upstreamTls: Setting<'off' | 'require' | 'verify-full'>
  readonly upstreamCa: Setting<string>
  readonly dataDir: Setting<string>
  readonly reset: Setting<boolean>
  readonly json: Setting<boolean>
}

export const SETTINGS: SettingsTable = {
  listen: { name: 'listen', parse: parseEndpoint, valueName: 'HOST:PORT', help: 'where clients connect; port 0 picks a free one', defaultText: '127.0.0.1:6432' },
  upstream: { name: 'upstream', parse: parseUpstream, valueName: 'URL', help: 'the PostgreSQL server, as postgresql://host:port; without it an embedded one with demo data starts' },
  policy: { name: 'policy', parse: parsePath, valueName: 'FILE|DIR', help: 'the policy; required with --upstream' },
  catalogUrl: { name: 'catalog-url', parse: parseDatabaseUrl, valueName: 'URL', help: 'a login without privileges, to read the catalogue; required with --upstream' },
  keyring: { name: 'keyring', parse: parsePath, valueName: 'FILE', help: 'the wrapped keys', defaultText: 'keyring.json in the data directory' },
  auditLog: { name: 'audit-log', parse: parsePath, valueName: 'FILE', help: 'the access log', defaultText: 'audit.jsonl in the data directory' },
  auditHead: { name: 'audit-head', parse: parsePath, valueName: 'DIR', help: 'the signed heads of the access log', defaultText: 'heads in the data directory' },
  auditDurability: { name: 'audit-durability', parse: parseChoice(['write'], ['fsync']), valueName: 'write', help: 'what an event must survive before data is released', defaultText: 'write' },
  admin: { name: 'admin', parse: parseEndpoint, valueName: 'HOST:PORT', help: 'where /healthz, /readyz and /metrics are served' },
  tlsCert: { name: 'tls-cert', parse: parsePath, valueName: 'FILE', help: 'the certificate shown to clients; needs --tls-key' },
  tlsKey: { name: 'tls-key', parse: parsePath, valueName: 'FILE', help: 'the private key of --tls-cert' },
  clientTls: { name: 'client-tls', parse: parseChoice(['off', 'allow', 'require']), valueName: 'off|allow|require', help: 'whether clients may or must use TLS', defaultText: 'allow with --tls-cert, else off' },
  upstreamTls: { name: 'upstream-tls', parse: parseChoice(['off', 'require', 'verify-full']), valueName: 'off|require|verify-full', help: 'TLS to the server', defaultText: 'off' },
  upstreamCa: { name: 'upstream-ca', parse: parsePath, valueName: 'FILE', help: 'the authority that verify-full trusts', defaultText: 'those of Node' },
  dataDir: { name: 'data-dir', parse: parsePath, valueName: 'DIR', help: 'where state lives', defaultText: '.pgveil' },
  reset: { name: 'reset', parse: parseSwitch, valueName: undefined, help: 'drop the state of the embedded database first' },
  json: { name: 'json', parse: parseSwitch, valueName: undefined, help: 'print one JSON line when ready' },
}

/** Settings of the contract that are not built: asking for one is a usage error wherever it stands. */
export const NOT_BUILT_NAMES: readonly string[] = ['workers', 'client-ca']

const VARIABLE_PREFIX = 'PGVEIL_'

/** `audit-log` in the environment: `PGVEIL_AUDIT_LOG`. */
export const variableOf = (name: string): string => VARIABLE_PREFIX + name.replaceAll('-', '_').toUpperCase()

/** `audit-log` in pgveil.yaml: `audit_log`. */
export const fileKeyOf = (name: string): string => name.replaceAll('-', '_')

/** `audit-log` among the parsed flags: `auditLog`, as commander names it. */
export const flagKeyOf = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** `--audit-log <FILE>`, or `--json`, as commander wants it declared. */
export const flagOf = (setting: Setting<unknown>): string => (setting.valueName === undefined ? `--${setting.name}` : `--${setting.name} <${setting.valueName}>`)

/** The help of a setting with its default and variable. */
export const helpOf = (setting: Setting<unknown>): string => {
  const notes = [...(setting.defaultText === undefined ? [] : [`default: ${setting.defaultText}`]), `env: ${variableOf(setting.name)}`]
  return `${setting.help} (${notes.join('; ')})`
}

/** All settings in the order of the help. */
export const settingsInOrder = (): readonly Setting<unknown>[] => Object.values(SETTINGS)
