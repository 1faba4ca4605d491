import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** One column of a result. */
export interface ColumnDescription {
  /** In client_encoding, without the NUL; a view of the body when decoded. */
  readonly name: Uint8Array
  /** 0 for anything but a plain column; the view's own id for a view. */
  readonly tableOid: number
  /** 0 likewise; negative for system columns. */
  readonly attnum: number
  /** The base type: domains do not show here. */
  readonly typeOid: number
  /** -1 variable, -2 NUL-terminated. */
  readonly typeLength: number
  /** -1 none. */
  readonly typmod: number
  /** 0 text, 1 binary. Always 0 when a statement was described: the true one is in Bind. */
  readonly format: number
}

/** The columns of the rows that follow, or would. */
export interface RowDescriptionMessage {
  readonly columns: readonly ColumnDescription[]
}

const FIXED_BYTES_A_COLUMN = 18

const readColumn = (reader: BodyReader): ColumnDescription => ({
  name: reader.readCString(),
  tableOid: reader.readUint32(),
  attnum: reader.readInt16(),
  typeOid: reader.readUint32(),
  typeLength: reader.readInt16(),
  typmod: reader.readInt32(),
  format: reader.readUint16(),
})

const writeColumn = (writer: MessageWriter, column: ColumnDescription): void => {
  writer
    .writeCString(column.name)
    .writeUint32(column.tableOid)
    .writeInt16(column.attnum)
    .writeUint32(column.typeOid)
    .writeInt16(column.typeLength)
    .writeInt32(column.typmod)
    .writeUint16(column.format)
}

/** Throws `protocol_violation` for a body that is no RowDescription. */
export const decodeRowDescription = (body: Uint8Array): RowDescriptionMessage => {
  const reader = new BodyReader(body, 'RowDescription')
  const columns = reader.readList(() => readColumn(reader))
  reader.expectEnd()
  return { columns }
}

/** Throws `protocol_violation` for a NUL in a name. */
export const encodeRowDescription = (message: RowDescriptionMessage): Buffer => {
  const bodyBytes = message.columns.reduce((sum, column) => sum + column.name.length + 1 + FIXED_BYTES_A_COLUMN, 2)
  const writer = new MessageWriter(BACKEND.ROW_DESCRIPTION, bodyBytes)
  return writer.writeList(message.columns, column => writeColumn(writer, column)).finish()
}
