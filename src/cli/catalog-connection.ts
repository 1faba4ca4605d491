/** The connection that reads the catalogue, by `pg`. It reconnects when it was lost. */
import { Client } from 'pg'
import { loadCatalog as load, type PrefixOf } from '../catalog/load.js'
import type { Query } from '../catalog/rows.js'
import type { LoadedCatalog } from '../catalog/snapshot.js'
import { ProxyError } from '../errors.js'
import type { Policy } from '../policy/types.js'

const CONNECT_TIMEOUT_MS = 5_000
/** One catalogue query; the whole load takes some tens of milliseconds on a small schema. */
const STATEMENT_TIMEOUT_MS = 30_000

export interface CatalogConnection {
  /** All calls reach one session, in order. Throws `catalog_unreachable` when it can't be made. */
  readonly query: Query
  readonly close: () => Promise<void>
}

// `pg` puts server-side facts in `code`, and system errors there as well; messages of either name hosts and users only.
const unreachable = (error: unknown): ProxyError =>
  new ProxyError('catalog_unreachable', { reason: error instanceof Error && error.message !== '' ? error.message : 'the connection failed' }, { cause: error })

const openClient = async (url: string, onLost: () => void): Promise<Client> => {
  try {
    const client = new Client({
      connectionString: url,
      application_name: 'pgveil-catalog',
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // The server may hang without closing; then only this side can end the wait.
      query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    })
    client.on('error', onLost)
    client.on('end', onLost)
    await client.connect()
    return client
  } catch (error) {
    throw unreachable(error)
  }
}

/** A catalogue connection to `url`; nothing is opened before the first query. */
export const connectCatalog = (url: string): CatalogConnection => {
  let opening: Promise<Client> | undefined
  const client = (): Promise<Client> => {
    if (opening !== undefined) return opening
    const mine: Promise<Client> = openClient(url, () => {
      if (opening === mine) opening = undefined
    })
    opening = mine
    mine.catch(() => {
      if (opening === mine) opening = undefined
    })
    return mine
  }
  return {
    query: async (sql, parameters = []) => {
      const session = await client()
      const result: unknown = await (parameters.length === 0 ? session.query(sql) : session.query(sql, [...parameters]))
      return rowsOf(result)
    },
    close: async () => {
      const last = opening
      opening = undefined
      await (await last?.catch(() => undefined))?.end()
    },
  }
}

// Several statements in one text give one result each; only the settings at the start of a load come so, without rows.
const rowsOf = (result: unknown): readonly Record<string, unknown>[] =>
  typeof result === 'object' && result !== null && 'rows' in result && Array.isArray(result.rows) ? result.rows : []

/** Connects, loads once and closes: for commands that need one look at the database. Throws `catalog_unreachable`. */
export const loadCatalog = async (url: string, policy: Policy, prefixOf: PrefixOf): Promise<LoadedCatalog> => {
  const connection = connectCatalog(url)
  try {
    return await load(connection.query, policy, prefixOf)
  } finally {
    await connection.close()
  }
}
