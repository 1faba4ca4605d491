/** Values on their way in: checked as the column's own type would check them, then sealed. */
import { isWholeToken } from '../crypto/token.js'
import type { Vault } from '../crypto/vault.js'
import { assertNever, ProxyError } from '../errors.js'
import { fieldMaskShapes } from '../mask/table.js'
import { mayWrite } from '../policy/decide.js'
import type { Field, Policy } from '../policy/types.js'
import type { SealPlan } from '../sql/types.js'
import { checkDate, decodeDateBinary } from '../wire/text-forms.js'
import { formatBinaryTextArray, formatTextArray, parseBinaryTextArray, parseTextArray } from './containers/index.js'
import { OID } from '../wire/oids.js'
import type { Rights } from './rights.js'

export interface SealScope {
  readonly policy: Policy
  readonly vault: Vault
  readonly rights: Rights
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of bytes in UTF-8; other bytes, and NUL, are the server's 22021. */
export const utf8Text = (bytes: Uint8Array): string => {
  if (bytes.includes(0)) throw new ProxyError('text_not_utf8')
  try {
    return strictUtf8.decode(bytes)
  } catch (cause) {
    throw new ProxyError('text_not_utf8', {}, { cause })
  }
}

const columnOf = (field: Field): string => {
  const [home] = field.columns
  return home === undefined ? field.name : `${home.schema}.${home.table}.${home.column}`
}

/** Characters are code points, as in a UTF8 database. */
const charactersOf = (text: string): string[] => Array.from(text)

const cutTo = (text: string, charactersMax: number): string => (text.length <= charactersMax ? text : charactersOf(text).slice(0, charactersMax).join(''))

/** varchar(n) takes a longer value only if what is too much is spaces (PostgreSQL, varchar_input). */
const checkVarchar = (text: string, charactersMax: number): string => {
  if (text.length <= charactersMax) return text
  const characters = charactersOf(text)
  if (characters.slice(charactersMax).some(character => character !== ' ')) {
    throw new ProxyError('value_too_long', { type: `character varying(${charactersMax})` })
  }
  return characters.slice(0, charactersMax).join('')
}

/** The canonical form of a date; errors name the column. */
const asDate = (text: string, field: Field): string => {
  try {
    return checkDate(text)
  } catch (cause) {
    if (cause instanceof ProxyError) throw new ProxyError(cause.code, { ...cause.facts, column: columnOf(field) }, { cause })
    throw cause
  }
}

const asStored = (text: string, field: Field): string => {
  const { type } = field
  switch (type.kind) {
    case 'text':
      return text
    case 'varchar':
      return checkVarchar(text, type.charactersMax)
    case 'date':
      return asDate(text, field)
    default:
      return assertNever(type)
  }
}

/** Seals single values for one role. */
export class Sealer {
  readonly #scope: SealScope
  readonly #maskShapes: Map<string, (text: string) => boolean> = new Map()
  /** Names of fields that the role is known to write plain values into. */
  readonly #writable: Set<string> = new Set()

  constructor(scope: SealScope) {
    this.#scope = scope
  }

  /** Seals a value in text form. Throws what the column's type would, and the refusals of masks and of sealed values. */
  seal(bytes: Uint8Array, plan: SealPlan): Uint8Array {
    const { field } = plan
    if (isWholeToken(bytes, 0, bytes.length) && this.#scope.vault.fieldOfToken(bytes, 0, bytes.length) !== undefined) return this.#asSealed(bytes, field)
    const given = utf8Text(bytes)
    const text = plan.castCharactersMax === undefined ? given : cutTo(given, plan.castCharactersMax)
    if (text === '' && !field.sealsEmpty && field.type.kind !== 'date') return new Uint8Array()
    const plaintext = Buffer.from(plan.purpose === 'store' ? this.#checked(text, field) : this.#compared(text, field), 'utf8')
    if (plan.purpose === 'store' && field.bytesMax !== undefined && plaintext.length > field.bytesMax) {
      throw new ProxyError('value_too_large', { column: columnOf(field), max: field.bytesMax })
    }
    return this.#scope.vault.seal({ name: field.name, protect: field.protect, isFixedWidth: field.type.kind === 'date' }, plaintext)
  }

  /** Seals a parameter in the format of its Bind. */
  sealParameter(bytes: Uint8Array, format: 0 | 1, plan: SealPlan, number: number, isDate: boolean): Uint8Array {
    if (plan.isArray) return this.#sealArray(bytes, format, plan, number)
    if (format === 0 || !isDate) return this.seal(bytes, plan)
    if (bytes.length !== 4) throw new ProxyError('binary_value_invalid', { number })
    return this.seal(Buffer.from(decodeDateBinary(bytes), 'utf8'), plan)
  }

  #sealArray(bytes: Uint8Array, format: 0 | 1, plan: SealPlan, number: number): Uint8Array {
    const elements = format === 1 ? parseBinaryTextArray(bytes) : parseTextArray(bytes)
    if (elements === undefined) throw new ProxyError('parameter_type_unsupported', { number, type: 'array', column: columnOf(plan.field) })
    const sealed = elements.map(element => (element === null ? null : Buffer.from(this.seal(Buffer.from(element, 'utf8'), plan)).toString('utf8')))
    return format === 1 ? formatBinaryTextArray(sealed, OID.text) : formatTextArray(sealed)
  }

  #checked(text: string, field: Field): string {
    this.#requireWrite(field)
    if (this.#shapesOf(field)(text)) throw new ProxyError('masked_value_refused', { column: columnOf(field) })
    return asStored(text, field)
  }

  /** A role that may write sealed values got so far without the right to write plain ones. */
  #requireWrite(field: Field): void {
    if (this.#writable.has(field.name)) return
    const denying = this.#scope.rights.roles.find(role => !mayWrite(role, field).allowed)
    if (denying !== undefined) throw new ProxyError('write_denied', { role: denying.name, column: columnOf(field), category: field.category })
    this.#writable.add(field.name)
  }

  /** A date has one form; other types compare as they are. */
  #compared(text: string, field: Field): string {
    return field.type.kind === 'date' ? asDate(text, field) : text
  }

  /** A value that is sealed already: for dumps and restores, into a home column of its own field only. */
  #asSealed(bytes: Uint8Array, field: Field): Uint8Array {
    const owner = this.#scope.vault.fieldOfToken(bytes, 0, bytes.length)
    if (this.#scope.rights.writesSealed && owner === field.name) return bytes
    throw new ProxyError('sealed_write_denied', { column: columnOf(field), role: this.#scope.rights.name })
  }

  #shapesOf(field: Field): (text: string) => boolean {
    const known = this.#maskShapes.get(field.name)
    if (known !== undefined) return known
    const shapes = fieldMaskShapes(this.#scope.policy, field)
    this.#maskShapes.set(field.name, shapes)
    return shapes
  }
}
