/**
 * A load generator for machines without pgbench: each connection sends one request, made before the clock starts, and the
 * next one when ReadyForQuery has come. `pg` logs in; then its sockets are driven directly, so that no client library is measured.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { serialize } from 'pg-protocol'
import type { Measured, OwnLoadJob } from './load.js'
import { URL_VARIABLE } from './load.js'

const REQUESTS_PREPARED = 2_000
const HEADER_BYTES = 5
const READY_FOR_QUERY = 0x5a
const ERROR_RESPONSE = 0x45
const STATEMENT = 'load'

const requestsOf = ({ protocol, sql, idMax }: OwnLoadJob): readonly Buffer[] =>
  Array.from({ length: REQUESTS_PREPARED }, () => {
    const id = String(1 + Math.floor(Math.random() * idMax))
    if (protocol === 'simple') return serialize.query(sql.replace(':id', id))
    return Buffer.concat([serialize.bind({ statement: STATEMENT, values: [id] }), serialize.describe({ type: 'P', name: '' }), serialize.execute({}), serialize.sync()])
  })

/** Calls `onReady` for each ReadyForQuery in a stream of messages. Throws for an ErrorResponse. */
const watch = (onReady: () => void): ((chunk: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  return chunk => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + 1 + bytes.readUInt32BE(at + 1)
      if (end > bytes.length) break
      if (bytes[at] === ERROR_RESPONSE) throw new Error(bytes.toString('utf8', at, end))
      if (bytes[at] === READY_FOR_QUERY) onReady()
      at = end
    }
    rest = bytes.subarray(at)
  }
}

interface Counter {
  transactions: number
  isRunning: boolean
}

const drive = async (job: OwnLoadJob, counter: Counter): Promise<() => void> => {
  const client = new Client({ connectionString: process.env[URL_VARIABLE] })
  await client.connect()
  if (job.protocol === 'prepared') await client.query({ name: STATEMENT, text: job.sql.replace(':id', '$1'), values: [1] })
  const requests = requestsOf(job)
  const { stream } = client.connection
  let next = 0
  const send = (): void => {
    stream.write(requests[next++ % requests.length])
  }
  stream.removeAllListeners('data')
  stream.on('data', watch(() => {
    counter.transactions++
    if (counter.isRunning) send()
  }))
  return send
}

const run = async (job: OwnLoadJob): Promise<Measured> => {
  const counter: Counter = { transactions: 0, isRunning: true }
  const starts = await Promise.all(Array.from({ length: job.clients }, () => drive(job, counter)))
  const begin = performance.now()
  for (const start of starts) start()
  await sleep(job.seconds * 1000)
  const transactionsPerSecond = counter.transactions / ((performance.now() - begin) / 1000)
  counter.isRunning = false
  return { transactions: counter.transactions, transactionsPerSecond }
}

const job: OwnLoadJob = JSON.parse(process.argv[2] ?? '')
process.stdout.write(JSON.stringify(await run(job)), () => process.exit(0))
