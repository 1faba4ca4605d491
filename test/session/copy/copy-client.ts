/** COPY through node-postgres, whose client hands the messages of a query to the query itself. */
import type { Client, Connection, Submittable } from 'pg'

interface CopyConnection {
  sendCopyFromChunk(chunk: Uint8Array): void
  endCopyFrom(): void
}

/** One COPY: sends `input` at CopyInResponse, collects the bodies of CopyData. */
class CopyQuery implements Submittable {
  readonly rows: Buffer[] = []
  readonly #sql: string
  readonly #input: readonly Uint8Array[]
  readonly #done: (error: Error | undefined) => void

  constructor(sql: string, input: readonly Uint8Array[], done: (error: Error | undefined) => void) {
    this.#sql = sql
    this.#input = input
    this.#done = done
  }

  submit(connection: Connection): void {
    connection.query(this.#sql)
  }

  handleCopyInResponse(connection: CopyConnection): void {
    for (const chunk of this.#input) connection.sendCopyFromChunk(chunk)
    connection.endCopyFrom()
  }

  handleCopyData(message: { readonly chunk: Buffer }): void {
    this.rows.push(Buffer.from(message.chunk))
  }

  handleCommandComplete(): void {}

  /** node-postgres forgets the query at its error, so this is the end of it. */
  handleError(error: Error): void {
    this.#done(error)
  }

  handleReadyForQuery(): void {
    this.#done(undefined)
  }
}

/** Runs one COPY; gives the bodies of its CopyData messages. Rejects with the server's error. */
export const copy = (client: Client, sql: string, input: readonly Uint8Array[] = []): Promise<readonly Buffer[]> =>
  new Promise((resolve, reject) => {
    const query: CopyQuery = new CopyQuery(sql, input, error => (error === undefined ? resolve(query.rows) : reject(error)))
    client.query(query)
  })
