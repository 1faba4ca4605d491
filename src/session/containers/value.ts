/**
 * Replaces the sealed tokens of one result value. The quoting around a token comes from the value's type, level by
 * level: each level quotes what the level inside it gave, by the server's own rules for that type.
 */
import type { TypeShape } from '../../catalog/types.js'
import { assertNever } from '../../errors.js'
import { CONTAINER_DEPTH_MAX } from '../../limits.js'
import type { Container } from '../../sql/types.js'
import { revealArrayBinary } from './array-binary.js'
import { revealArrayText } from './array-text.js'
import { revealHstoreBinary, revealHstoreText } from './hstore.js'
import { revealJson } from './json.js'
import { pastePlain, replaceTokens, revealUnknown } from './plain.js'
import { revealRecordBinary } from './record-binary.js'
import { revealRecordText } from './record-text.js'
import { builtInShape, OID_JSON, OID_JSONB, OID_XML, TEXT_OIDS } from './type-oids.js'
import { holdsMarker, Walk, type RevealContext, type Revealed } from './walk.js'
import { revealXml } from './xml.js'

/** undefined: unchanged; null: SQL NULL. */
type Outcome = Uint8Array | null | undefined
/** What a container's function gives; undefined: the bytes are not of that form, and nothing was revealed yet. */
type Attempt = { readonly value: Uint8Array | undefined } | undefined
/** Values of pg_attribute.attformat: 0 text, 1 binary. */
type Format = 0 | 1

/** How a type's output is read here. `text` is text in both formats; `closed` may keep lengths or order that we can't fix; `unlisted` is not in the catalogue: as text in text format. */
type Form =
  | { readonly kind: 'text' | 'json' | 'jsonb' | 'xml' | 'hstore' | 'closed' | 'unlisted' }
  | { readonly kind: 'array'; readonly elementOid: number; readonly delimiter: number }
  | { readonly kind: 'record'; readonly columnTypeOids: readonly number[] | undefined }

const COMMA = 0x2c
const JSONB_VERSION = 1
/** Extension types whose both formats are the text itself. */
const TEXT_NAMES: ReadonlySet<string> = new Set(['citext'])
/** The type of what has no known type: text of unknown quoting. */
const OID_UNKNOWN = 705

function baseForm(oid: number, name: string): Form {
  if (TEXT_OIDS.has(oid) || TEXT_NAMES.has(name)) return { kind: 'text' }
  return name === 'hstore' ? { kind: 'hstore' } : { kind: 'closed' }
}

function shapeForm(context: RevealContext, shape: TypeShape, depth: number): Form {
  switch (shape.kind) {
    case 'base': return baseForm(shape.oid, shape.name)
    case 'array': return { kind: 'array', elementOid: shape.elementOid, delimiter: shape.delimiter.charCodeAt(0) }
    case 'record': return { kind: 'record', columnTypeOids: shape.columnTypeOids }
    case 'domain': return formOf(context, shape.baseOid, depth + 1)
    case 'enum': return { kind: 'text' }
    case 'range': return { kind: 'closed' }
    default: return assertNever(shape)
  }
}

function formOf(context: RevealContext, oid: number, depth: number): Form {
  if (oid === OID_JSON) return { kind: 'json' }
  if (oid === OID_JSONB) return { kind: 'jsonb' }
  if (oid === OID_XML) return { kind: 'xml' }
  if (TEXT_OIDS.has(oid)) return { kind: 'text' }
  const shape = builtInShape(oid) ?? context.typeShape(oid)
  // A domain over itself would be a catalogue error; the bound keeps it from being ours.
  return shape === undefined || depth > CONTAINER_DEPTH_MAX ? { kind: 'unlisted' } : shapeForm(context, shape, depth)
}

const wholeOutcome = (revealed: Revealed): Outcome =>
  revealed.kind === 'keep' ? undefined : revealed.kind === 'null' ? null : Buffer.from(revealed.text, 'utf8')

const orUnknown = (walk: Walk, bytes: Uint8Array, attempt: Attempt): Outcome => (attempt === undefined ? revealUnknown(walk, bytes) : attempt.value)

/** Binary that is not of the form it should be: its lengths can't be fixed, so its tokens stay sealed. */
function orSealed(walk: Walk, attempt: Attempt): Outcome {
  if (attempt === undefined) walk.context.onAmbiguous()
  return attempt?.value
}

