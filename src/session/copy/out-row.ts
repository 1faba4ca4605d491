/** COPY TO STDOUT: tokens in the fields of each row are replaced, and the fields quoted as the server would have. */
import type { CopyPlan } from '../../sql/types.js'
import { holdsMarker } from '../containers/walk.js'
import { rebuild } from '../containers/rebuild.js'
import { decodeCsvField, encodeCsvField, needsCsvQuotes, splitCsv } from './csv-fields.js'
import { copyFormat, type CopyFormat, type RawField } from './format.js'
import { decodeTextField, encodeTextField, splitText } from './text-fields.js'

const NEWLINE = 0x0a
const TOKEN_CHARACTERS = /[A-Za-z0-9._~-]/

/** Rewrites COPY's rows; one body per CopyData message, which is one row (src/backend/commands/copyto.c, CopySendEndOfRow). */
export interface CopyOut {
  /** The body to send on: `data` itself when nothing in it changed. */
  row(data: Uint8Array): Uint8Array
}

/** undefined: unchanged; null: SQL NULL. */
export type RevealField = (columnIndex: number, value: Uint8Array) => Uint8Array | null | undefined

/** A quote, escape or delimiter that occurs in tokens breaks up their marker, so that each field must be decoded to find it. */
const breaksMarkers = (format: CopyFormat): boolean =>
  (format.kind === 'csv' ? [format.delimiter, format.quote, format.escape] : [format.delimiter]).some(byte => TOKEN_CHARACTERS.test(String.fromCharCode(byte)))

function replaceField(row: Uint8Array, field: RawField, format: CopyFormat, reveal: (value: Uint8Array) => Uint8Array | null | undefined): Uint8Array | undefined {
  const value = format.kind === 'text' ? decodeTextField(row, field, format) : decodeCsvField(row, field, format)
  if (value === null || !holdsMarker(value)) return undefined
  const revealed = reveal(value)
  if (revealed === undefined) return undefined
  // Quotes which the sealed value did not need come from FORCE_QUOTE.
  return format.kind === 'text' ? encodeTextField(revealed, format) : encodeCsvField(revealed, format, field.isQuoted && !needsCsvQuotes(value, format))
}

/**
 * Starts one COPY TO. `reveal` is called for each field that holds a token's marker, in order, with the decoded value,
 * valid during the call. Throws `statement_unsupported` for the binary format.
 */
export function createCopyOut(plan: CopyPlan, reveal: RevealField): CopyOut {
  const format = copyFormat(plan)
  const isMarkerVisible = !breaksMarkers(format)
  let isHeaderDue = plan.hasHeader
  const replaceIn = (data: Uint8Array): Uint8Array | undefined => {
    const row = data.subarray(0, data.at(-1) === NEWLINE ? data.length - 1 : data.length)
    const fields = (format.kind === 'text' ? splitText(row, format.delimiter) : splitCsv(row, format))?.map((field, index) => ({ ...field, index }))
    if (fields === undefined) return undefined
    return rebuild(data, fields, field => {
      const mayHold = !isMarkerVisible || holdsMarker(data, field.start, field.end)
      return mayHold ? replaceField(row, field, format, value => reveal(field.index, value)) : undefined
    })
  }
  return {
    row(data: Uint8Array): Uint8Array {
      if (isHeaderDue) {
        isHeaderDue = false
        return data
      }
      return isMarkerVisible && !holdsMarker(data) ? data : replaceIn(data) ?? data
    },
  }
}
