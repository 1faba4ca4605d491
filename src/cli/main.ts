#!/usr/bin/env node
/** The command `pgveil`: one file per subcommand, registered here. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { asProxyError } from '../errors.js'
import { auditCommand } from './audit.js'
import { demoCommand } from './demo.js'
import { doctorCommand } from './doctor.js'
import { keysCommand } from './keys.js'
import { policyCommand } from './policy.js'
import { startCommand } from './start.js'
import { progress } from './output.js'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

/** From package.json, which lies as far above the sources as above the build. */
const version = (): string => {
  const { version: text }: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return text
}

const program = (): Command =>
  new Command('pgveil')
    .version(version())
    .description('PostgreSQL proxy: seals personal columns on write, opens or masks them by role on read, logs every access')
    .addCommand(startCommand())
    .addCommand(demoCommand())
    .addCommand(doctorCommand())
    .addCommand(keysCommand())
    .addCommand(policyCommand())
    .addCommand(auditCommand())

const exitsByItself = (command: Command): void => {
  command.exitOverride()
  for (const child of command.commands) exitsByItself(child)
}

const exitCodeOf = (error: unknown): number => {
  // Commander has already printed its own message; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE
  const known = asProxyError(error)
  progress(`pgveil: ${known.message}${known.hint === undefined ? '' : `\n  ${known.hint}`}`)
  if (known.code === 'internal' && known.cause instanceof Error) progress(known.cause.stack ?? '')
  return known.code === 'usage' ? EXIT_USAGE : EXIT_FAILURE
}

const main = async (): Promise<void> => {
  const command = program()
  exitsByItself(command)
  try {
    await command.parseAsync(process.argv)
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

await main()
