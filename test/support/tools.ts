/** Programs that some tests drive if the machine has them; a test without one skips and says which. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of a program, or undefined. PostgreSQL's own are also looked for where Debian puts them. */
export const findTool = (name: string): string | undefined => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/lib/postgresql/15/bin', '/usr/sbin']
  return folders.filter(folder => folder !== '').map(folder => join(folder, name)).find(isExecutable)
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const hasPsql = (): boolean => findTool('psql') !== undefined
export const hasPgbench = (): boolean => findTool('pgbench') !== undefined
export const hasPgbouncer = (): boolean => findTool('pgbouncer') !== undefined
