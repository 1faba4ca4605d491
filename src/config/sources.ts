import { ProxyError } from '../errors.js'
import type { ConfigFile } from './file.js'
import { fileKeyOf, flagKeyOf, NOT_BUILT_NAMES, settingsInOrder, variableOf, type Setting } from './options.js'
import { Problem } from './parsers.js'

/** Where settings come from, strongest first: flags, environment, file. */
export interface ConfigSources {
  /** As commander returns them: camelCase keys, `true` for a bare switch. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly file: ConfigFile | undefined
  /** An absolute path; relative ones are resolved against it. */
  readonly workingDirectory: string
}

interface GivenText {
  readonly text: string
  /** The flag, variable, or file and key, for errors. */
  readonly source: string
  readonly isFromFile: boolean
}

const PREFIX = 'PGVEIL_'
/** Variables of other parts (the root key, other commands, tests), and those which Kubernetes makes for a service named pgveil. */
const FOREIGN_VARIABLE = /^PGVEIL_(?:ROOT_KEY|PASSPHRASE_FILE|URL|TEST_\w*|BENCH_\w*|SERVICE_(?:HOST|PORT)\w*|PORT(?:_\d+_\w+)?)$/

const refuseUsage = (setting: string, source: string, reason: string): never => {
  throw new ProxyError('usage', { reason: `${source}: ${reason}`, setting, source })
}

const givenText = (setting: Setting<unknown>, sources: ConfigSources): GivenText | undefined => {
  const flag = sources.flags[flagKeyOf(setting.name)]
  if (flag !== undefined) return { text: String(flag), source: `--${setting.name}`, isFromFile: false }
  const variable = sources.environment[variableOf(setting.name)]
  if (variable !== undefined) return { text: variable, source: variableOf(setting.name), isFromFile: false }
  const key = fileKeyOf(setting.name)
  const entry = sources.file?.values.get(key)
  return entry === undefined ? undefined : { text: entry, source: `${sources.file?.source ?? ''}: ${key}`, isFromFile: true }
}

/**
 * The value of a setting from its strongest source, or undefined. Throws `usage` for a bad flag or variable and for what
 * is not built, `config_invalid` for a bad entry of the file; both name the setting and its source, never the value.
 */
export const readSetting = <T>(setting: Setting<T>, sources: ConfigSources): T | undefined => {
  const given = givenText(setting, sources)
  if (given === undefined) return undefined
  const value = setting.parse(given.text, sources.workingDirectory)
  if (!(value instanceof Problem)) return value
  const facts = { reason: `${given.source}: ${value.reason}`, setting: setting.name, source: given.source }
  throw new ProxyError(given.isFromFile && !value.isNotBuilt ? 'config_invalid' : 'usage', facts)
}

/**
 * Refuses settings that nobody would read: a mistyped `PGVEIL_CLIENT_TSL=require` must not leave clients in plaintext.
 * Throws `usage`, for unknown keys of the file `config_invalid`.
 */
export const refuseUnknownSettings = (sources: ConfigSources): void => {
  for (const name of NOT_BUILT_NAMES) {
    if (sources.flags[flagKeyOf(name)] !== undefined) refuseUsage(name, `--${name}`, 'not built yet')
    if (sources.environment[variableOf(name)] !== undefined) refuseUsage(name, variableOf(name), 'not built yet')
    if (sources.file?.values.has(fileKeyOf(name)) === true) refuseUsage(name, `${sources.file.source}: ${fileKeyOf(name)}`, 'not built yet')
  }
  const names = settingsInOrder().map(setting => setting.name)
  const variables = new Set(names.map(variableOf))
  for (const [variable, value] of Object.entries(sources.environment)) {
    if (value === undefined || !variable.startsWith(PREFIX) || variables.has(variable) || FOREIGN_VARIABLE.test(variable)) continue
    refuseUsage(variable, variable, 'no such setting')
  }
  const keys = new Set(names.map(fileKeyOf))
  for (const key of sources.file?.values.keys() ?? []) {
    if (!keys.has(key)) throw new ProxyError('config_invalid', { reason: `${sources.file?.source ?? ''}: ${key}: no such setting`, setting: key })
  }
}
