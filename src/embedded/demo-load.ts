import type { Client } from 'pg'
import { withClient } from './connection.js'
import { DEMO_COUNTS, demoRows, type DemoCounts, type DemoRow } from './demo-people.js'
import { DEMO_TABLES, type DemoTable } from './demo-schema.js'

export interface DemoLoadOptions {
  /** The proxy's connection string, for a login that may write: so the rows arrive sealed. */
  readonly url: string
  readonly counts?: DemoCounts
  /** Called after each statement. */
  readonly progress?: (rows: number) => void
}

const ROWS_PER_STATEMENT = 500

/**
 * Fills the empty sample CRM in one transaction; returns the number of rows, or 0 if it is filled already. Errors of the
 * server or the proxy pass through.
 */
export const loadDemo = ({ url, counts = DEMO_COUNTS, progress }: DemoLoadOptions): Promise<number> =>
  withClient(url, async client => {
    await client.query('BEGIN')
    const { rowCount: accounts } = await client.query('SELECT id FROM accounts LIMIT 1')
    if (accounts !== 0) return 0
    let rows = 0
    for (const batch of batches(demoRows(counts))) {
      await client.query(insertText(batch.table, batch.rows.length), batch.rows.flat())
      rows += batch.rows.length
      progress?.(rows)
    }
    await advanceSequences(client)
    await client.query('COMMIT')
    return rows
  })

interface Batch {
  readonly table: DemoTable
  readonly rows: DemoRow['values'][]
}

function* batches(rows: Iterable<DemoRow>): Generator<Batch> {
  let batch: Batch | undefined
  for (const { table, values } of rows) {
    if (batch !== undefined && (batch.table !== table || batch.rows.length === ROWS_PER_STATEMENT)) {
      yield batch
      batch = undefined
    }
    batch ??= { table, rows: [] }
    batch.rows.push(values)
  }
  if (batch !== undefined) yield batch
}

const insertText = (table: DemoTable, rows: number): string => {
  const columns = DEMO_TABLES[table]
  const row = (index: number): string => `(${columns.map((_, column) => `$${index * columns.length + column + 1}`).join(', ')})`
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array.from({ length: rows }, (_, index) => row(index)).join(', ')}`
}

/** The rows brought their ids along, which the sequences behind the columns don't notice. */
const advanceSequences = async (client: Client): Promise<void> => {
  for (const table of Object.keys(DEMO_TABLES)) {
    const { rows } = await client.query<{ id: number | null }>(`SELECT max(id) AS id FROM ${table}`)
    const id = rows[0]?.id
    if (typeof id === 'number') await client.query(`SELECT setval('${table}_id_seq', ${id})`)
  }
}
