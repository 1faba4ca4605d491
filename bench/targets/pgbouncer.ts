/** pgbouncer, with session pooling: like pgveil, it then keeps one server connection for each client connection. */
import { spawn, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../src/embedded/free-port.js'
import type { BenchDatabase } from '../database.js'
import { findProgram } from '../programs.js'
import { cpuSecondsOf, stopChild, type Target } from './target.js'

const HOST = '127.0.0.1'
const START_ATTEMPTS = 50
const START_PAUSE_MS = 100

const settings = (database: BenchDatabase, port: number, folder: string): string => `
[databases]
${database.name} = host=${database.host} port=${database.port}
[pgbouncer]
listen_addr = ${HOST}
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
pool_mode = session
default_pool_size = 50
max_client_conn = 100
log_connections = 0
log_disconnections = 0
`

const isListening = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, HOST)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

const waitFor = async (port: number): Promise<void> => {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
    if (await isListening(port)) return
    await sleep(START_PAUSE_MS)
  }
  throw new Error('pgbouncer does not start')
}

const idOfNobody = (flag: '-u' | '-g'): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout)

/** It refuses to be root, and must be able to read its files as whoever it is then. */
const otherIdentity = (): { uid: number; gid: number } | undefined => (process.getuid?.() === 0 ? { uid: idOfNobody('-u'), gid: idOfNobody('-g') } : undefined)

/** What `--version` says of it; undefined if it is not installed. */
export const pgbouncerVersion = (): string | undefined => {
  const program = findProgram('pgbouncer')
  return program === undefined ? undefined : /[\d.]+/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[0]
}

/** Undefined if pgbouncer is not installed. */
export const startPgbouncer = async (database: BenchDatabase, parent: string): Promise<Target | undefined> => {
  const program = findProgram('pgbouncer')
  if (program === undefined) return undefined
  const folder = join(parent, 'pgbouncer')
  const identity = otherIdentity()
  const port = await freePort()
  mkdirSync(folder, { mode: 0o700 })
  const own = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (identity !== undefined) chownSync(path, identity.uid, identity.gid)
    return path
  }
  own('users.txt', `"${database.app.user}" "${database.app.password}"\n`)
  const file = own('pgbouncer.ini', settings(database, port, folder))
  if (identity !== undefined) {
    chmodSync(parent, 0o711)
    chownSync(folder, identity.uid, identity.gid)
  }
  const child = spawn(program, ['-q', file], { stdio: ['ignore', 'ignore', 'inherit'], ...identity })
  await waitFor(port)
  return { name: 'pgbouncer', host: HOST, port, cpuSeconds: () => cpuSecondsOf(child.pid), stop: () => stopChild(child) }
}
