/** Fields of COPY's CSV format: CopyReadAttributesCSV and CopyAttributeOutCSV (src/backend/commands/copyfromparse.c, copyto.c). */
import { isNullText, type CopyFormat, type RawField } from './format.js'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Whether the byte at `at`, inside quotes, is an escape that takes the next byte with it. */
function isEscape(row: Uint8Array, at: number, end: number, format: CopyFormat): boolean {
  return row[at] === format.escape && at + 1 < end && (row[at + 1] === format.escape || row[at + 1] === format.quote)
}

/** Fields of a row without its newline; undefined if a quote stays open. Quotes may open and close anywhere in a field. */
export function splitCsv(row: Uint8Array, format: CopyFormat): readonly RawField[] | undefined {
  const fields: RawField[] = []
  let start = 0
  let isQuoted = false
  let isInside = false
  for (let at = 0; at < row.length; at++) {
    const byte = row[at]
    if (isInside) {
      if (isEscape(row, at, row.length, format)) at++
      else if (byte === format.quote) isInside = false
    } else if (byte === format.delimiter) {
      fields.push({ start, end: at, isQuoted })
      start = at + 1
      isQuoted = false
    } else if (byte === format.quote) isInside = isQuoted = true
  }
  fields.push({ start, end: row.length, isQuoted })
  return isInside ? undefined : fields
}

/** The field's value; null for the NULL text outside quotes. */
export function decodeCsvField(row: Uint8Array, field: RawField, format: CopyFormat): Uint8Array | null {
  if (!field.isQuoted) return isNullText(format, row, field.start, field.end) ? null : row.subarray(field.start, field.end)
  const out = Buffer.allocUnsafe(field.end - field.start)
  let length = 0
  let isInside = false
  for (let at = field.start; at < field.end; at++) {
    if (isInside && isEscape(row, at, field.end, format)) out[length++] = row[++at] ?? 0
    else if (row[at] === format.quote) isInside = !isInside
    else out[length++] = row[at] ?? 0
  }
  return out.subarray(0, length)
}

/** Whether the server quotes this value without FORCE_QUOTE. */
export function needsCsvQuotes(value: Uint8Array, format: CopyFormat): boolean {
  if (isNullText(format, value, 0, value.length)) return true
  if (format.isSingleColumn && value.length === 2 && value[0] === 0x5c && value[1] === 0x2e) return true
  return value.some(byte => byte === format.delimiter || byte === format.quote || byte === NEWLINE || byte === RETURN)
}

/** The field as the server writes it; `isForced` for FORCE_QUOTE. */
export function encodeCsvField(value: Uint8Array | null, format: CopyFormat, isForced: boolean = false): Uint8Array {
  if (value === null) return format.nullText
  if (!isForced && !needsCsvQuotes(value, format)) return value
  const out = Buffer.allocUnsafe(value.length * 2 + 2)
  let length = 0
  out[length++] = format.quote
  for (const byte of value) {
    if (byte === format.quote || byte === format.escape) out[length++] = format.escape
    out[length++] = byte
  }
  out[length++] = format.quote
  return out.subarray(0, length)
}
