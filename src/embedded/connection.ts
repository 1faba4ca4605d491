import { Client } from 'pg'

/** Runs `use` on a connection of its own, which ends with it and takes what was not committed along. */
export const withClient = async <Result>(connectionString: string, use: (client: Client) => Promise<Result>): Promise<Result> => {
  const client = new Client({ connectionString })
  // A lost connection rejects the query under way; without a listener it would end the process as well.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
