/** Keyring files on disk: written whole or not at all, readable by their owner alone. */
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseKeyring, type Keyring } from '../crypto/keyring.js'
import { ProxyError, systemCode, systemReason } from '../errors.js'
import { KEYRING_FILE_BYTES_MAX } from '../limits.js'

const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700

const unreadable = (path: string, error: unknown): ProxyError => new ProxyError('file_unreadable', { path, reason: systemReason(error) }, { cause: error })

const existsAlready = (path: string): ProxyError => new ProxyError('keyring_invalid', { source: path, reason: 'exists already; to add keys to it use: pgveil keys sync' })

/** Reads a file of at most `bytesMax` bytes as text. Throws `file_unreadable`. */
export const readBoundedFile = (path: string, bytesMax: number): string => {
  try {
    if (statSync(path).size > bytesMax) throw new ProxyError('file_unreadable', { path, reason: `longer than ${bytesMax} bytes` })
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw error instanceof ProxyError ? error : unreadable(path, error)
  }
}

/** Throws `keyring_invalid` if there is a file at the path: overwriting a keyring would lose every value sealed under it. */
export const requireNoFile = (path: string): void => {
  if (existsSync(path)) throw existsAlready(path)
}

/** Reads a keyring. Throws `file_unreadable` and `keyring_invalid`. */
export const readKeyringFile = (path: string): Keyring => parseKeyring(readBoundedFile(path, KEYRING_FILE_BYTES_MAX), path)

const writeDurably = (path: string, text: string): void => {
  const file = openSync(path, 'wx', OWNER_ONLY)
  try {
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

// A rename is durable only when the folder is synced as well (fsync(2)).
const syncFolder = (path: string): void => {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

const putInPlace = (path: string, text: string, place: (temporary: string) => void): void => {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER })
    writeDurably(temporary, text)
    place(temporary)
    syncFolder(dirname(path))
  } catch (error) {
    throw systemCode(error) === 'EEXIST' ? existsAlready(path) : unreadable(path, error)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Writes a new keyring. Throws `keyring_invalid` if the file exists: link(2), unlike rename, does not replace one made meanwhile. */
export const createKeyringFile = (path: string, text: string): void => putInPlace(path, text, temporary => linkSync(temporary, path))

/** Replaces a keyring in one step: a crash leaves the old one or the new one. Throws `file_unreadable`. */
export const replaceKeyringFile = (path: string, text: string): void => putInPlace(path, text, temporary => renameSync(temporary, path))
