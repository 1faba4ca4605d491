/** Runs `keys` alone, as a process of its own: `tsx run-keys.ts init --policy …`. Errors go to stderr as their message. */
import { keysCommand } from '../../src/cli/keys.js'
import { asProxyError } from '../../src/errors.js'

try {
  await keysCommand().parseAsync(process.argv.slice(2), { from: 'user' })
} catch (error) {
  process.stderr.write(asProxyError(error).message)
  process.exitCode = 1
}
