/** The program as it is shipped: code that tsx compiles as it goes measures twice as slow. */
import { spawnSync } from 'node:child_process'
import { cpSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')

/** Compiles `src` into `folder`; returns the path of the command's file. */
export const build = (folder: string): string => {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const dist = join(folder, 'dist')
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', dist], { encoding: 'utf8', cwd: ROOT })
  if (status !== 0) throw new Error(`src does not compile:\n${stdout}`)
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  for (const name of ['node_modules', 'policies']) symlinkSync(join(ROOT, name), join(folder, name))
  return join(dist, 'cli/main.js')
}
