/**
 * Sealed values on their way out. Each token names its own field inside an authenticated header, so the decision is that
 * field's, in whatever result the token turns up; lineage has no say in what is secret.
 */
import type { Catalog } from '../catalog/types.js'
import { MARKER, tokenEnd } from '../crypto/token.js'
import type { Opened, Vault } from '../crypto/vault.js'
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

/** Types of a value which, if it is a token, is nothing else: an xml value would be markup as well. */
const PLAIN_TYPES: ReadonlySet<number> = new Set<number>([OID.text, OID.varchar, OID.bpchar])

/** What becomes of one token. */
type Fate =
  | { readonly kind: 'keep' }
  | { readonly kind: 'null' }
  | { readonly kind: 'redact'; readonly field: Field | undefined }
  | { readonly kind: 'reveal'; readonly field: Field; readonly plaintext: Buffer }
  | { readonly kind: 'mask'; readonly field: Field; readonly plaintext: Buffer; readonly mask: MaskSpec }

/** Opens or masks the tokens of single values for one role, and counts what it showed. */
export class Revealer {
  readonly #scope: RevealScope

  constructor(scope: RevealScope) {
    this.#scope = scope
  }

  /** The value to send instead of `value`: undefined if it stays as it is, null for NULL. `value` must hold a marker. */
  reveal(value: Buffer, shape: ColumnShape, execution: Execution): Uint8Array | null | undefined {
    if (PLAIN_TYPES.has(shape.typeOid)) {
      const opened = this.#scope.vault.open(value, 0, value.length)
      if (opened.outcome !== 'not_a_token') return this.#whole(this.#fate(opened, shape.home, execution), shape)
    }
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
    return this.#formatted(Buffer.from(this.#redacted(field), 'utf8'), shape)
  }

  /** A value that is one token and nothing else, which most are: no text has to be searched or built. */
  #whole(fate: Fate, shape: ColumnShape): Uint8Array | null | undefined {
    switch (fate.kind) {
      case 'keep':
        return undefined
      case 'null':
        return null
      case 'reveal':
        return this.#formatted(fate.plaintext, shape)
      case 'mask':
        return this.#formatted(Buffer.from(this.#mask(fate.mask, fate.field, fate.plaintext.toString('utf8')), 'utf8'), shape)
      case 'redact':
        // As a value of the column that it stands in: what is no date can't be shown in a column of dates.
        return this.#formatted(Buffer.from(this.#redacted(shape.field ?? fate.field), 'utf8'), shape)
      default:
        return assertNever(fate)
    }
  }

  /** A token within a larger value. */
  #token(bytes: Uint8Array, start: number, end: number, home: Home, execution: Execution): Revealed {
    const fate = this.#fate(this.#scope.vault.open(bytes, start, end), home, execution)
    switch (fate.kind) {
      case 'keep':
      case 'null':
        return fate
      case 'reveal': {
        const text = fate.plaintext.toString('utf8')
        return { kind: 'text', text, fallback: this.#mask(REDACT, fate.field, text) }
      }
      case 'mask': {
        const text = fate.plaintext.toString('utf8')
        return { kind: 'text', text: this.#mask(fate.mask, fate.field, text), fallback: this.#mask(REDACT, fate.field, text) }
      }
      case 'redact': {
        const text = this.#redacted(fate.field)
        return { kind: 'text', text, fallback: text }
      }
      default:
        return assertNever(fate)
    }
  }

  /** Decides by the policy of the token's own field, and counts. */
  #fate(opened: Opened, home: Home, execution: Execution): Fate {
    if (opened.outcome === 'not_a_token') return { kind: 'keep' }
    const field = this.#scope.policy.fields.get(opened.fieldName)
    if (field === undefined || opened.outcome === 'failed') {
      execution.showForged()
      return { kind: 'redact', field }
    }
    const { treatment, rule } = this.#scope.rights.decideRead(field)
    if (treatment.action === 'sealed') {
      execution.show(field, rule, 'sealed')
      return { kind: 'keep' }
    }
    if (home.kind === 'column' && !home.fieldNames.has(field.name)) {
      execution.relocated++
      execution.show(field, rule, 'redact')
      return { kind: 'redact', field }
    }
    execution.show(field, rule, treatment.action)
    switch (treatment.action) {
      case 'reveal':
        return { kind: 'reveal', field, plaintext: opened.plaintext }
      case 'mask':
        return { kind: 'mask', field, plaintext: opened.plaintext, mask: treatment.mask }
      case 'null':
        return { kind: 'null' }
      case 'deny':
        return { kind: 'redact', field }
      default:
        return assertNever(treatment)
    }
  }

  #redacted(field: Field | undefined): string {
    return field === undefined ? applyMask(REDACT, { text: ' ', type: TEXT, pseudonymKey: () => new Uint8Array() }) : this.#mask(REDACT, field, ' ')
  }

  #mask(mask: MaskSpec, field: Field, text: string): string {
    return applyMask(mask, { text, type: field.type, pseudonymKey: () => this.#scope.vault.pseudonymKey(field.name, this.#scope.rights.name) })
  }
}
