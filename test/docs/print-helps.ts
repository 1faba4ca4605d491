/** Prints the help of every command of pgveil as one JSON object, keyed by the command's words. A process of its own: the entry point runs when it is imported. */
const ENTRY = new URL('../../src/cli/main.ts', import.meta.url).href
const write = process.stdout.write.bind(process.stdout)

const helpOf = async (command: readonly string[]): Promise<string> => {
  let text = ''
  process.argv = [process.argv[0] ?? '', 'pgveil', ...command, '--help']
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk)
    return true
  }
  // Another address makes it another module, which runs again; what it imports does not.
  await import(`${ENTRY}?${command.join('-')}`)
  return text
}

const subcommandsIn = (help: string): readonly string[] =>
  [...(help.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name).filter(name => name !== 'help')

const helps: Record<string, { text: string; subcommands: readonly string[] }> = {}

const visit = async (command: readonly string[]): Promise<void> => {
  const text = await helpOf(command)
  const subcommands = subcommandsIn(text)
  helps[command.join(' ')] = { text, subcommands }
  for (const name of subcommands) await visit([...command, name])
}

await visit([])
write(JSON.stringify(helps))
