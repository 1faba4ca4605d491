/** A Node proxy that only forwards bytes: what is between it and pgveil is pgveil's own work. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BenchDatabase } from '../database.js'
import { cpuSecondsOf, stopChild, type Target } from './target.js'

export const startBare = async ({ host, port }: BenchDatabase): Promise<Target> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../bare-proxy.js'), host, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'close')])
  if (typeof line !== 'string') throw new Error('the bare proxy does not start')
  return { name: 'bare', host: '127.0.0.1', port: Number(line), cpuSeconds: () => cpuSecondsOf(child.pid), stop: () => stopChild(child) }
}
