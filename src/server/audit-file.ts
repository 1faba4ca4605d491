/** The log file: a plain descriptor, since only writeSync throws on a full disk before anything is released. */
import { closeSync, fdatasync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { ProxyError } from '../errors.js'
import { readTail, TAIL_BYTES, type FileTail } from '../audit/recover.js'

export interface AuditFile {
  /** How many bytes went in; fewer than given when the disk is full. Throws only if none did. */
  append(bytes: Uint8Array): number
  /** How the file ended when it was opened. */
  readonly tail: FileTail
  /** Opens the path again if the file there is another one now (rotation by rename). The old one stays open if that fails. */
  reopen(): void
  /** Asks the disk to keep what was written, in the background; to be called each second. */
  sync(): void
  close(): void
}

const MODE = 0o600
const TAIL_READS_MAX = 3
const TAIL_WAIT_MS = 5

const openPath = (path: string): number => {
  try {
    mkdirSync(dirname(path), { recursive: true })
    // 'a+' is O_APPEND | O_CREAT | O_RDWR: each write goes to the end, whoever else appends.
    return openSync(path, 'a+', MODE)
  } catch (error) {
    throw new ProxyError('file_unreadable', { path, reason: 'the access log cannot be opened for writing' }, { cause: error })
  }
}

const readEnd = (fd: number): Uint8Array => {
  const size = fstatSync(fd).size
  const bytes = new Uint8Array(Math.min(size, TAIL_BYTES))
  let offset = 0
  while (offset < bytes.length) {
    const count = readSync(fd, bytes, offset, bytes.length - offset, size - bytes.length + offset)
    if (count === 0) break
    offset += count
  }
  return bytes.subarray(0, offset)
}

/** Another process may be in the middle of a write, so a torn line counts only if it stays torn. */
const settledTail = (fd: number): FileTail => {
  let tail = readTail(readEnd(fd))
  for (let reads = 1; tail.isLineOpen && reads < TAIL_READS_MAX; reads++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TAIL_WAIT_MS)
    tail = readTail(readEnd(fd))
  }
  return tail
}

const writeAll = (fd: number, bytes: Uint8Array): number => {
  let offset = 0
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset, bytes.length - offset)
    } catch (error) {
      if (offset === 0) throw error
      return offset
    }
  }
  return offset
}

const isSameFile = (fd: number, path: string): boolean => {
  try {
    const [open, there] = [fstatSync(fd), statSync(path)]
    return open.ino === there.ino && open.dev === there.dev
  } catch {
    return false
  }
}

/** A descriptor which is closed only when no sync is under way on it: its number could belong to another file by then. */
class SyncedFd {
  readonly fd: number
  #isSyncing = false
  #isClosing = false

  constructor(fd: number) {
    this.fd = fd
  }

  sync(): void {
    if (this.#isSyncing || this.#isClosing) return
    this.#isSyncing = true
    fdatasync(this.fd, () => {
      this.#isSyncing = false
      if (this.#isClosing) closeSync(this.fd)
    })
  }

  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    if (!this.#isSyncing) closeSync(this.fd)
  }
}

/** Opens (and creates, mode 0600) the log. Throws `file_unreadable`. */
export const openAuditFile = (path: string): AuditFile => {
  let file = new SyncedFd(openPath(path))
  return {
    tail: settledTail(file.fd),
    append: bytes => writeAll(file.fd, bytes),
    reopen: () => {
      if (isSameFile(file.fd, path)) return
      const old = file
      file = new SyncedFd(openPath(path))
      old.close()
    },
    sync: () => file.sync(),
    close: () => file.close(),
  }
}
