/** Programs that the benchmark uses if the machine has them. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The path of a program, or undefined. PostgreSQL's own are also looked for where Debian puts them. */
export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/lib/postgresql/15/bin', '/usr/sbin']
    .filter(folder => folder !== '')
    .map(folder => join(folder, name))
    .find(isExecutable)
