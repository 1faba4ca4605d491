import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProxyError } from '../errors.js'

const OWNER_FILE = 'pg.owner'

/**
 * Takes the home of a server for this process, so that a second start doesn't take the first one's server for a left-over
 * and stop it. Returns the release. Throws `embedded_failed` while another process has it; a dead owner counts for nothing.
 */
export const takeHome = async (home: string): Promise<() => Promise<void>> => {
  const path = join(home, OWNER_FILE)
  const mine = await describeProcess(process.pid)
  const isMineCertain = !mine.endsWith(' ')
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o600 })
      return () => rm(path, { force: true })
    } catch (cause) {
      const theirs = await readFile(path, 'utf8').catch(() => '')
      const pid = Number(theirs.split(' ')[0])
      // In a container every start may be process 1: without start times our own id in the file says nothing.
      const isCertain = pid !== process.pid || isMineCertain
      if (isCertain && isAlive(pid) && theirs === (await describeProcess(pid))) {
        throw new ProxyError('embedded_failed', { reason: `process ${pid} is using this data folder` }, { cause })
      }
      await rm(path, { force: true })
    }
  }
  throw new ProxyError('embedded_failed', { reason: 'another process is starting in this data folder' })
}

/** Process ids are given out again, so the start time (field 22, after the name in brackets) goes with it where the system tells it. */
const describeProcess = async (pid: number): Promise<string> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return `${pid} ${text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`
}

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}
