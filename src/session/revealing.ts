/**
 * Sealed values on their way out. Each token names its own field inside an authenticated header, so the decision is that
 * field's, in whatever result the token turns up; lineage has no say in what is secret.
 */
import type { Catalog } from '../catalog/types.js'
import { tokenEnd } from '../crypto/token.js'
import type { Vault } from '../crypto/vault.js'
import { assertNever } from '../errors.js'
import { applyMask } from '../mask/table.js'
import type { Field, FieldType, MaskSpec, Policy } from '../policy/types.js'
import type { Container } from '../sql/types.js'
import { OID } from '../wire/oids.js'
import { encodeDateBinary } from '../wire/text-forms.js'
import { revealValue, type Revealed } from './containers/index.js'
import type { Execution } from './execution.js'
import type { ColumnShape, Home } from './result-shape.js'
import type { Rights } from './rights.js'

export interface RevealScope {
  readonly policy: Policy
  readonly catalog: Catalog
  readonly vault: Vault
  readonly rights: Rights
}

const MARKER = Buffer.from('~pv1.', 'latin1')
const REDACT: MaskSpec = { kind: 'redact' }
const TEXT: FieldType = { kind: 'text' }
const ANYWHERE: Home = { kind: 'any' }

/** Text of an unknown surrounding: error fields, notices, payloads. */
export const DIAGNOSTIC_SHAPE: ColumnShape = {
  typeOid: OID.text, format: 0, isScanned: true, home: ANYWHERE, field: undefined, shownType: undefined, quoting: undefined, subjectType: undefined
}

/** The offset of the next marker in `bytes[start, end)`, or -1. */
export const markerAt = (bytes: Buffer, start: number, end: number): number => {
  const at = bytes.indexOf(MARKER, start)
  return at === -1 || at >= end ? -1 : at
}

/** Opens or masks the tokens of single values for one role, and counts what it showed. */
export class Revealer {
  readonly #scope: RevealScope

  constructor(scope: RevealScope) {
    this.#scope = scope
  }

  /** The value to send instead of `value`: undefined if it stays as it is, null for NULL. `value` must hold a marker. */
  reveal(value: Buffer, shape: ColumnShape, execution: Execution): Uint8Array | null | undefined {
    if (shape.field !== undefined && tokenEnd(value, 0, value.length) !== value.length) return this.#fragment(shape.field, shape, execution)
    const revealed = revealValue(value, shape.typeOid, shape.format, shape.quoting, {
      tokenEnd,
      reveal: (bytes, start, end) => this.#token(bytes, start, end, shape.home, execution),
      typeShape: oid => this.#scope.catalog.type(oid),
      onAmbiguous: () => execution.ambiguous++
    })
    return revealed === null || revealed === undefined ? revealed : this.#formatted(revealed, shape)
  }

  /** As `reveal`, for text whose surroundings say nothing of its quoting. */
  revealText(value: Buffer, quoting: readonly Container[] | undefined, execution: Execution): Uint8Array | null | undefined {
    return this.reveal(value, quoting === undefined ? DIAGNOSTIC_SHAPE : { ...DIAGNOSTIC_SHAPE, quoting }, execution)
  }

  #formatted(text: Uint8Array, shape: ColumnShape): Uint8Array {
    return shape.format === 1 && shape.shownType?.kind === 'date' ? encodeDateBinary(Buffer.from(text).toString('utf8')) : text
  }

  /** A home column that holds something with a marker that is no token: damaged or forged. */
  #fragment(field: Field, shape: ColumnShape, execution: Execution): Uint8Array | undefined {
    execution.showForged()
    if (this.#scope.rights.decideRead(field).treatment.action === 'sealed') return undefined
    return this.#formatted(Buffer.from(this.#mask(REDACT, field, ''), 'utf8'), shape)
  }

  #token(bytes: Uint8Array, start: number, end: number, home: Home, execution: Execution): Revealed {
    const opened = this.#scope.vault.open(bytes, start, end)
    if (opened.outcome === 'not_a_token') return { kind: 'keep' }
    const field = this.#scope.policy.fields.get(opened.fieldName)
    if (field === undefined || opened.outcome === 'failed') {
      execution.showForged()
      return this.#redacted(field)
    }
    const decision = this.#scope.rights.decideRead(field)
    if (decision.treatment.action === 'sealed') {
      execution.show(field, decision.rule, 'sealed')
      return { kind: 'keep' }
    }
    if (home.kind === 'column' && !home.fieldNames.has(field.name)) {
      execution.relocated++
      execution.show(field, decision.rule, 'redact')
      return this.#redacted(field)
    }
    execution.show(field, decision.rule, decision.treatment.action)
    const plaintext = opened.plaintext.toString('utf8')
    switch (decision.treatment.action) {
      case 'reveal':
        return { kind: 'text', text: plaintext, fallback: this.#mask(REDACT, field, plaintext) }
      case 'mask': {
        const masked = this.#mask(decision.treatment.mask, field, plaintext)
        return { kind: 'text', text: masked, fallback: this.#mask(REDACT, field, plaintext) }
      }
      case 'null':
        return { kind: 'null' }
      case 'deny':
        return this.#redacted(field)
      default:
        return assertNever(decision.treatment)
    }
  }

  #redacted(field: Field | undefined): Revealed {
    const text = field === undefined ? applyMask(REDACT, { text: ' ', type: TEXT, pseudonymKey: () => new Uint8Array() }) : this.#mask(REDACT, field, ' ')
    return { kind: 'text', text, fallback: text }
  }

  #mask(mask: MaskSpec, field: Field, text: string): string {
    return applyMask(mask, { text, type: field.type, pseudonymKey: () => this.#scope.vault.pseudonymKey(field.name, this.#scope.rights.name) })
  }
}
