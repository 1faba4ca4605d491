/** `pgveil start`: settings, start, signals, end. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { parseConfigFile, type ConfigFile } from '../config/file.js'
import { flagOf, helpOf, NOT_BUILT_NAMES, settingsInOrder } from '../config/options.js'
import { resolveConfig } from '../config/resolve.js'
import type { ExternalDatabase, StartConfig } from '../config/types.js'
import { CONFIG_FILE_BYTES_MAX } from '../limits.js'
import { readBoundedFile } from './keyring-store.js'
import { progress } from './output.js'
import { openProxy } from './proxy.js'
import { findRootSecret } from './root-secret.js'
import { Signals } from './signals.js'
import { startEmbedded } from './start-embedded.js'
import { endpointText, printReady, type Started } from './started.js'

/** As commander returns them. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>

const CONFIG_FILE = 'pgveil.yaml'

const configFile = (): ConfigFile | undefined => {
  const path = resolve(CONFIG_FILE)
  return existsSync(path) ? parseConfigFile(readBoundedFile(path, CONFIG_FILE_BYTES_MAX), path) : undefined
}

/** The settings of `start` from the flags of a command, the environment and `pgveil.yaml`. Throws `usage` and `config_invalid`. */
export const readConfig = (flags: Flags): StartConfig =>
  resolveConfig({ flags, environment: process.env, file: configFile(), workingDirectory: process.cwd() })

/** The file that `--passphrase-file` or its variable names. */
export const passphraseFileOf = ({ passphraseFile }: Flags): string | undefined =>
  typeof passphraseFile === 'string' ? passphraseFile : process.env['PGVEIL_PASSPHRASE_FILE']

const startExternal = async (config: StartConfig, database: ExternalDatabase, flags: Flags): Promise<Started> => {
  const proxy = await openProxy({
    ...config,
    upstream: database.upstream,
    upstreamTls: database.upstreamTls,
    policyPath: database.policyPath,
    catalogUrl: database.catalogUrl.reveal(),
    rootSecret: await findRootSecret(passphraseFileOf(flags), 'existing'),
    report: progress,
  })
  return { proxy, upstreamUrl: `postgresql://${endpointText(database.upstream)}`, accounts: undefined, stop: () => proxy.stop() }
}

const startAs = (config: StartConfig, flags: Flags): Promise<Started> =>
  config.database.kind === 'external' ? startExternal(config, config.database, flags) : startEmbedded(config, config.database)

const runUntilEnded = async (config: StartConfig, flags: Flags, signals: Signals): Promise<void> => {
  const started = await startAs(config, flags)
  signals.onReload(async () => {
    await started.proxy.reload()
    progress('reloaded')
  })
  if (!signals.isEnded) printReady(started, { isJson: config.json, auditLogPath: config.auditLogPath })
  await signals.ended
  progress('ending: no new connections; waiting for open transactions')
  await started.stop()
}

const start = async (flags: Flags): Promise<void> => {
  const config = readConfig(flags)
  const signals = new Signals()
  try {
    await runUntilEnded(config, flags, signals)
  } finally {
    signals.release()
  }
}

/** Declares the settings of `start` on a command, so that `doctor` takes the same ones. */
export const withSettings = (command: Command): Command => {
  for (const setting of settingsInOrder()) command.option(flagOf(setting), helpOf(setting))
  command.option('--passphrase-file <FILE>', 'unlock the keyring by the passphrase in this file (env: PGVEIL_PASSPHRASE_FILE)')
  // Known, so that asking for one is answered by name.
  for (const name of NOT_BUILT_NAMES) command.addOption(new Option(`--${name} <VALUE>`).hideHelp())
  return command
}

/** The command `start`. */
export const startCommand = (): Command =>
  withSettings(new Command('start').description('run the proxy; without --upstream, together with an embedded PostgreSQL and sample data')).action(start)
