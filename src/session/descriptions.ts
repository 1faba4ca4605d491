/** The descriptions of results, decoded once: clients that describe each run of a statement get the same bytes every time. */
import { decodeRowDescription, type ColumnDescription } from '../wire/backend/row-description.js'

/** Longer descriptions, and more of them, are decoded each time: a session must not choose how much memory it holds. */
const REMEMBERED_BYTES_MAX = 2_048
const REMEMBERED_MAX = 32

export class Descriptions {
  readonly #known: Map<string, readonly ColumnDescription[]> = new Map()

  /** The columns of a RowDescription: for equal bytes usually the same array. They outlive the body. Throws `protocol_violation`. */
  columnsOf(body: Buffer): readonly ColumnDescription[] {
    if (body.length > REMEMBERED_BYTES_MAX) return decodeRowDescription(Buffer.from(body)).columns
    const key = body.toString('latin1')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { columns } = decodeRowDescription(Buffer.from(body))
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear()
    this.#known.set(key, columns)
    return columns
  }
}
