import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { ProxyError } from '../errors.js'
import type { BinariesPackage, LibraryLink } from './binaries.js'

const MANIFEST = 'pgveil-files.json'

/**
 * A copy of the server binaries in `parent` that every account can read, made once for each package version and user.
 * Returns its folder. Throws `embedded_failed` when something that is not ours stands in its place.
 */
export const copyRuntime = async (source: BinariesPackage, parent: string, uid: number): Promise<string> => {
  const key = createHash('sha256').update(`${source.name} ${source.version} ${uid}`).digest('hex').slice(0, 16)
  const folder = join(parent, `pgveil-pg-${key}`)
  if (await isOurs(folder, uid)) {
    if (await isComplete(folder)) return folder
    // Cleaners of temporary folders delete single files that were not read for days.
    await rm(folder, { recursive: true, force: true })
  }
  const fresh = await mkdtemp(join(parent, 'pgveil-pg-new-'))
  try {
    await copyTree(source.nativeFolder, fresh)
    await makeLinks(fresh, source.symlinks)
    await writeFile(join(fresh, MANIFEST), JSON.stringify(await sizesBelow(fresh)))
    await publish(fresh, folder, uid)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return folder
}

/**
 * False if nothing is there. The name is predictable and the parent open to everyone, so another user may have planted
 * a folder, or a link to one, whose `postgres` we would then run: anything not owned by us alone is refused.
 */
const isOurs = async (folder: string, uid: number): Promise<boolean> => {
  const found = await lstat(folder).catch(() => undefined)
  if (found === undefined) return false
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0) return true
  throw new ProxyError('embedded_failed', { reason: `${folder} belongs to another user or is open to others; remove it` })
}

const isComplete = async (folder: string): Promise<boolean> => {
  try {
    return (await readFile(join(folder, MANIFEST), 'utf8')) === JSON.stringify(await sizesBelow(folder))
  } catch {
    return false
  }
}

// Renaming is atomic, so a folder of the final name is always whole; a copy made meanwhile by another process serves as well.
const publish = async (fresh: string, folder: string, uid: number): Promise<void> => {
  await chmod(fresh, 0o755)
  try {
    await rename(fresh, folder)
  } catch (cause) {
    if (!(await isOurs(folder, uid))) throw new ProxyError('embedded_failed', { reason: `${folder} cannot be created` }, { cause })
  }
}

const sizesBelow = async (folder: string): Promise<Readonly<Record<string, number>>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile() && entry.name !== MANIFEST).map(entry => join(entry.parentPath, entry.name))
  const sizes = await Promise.all(files.map(async path => [relative(folder, path), (await lstat(path)).size] as const))
  return Object.fromEntries(sizes.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Modes are set and not copied: a clone under umask 077 would yield files that only its owner can read. */
const copyTree = async (from: string, to: string): Promise<void> => {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      await mkdir(target)
      await chmod(target, 0o755)
      await copyTree(source, target)
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(source), target)
    } else {
      await copyFile(source, target, constants.COPYFILE_FICLONE)
      await chmod(target, ((await lstat(source)).mode & 0o100) === 0 ? 0o644 : 0o755)
    }
  }
}

const makeLinks = async (folder: string, links: readonly LibraryLink[]): Promise<void> => {
  for (const { path, target } of links) {
    const link = join(folder, path)
    await rm(link, { force: true })
    await symlink(relative(dirname(link), join(folder, target)), link)
  }
}
