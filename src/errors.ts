/**
 * Every error of the proxy, as a closed list. A client gets the SQLSTATE and the message of the row below, filled only
 * with names from the policy or the catalogue; the log gets the code and the facts (numbers, names, flags: no values).
 */

/** What may stand in an error fact or a log line: names, numbers and flags, never bytes or statement text. */
export type Fact = string | number | boolean | undefined
export type Facts = Readonly<Record<string, Fact>>

export interface ErrorSpec {
  /** Five characters, from PostgreSQL's appendix A. */
  readonly sqlState: string
  /** `{name}` is replaced by the fact of that name. */
  readonly message: string
  /** What to do about it; sent as the hint. */
  readonly hint?: string
}

const ROWS = {
  // Wire: malformed or oversized messages. These end the connection that sent them.
  protocol_violation: { sqlState: '08P01', message: 'protocol violation: {reason}' },
  message_too_large: { sqlState: '54000', message: 'message of {bytes} bytes is longer than the {max} bytes which pgveil inspects' },
  too_many_prepared: { sqlState: '54000', message: 'more than {max} prepared statements or portals on one connection', hint: 'Close those which are no longer needed.' },
  upstream_unreachable: { sqlState: '08006', message: 'pgveil cannot reach the database server', hint: 'Check --upstream and that the server accepts connections.' },
  upstream_confused: { sqlState: '08P01', message: 'pgveil received an answer that fits no request' },
  upstream_tls_refused: { sqlState: '08006', message: 'the database server does not offer the TLS which --upstream-tls asks for' },
  tls_required: { sqlState: '28000', message: 'this server accepts encrypted connections only', hint: 'Connect with sslmode=require.' },
  too_many_connections: { sqlState: '53300', message: 'pgveil has reached its limit of {max} connections' },
  startup_timeout: { sqlState: '08P01', message: 'startup was not completed in {seconds} s' },
  shutting_down: { sqlState: '57P01', message: 'terminating connection: pgveil is shutting down' },
  session_role_gone: { sqlState: '57P01', message: 'terminating connection: the role of this session is no longer in the policy' },
  // Rights: the role may not do it.
  search_denied: { sqlState: '42501', message: 'role {role} may not {operation} {column}', hint: 'Add {category} to roles.{role}.search in the policy.' },
  read_denied: { sqlState: '42501', message: 'role {role} may not read {column}', hint: 'roles.{role}.read says deny for {category}.' },
  write_denied: { sqlState: '42501', message: 'role {role} may not write {column}', hint: 'Add {category} to roles.{role}.write in the policy.' },
  overwrite_denied: { sqlState: '42501', message: 'role {role} reads {column} masked and may not overwrite it', hint: 'Add {category} to roles.{role}.overwrite in the policy.' },
  masked_value_refused: { sqlState: '42501', message: 'the value for {column} has the shape of its mask', hint: 'Leave the column out of the statement when its value was not changed.' },
  sealed_write_denied: { sqlState: '42501', message: 'the value for {column} is a sealed value, which role {role} may not write', hint: 'Add "sealed" to roles.{role}.write in the policy.' },
  function_call_denied: { sqlState: '42501', message: 'function calls by protocol are refused for role {role}' },
  // Support: the protection can't do it.
  operation_unsupported: { sqlState: '0A000', message: '{operation} is not supported on the sealed column {column}', hint: '{remedy}' },
  statement_unsupported: { sqlState: '0A000', message: 'pgveil cannot protect this statement: {reason}', hint: '{remedy}' },
  statement_too_complex: { sqlState: '54001', message: 'pgveil cannot inspect this statement: {reason}', hint: 'Split the statement, or send its values as parameters.' },
  ambiguous_relation: { sqlState: '0A000', message: 'the name {name} fits a protected relation in another schema', hint: 'Write the name with its schema.' },
  plan_outdated: { sqlState: '0A000', message: 'cached plan must not change result type', hint: 'Prepare the statement again.' },
  column_unguarded: { sqlState: '0A000', message: 'the column {column} is not sealed yet', hint: 'Apply the output of: pgveil policy ddl' },
  session_setting_unsupported: { sqlState: '0A000', message: 'statements on protected tables need {setting}', hint: 'SET {setting} and try again.' },
  parameter_type_unsupported: { sqlState: '0A000', message: 'parameter ${number} of type {type} cannot be sealed for {column}', hint: 'Send it as text.' },
  // Values: checked here, since the database sees only sealed values.
  value_too_long: { sqlState: '22001', message: 'value too long for type {type}' },
  value_too_large: { sqlState: '22001', message: 'value for {column} is longer than {max} bytes' },
  date_invalid: { sqlState: '22007', message: 'invalid input syntax for type date' },
  date_out_of_range: { sqlState: '22008', message: 'date/time field value out of range' },
  date_form_unsupported: { sqlState: '0A000', message: 'this form of date is not supported for the sealed column {column}', hint: 'Write dates as YYYY-MM-DD.' },
  text_not_utf8: { sqlState: '22021', message: 'invalid byte sequence for encoding "UTF8"' },
  binary_value_invalid: { sqlState: '22P03', message: 'incorrect binary data format in bind parameter {number}' },
  copy_format_invalid: { sqlState: '22P04', message: 'invalid COPY data for {table}: {reason}' },
  // Crypto and keys.
  key_missing: { sqlState: '58000', message: 'no key for field {field}', hint: 'Run: pgveil keys sync' },
  // The log.
  audit_unwritable: { sqlState: '58030', message: 'the access log cannot be written; nothing is released', hint: 'Free the disk under --audit-log.' },
  // Start-up and files; these reach the operator, not a client.
  usage: { sqlState: 'F0000', message: '{reason}' },
  config_invalid: { sqlState: 'F0000', message: '{reason}' },
  policy_invalid: { sqlState: 'F0000', message: '{source}:{line}:{column}: {reason}' },
  keyring_invalid: { sqlState: 'F0000', message: '{source}: {reason}' },
  database_blocked: { sqlState: 'F0000', message: '{count} finding(s) block the start: {first}', hint: 'Run: pgveil policy check' },
  file_unreadable: { sqlState: 'F0000', message: '{path}: {reason}' },
  catalog_unreachable: { sqlState: 'F0000', message: 'the catalogue login does not work: {reason}', hint: 'Check --catalog-url.' },
  embedded_failed: { sqlState: 'F0000', message: 'embedded PostgreSQL: {reason}' },
  internal: { sqlState: 'XX000', message: 'internal error in pgveil' },
} as const

