/**
 * Prepared statements and portals by name, as two views: `committed`, what the server has confirmed, and `ahead`, what
 * will hold once all that is in flight has succeeded. The half-pipe towards the server works on `ahead`; when the server
 * answers with an error, what it skipped is undone by making `ahead` anew from `committed` and the requests still to come.
 */

export class NameTable<T> {
  readonly #committed: Map<string, T> = new Map()
  readonly #ahead: Map<string, T> = new Map()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** The entry that a message sent now would meet. */
  ahead(name: string): T | undefined {
    return this.#ahead.get(name)
  }

  get isFull(): boolean {
    return this.#ahead.size >= this.#max
  }

  setAhead(name: string, entry: T): void {
    this.#ahead.set(name, entry)
  }

  deleteAhead(name: string | undefined): void {
    if (name === undefined) this.#ahead.clear()
    else this.#ahead.delete(name)
  }

  commit(name: string, entry: T): void {
    this.#committed.set(name, entry)
  }

  /** `undefined` deletes all. */
  uncommit(name: string | undefined): void {
    if (name === undefined) this.#committed.clear()
    else this.#committed.delete(name)
  }

  /** Makes `ahead` equal to `committed`; the caller then applies again what is still in flight. */
  rewind(): void {
    this.#ahead.clear()
    for (const [name, entry] of this.#committed) this.#ahead.set(name, entry)
  }
}
