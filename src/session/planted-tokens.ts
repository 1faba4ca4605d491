/**
 * Looks for sealed values in COPY data. Whoever may plant one in a table could have others open it, or wait for a role
 * that does. Data comes in arbitrary pieces, so the begin of a token is enough: marker and header of a field that we know.
 */
import { ProxyError } from '../errors.js'
import { fieldIdAt, MARKER, PREAMBLE_BYTES } from '../crypto/token.js'
import type { SessionState } from './state.js'

export class PlantedTokens {
  readonly #state: SessionState
  #tail: Buffer = Buffer.alloc(0)

  constructor(state: SessionState) {
    this.#state = state
  }

  /** Throws `sealed_write_denied` as soon as the data up to here holds one. */
  push(data: Buffer): void {
    const joint = Buffer.concat([this.#tail, data.subarray(0, PREAMBLE_BYTES)])
    if (this.#holds(joint) || this.#holds(data)) throw new ProxyError('sealed_write_denied', { column: 'any column', role: this.#state.rights.name })
    this.#tail = Buffer.from((data.length >= PREAMBLE_BYTES ? data : joint).subarray(-PREAMBLE_BYTES))
  }

  #holds(bytes: Buffer): boolean {
    for (let at = bytes.indexOf(MARKER); at !== -1; at = bytes.indexOf(MARKER, at + 1)) {
      if (at + PREAMBLE_BYTES <= bytes.length && this.#state.services.vault.hasFieldId(fieldIdAt(bytes, at))) return true
    }
    return false
  }
}
