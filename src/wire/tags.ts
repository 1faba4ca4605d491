/** The first byte of every typed message, by direction (PostgreSQL: src/include/libpq/protocol.h). */

/** Messages from the client. `PASSWORD` carries four things (password, both SASL responses, GSS); only the state tells which. */
export const FRONTEND = {
  BIND: 0x42,
  CLOSE: 0x43,
  COPY_DATA: 0x64,
  COPY_DONE: 0x63,
  COPY_FAIL: 0x66,
  DESCRIBE: 0x44,
  EXECUTE: 0x45,
  FLUSH: 0x48,
  FUNCTION_CALL: 0x46,
  PARSE: 0x50,
  PASSWORD: 0x70,
  QUERY: 0x51,
  SYNC: 0x53,
  TERMINATE: 0x58,
} as const

/** Messages from the server. */
export const BACKEND = {
  AUTHENTICATION: 0x52,
  BACKEND_KEY_DATA: 0x4b,
  BIND_COMPLETE: 0x32,
  CLOSE_COMPLETE: 0x33,
  COMMAND_COMPLETE: 0x43,
  COPY_BOTH_RESPONSE: 0x57,
  COPY_DATA: 0x64,
  COPY_DONE: 0x63,
  COPY_IN_RESPONSE: 0x47,
  COPY_OUT_RESPONSE: 0x48,
  DATA_ROW: 0x44,
  EMPTY_QUERY_RESPONSE: 0x49,
  ERROR_RESPONSE: 0x45,
  FUNCTION_CALL_RESPONSE: 0x56,
  NEGOTIATE_PROTOCOL_VERSION: 0x76,
  NO_DATA: 0x6e,
  NOTICE_RESPONSE: 0x4e,
  NOTIFICATION_RESPONSE: 0x41,
  PARAMETER_DESCRIPTION: 0x74,
  PARAMETER_STATUS: 0x53,
  PARSE_COMPLETE: 0x31,
  PORTAL_SUSPENDED: 0x73,
  READY_FOR_QUERY: 0x5a,
  ROW_DESCRIPTION: 0x54,
} as const

/** A tag byte which the client may send. */
export type FrontendTag = (typeof FRONTEND)[keyof typeof FRONTEND]
/** A tag byte which the server may send. */
export type BackendTag = (typeof BACKEND)[keyof typeof BACKEND]