/** Text with the containers that the plan knows of, outermost first; `[]` is plain, undefined unknown. */
function revealQuoted(walk: Walk, bytes: Uint8Array, quoting: readonly Container[] | undefined, depth: number): Outcome {
  if (!holdsMarker(bytes)) return undefined
  if (walk.isToken(bytes, 0, bytes.length)) return wholeOutcome(walk.reveal(bytes, 0, bytes.length))
  if (quoting === undefined || depth > CONTAINER_DEPTH_MAX) return revealUnknown(walk, bytes)
  const [container, ...rest] = quoting
  const inside = (value: Uint8Array): Outcome => revealQuoted(walk, value, rest.length === 0 ? undefined : rest, depth + 1)
  switch (container) {
    case undefined: return replaceTokens(walk, bytes, pastePlain)
    case 'json': return orUnknown(walk, bytes, revealJson(walk, bytes))
    case 'xml': return orUnknown(walk, bytes, revealXml(walk, bytes))
    case 'array': return orUnknown(walk, bytes, revealArrayText(bytes, COMMA, inside))
    case 'record': return orUnknown(walk, bytes, revealRecordText(bytes, inside))
    default: return assertNever(container)
  }
}

function revealJsonb(walk: Walk, bytes: Uint8Array, format: Format): Outcome {
  if (format === 0) return orUnknown(walk, bytes, revealJson(walk, bytes))
  const body = bytes[0] === JSONB_VERSION ? orUnknown(walk, bytes.subarray(1), revealJson(walk, bytes.subarray(1))) : orSealed(walk, undefined)
  return body === undefined || body === null ? body : Buffer.concat([bytes.subarray(0, 1), body])
}

function revealRecord(walk: Walk, bytes: Uint8Array, columnTypeOids: readonly number[] | undefined, format: Format, depth: number): Outcome {
  if (format === 1) return orSealed(walk, revealRecordBinary(bytes, (value, oid) => revealTyped(walk, value, oid, 1, undefined, depth + 1)))
  return orUnknown(walk, bytes, revealRecordText(bytes, (value, index, count) => {
    // Another count than the catalogue's: the type was altered meanwhile.
    const oid = columnTypeOids?.length === count ? columnTypeOids[index] : undefined
    return revealTyped(walk, value, oid ?? OID_UNKNOWN, 0, undefined, depth + 1)
  }))
}

function revealArray(walk: Walk, bytes: Uint8Array, form: Form & { readonly kind: 'array' }, format: Format, depth: number): Outcome {
  if (format === 1) return orSealed(walk, revealArrayBinary(bytes, (value, oid) => revealTyped(walk, value, oid, 1, undefined, depth + 1)))
  return orUnknown(walk, bytes, revealArrayText(bytes, form.delimiter, value => revealTyped(walk, value, form.elementOid, 0, undefined, depth + 1)))
}

function revealHstore(walk: Walk, bytes: Uint8Array, format: Format, depth: number): Outcome {
  const part = (value: Uint8Array): Outcome => revealQuoted(walk, value, undefined, depth + 1)
  return format === 1 ? orSealed(walk, revealHstoreBinary(bytes, part)) : orUnknown(walk, bytes, revealHstoreText(bytes, part))
}

/** Types whose inside we don't know: ranges, tsvector, other extension types. Binary ones may hold lengths, so their tokens stay sealed. */
const revealClosed = (walk: Walk, bytes: Uint8Array, format: Format): Outcome => (format === 1 ? orSealed(walk, undefined) : revealUnknown(walk, bytes))

function revealTyped(walk: Walk, bytes: Uint8Array, typeOid: number, format: Format, quoting: readonly Container[] | undefined, depth: number): Outcome {
  if (!holdsMarker(bytes)) return undefined
  if (depth > CONTAINER_DEPTH_MAX) return format === 1 ? orSealed(walk, undefined) : revealUnknown(walk, bytes)
  const form = formOf(walk.context, typeOid, 0)
  // Not for XML, which even a bare token can be: opened text must not become markup.
  if (form.kind !== 'xml' && walk.isToken(bytes, 0, bytes.length)) return wholeOutcome(walk.reveal(bytes, 0, bytes.length))
  switch (form.kind) {
    case 'text': return revealQuoted(walk, bytes, quoting, depth)
    case 'json': return orUnknown(walk, bytes, revealJson(walk, bytes))
    case 'jsonb': return revealJsonb(walk, bytes, format)
    case 'xml': return orUnknown(walk, bytes, revealXml(walk, bytes))
    case 'hstore': return revealHstore(walk, bytes, format, depth)
    case 'array': return revealArray(walk, bytes, form, format, depth)
    case 'record': return revealRecord(walk, bytes, form.columnTypeOids, format, depth)
    case 'closed': return revealClosed(walk, bytes, format)
    case 'unlisted': return format === 1 ? revealClosed(walk, bytes, format) : revealQuoted(walk, bytes, quoting, depth)
    default: return assertNever(form)
  }
}

/**
 * The value with its tokens replaced: undefined if unchanged, null for SQL NULL. One pass: what was opened is never
 * scanned again. `quoting` is the plan's word on text values. The result may share memory with `value`.
 */
export function revealValue(value: Uint8Array, typeOid: number, format: 0 | 1, quoting: readonly Container[] | undefined, context: RevealContext): Uint8Array | null | undefined {
  return revealTyped(new Walk(context), value, typeOid, format, quoting, 0)
}