export type ErrorCode = keyof typeof ROWS

/** One row for each code. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorSpec>> = ROWS

const fill = (template: string, facts: Facts): string => template.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? '?'))

/** The one error class. `facts` fill the templates of the row and are safe to log. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  readonly code: ErrorCode
  readonly facts: Facts

  constructor(code: ErrorCode, facts: Facts = {}, options?: ErrorOptions) {
    super(fill(ERRORS[code].message, facts), options)
    this.code = code
    this.facts = facts
  }

  get sqlState(): string {
    return ERRORS[this.code].sqlState
  }

  get hint(): string | undefined {
    const { hint } = ERRORS[this.code]
    return hint === undefined ? undefined : fill(hint, this.facts)
  }
}

/** Marks a case that the types rule out. */
export const assertNever = (value: never): never => {
  throw new ProxyError('internal', { unexpected: typeof value })
}

/** Any thrown thing as a ProxyError; foreign errors become `internal` with their own error as the cause. */
export const asProxyError = (error: unknown): ProxyError => (error instanceof ProxyError ? error : new ProxyError('internal', {}, { cause: error }))

const SYSTEM_REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'the disk is read-only'],
])

/** The code of an error of the operating system, like ENOENT; undefined for any other. */
export const systemCode = (error: unknown): string | undefined => (error instanceof Error && 'code' in error ? String(error.code) : undefined)

/** Why the operating system refused something, in words where we have some. */
export const systemReason = (error: unknown): string => {
  const code = systemCode(error)
  return code === undefined ? 'not readable' : (SYSTEM_REASONS.get(code) ?? code)
}
