import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ProxyError } from '../errors.js'
import { areLinksMade, findBinaries } from './binaries.js'
import { runChild, type Identity } from './process.js'
import { copyRuntime } from './runtime-copy.js'
import { stopServer, type Runtime } from './server-control.js'

/** In the data-dir: where the server's files are, when they can't be below it. */
export const LOCATION_FILE = 'pg.location'

/**
 * Makes the binaries and a home for the data ready. PostgreSQL refuses to run as root, and another account can't enter
 * a data-dir inside a 0700 folder, so for root both lie under the system's temporary folder and the server is `nobody`.
 * `binFolder` replaces the packaged binaries. Throws `embedded_failed`.
 */
export const prepareRuntime = async (dataDir: string, binFolder?: string): Promise<Runtime> => {
  const uid = process.getuid?.() ?? -1
  if (uid === 0) return prepareAsRoot(dataDir, binFolder)
  if (binFolder !== undefined) return { binFolder, identity: undefined, home: dataDir }
  const source = await findBinaries()
  const folder = (await areLinksMade(source)) ? source.nativeFolder : await copyRuntime(source, await realpath(tmpdir()), uid)
  return { binFolder: join(folder, 'bin'), identity: undefined, home: dataDir }
}

const prepareAsRoot = async (dataDir: string, binFolder: string | undefined): Promise<Runtime> => {
  const identity = await nobody()
  const parents = await openParents()
  if (binFolder !== undefined) return makeHome({ binFolder, identity, parent: parents[0], dataDir })
  const source = await findBinaries()
  for (const parent of parents) {
    const copied = join(await copyRuntime(source, parent, 0), 'bin')
    if (await runs(copied, parent, identity)) return makeHome({ binFolder: copied, identity, parent, dataDir })
  }
  throw new ProxyError('embedded_failed', { reason: `no program can be run as nobody from ${parents.join(' or ')}` })
}

// Temporary folders are often mounted noexec.
const runs = async (binFolder: string, cwd: string, identity: Identity): Promise<boolean> => {
  const asked = runChild(join(binFolder, 'postgres'), ['--version'], { cwd, identity, timeoutMs: 20_000 })
  return asked.then(({ exitCode }) => exitCode === 0, () => false)
}

const nobody = async (): Promise<Identity> => {
  const fields = (await readFile('/etc/passwd', 'utf8')).split('\n').map(line => line.split(':')).find(([name]) => name === 'nobody')
  const [, , uid, gid] = fields ?? []
  if (uid === undefined || gid === undefined) throw new ProxyError('embedded_failed', { reason: 'PostgreSQL refuses to run as root, and there is no account nobody' })
  return { uid: Number(uid), gid: Number(gid) }
}

/** Temporary folders which every account can enter and in which nobody can replace what is ours. */
const openParents = async (): Promise<readonly [string, ...string[]]> => {
  const open: string[] = []
  for (const candidate of [tmpdir(), '/tmp', '/var/tmp']) {
    const path = await realpath(candidate).catch(() => undefined)
    if (path !== undefined && !open.includes(path) && (await isOpenAndSafe(path))) open.push(path)
  }
  const [first, ...others] = open
  if (first === undefined) throw new ProxyError('embedded_failed', { reason: `no temporary folder can be entered by every account; set TMPDIR` })
  return [first, ...others]
}

const isOpenAndSafe = async (path: string): Promise<boolean> => {
  const { mode, uid } = await stat(path)
  const isSticky = (mode & 0o1000) !== 0
  if ((mode & 0o001) === 0 || uid !== 0 || ((mode & 0o022) !== 0 && !isSticky)) return false
  const parent = dirname(path)
  return parent === path || isOpenAndSafe(parent)
}

interface HomeOptions {
  readonly binFolder: string
  readonly identity: Identity
  readonly parent: string
  readonly dataDir: string
}

/**
 * The home belongs to root and only the data in it to `nobody`: if we wrote files into a folder of another account,
 * a link planted there would let it choose which file root overwrites.
 */
const makeHome = async ({ binFolder, identity, parent, dataDir }: HomeOptions): Promise<Runtime> => {
  const record = join(dataDir, LOCATION_FILE)
  const recorded = await readFile(record, 'utf8').catch(() => undefined)
  if (recorded !== undefined && (await isRootFolder(recorded))) return { binFolder, identity, home: recorded }
  const home = join(parent, `pgveil-data-${createHash('sha256').update(await realpath(dataDir)).digest('hex').slice(0, 16)}`)
  // Not recorded, so left by a data-dir that was deleted: its server first, then its files.
  if (await isRootFolder(home)) await discardHome({ binFolder, identity, home })
  await mkdir(home, { mode: 0o755 })
  await chmod(home, 0o755)
  await writeFile(record, home, { mode: 0o600 })
  return { binFolder, identity, home }
}

const isRootFolder = async (path: string): Promise<boolean> => {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return false
  if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return true
  throw new ProxyError('embedded_failed', { reason: `${path} belongs to another user or is open to others; remove it` })
}

const discardHome = async (runtime: Runtime): Promise<void> => {
  await stopServer(runtime)
  await rm(runtime.home, { recursive: true, force: true })
}
