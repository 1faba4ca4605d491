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

const spec = (sqlState: string, message: string, hint?: string): ErrorSpec => (hint === undefined ? { sqlState, message } : { sqlState, message, hint })

export const ERRORS = {
  // Wire: malformed or oversized messages. These end the connection that sent them.
  protocol_violation: spec('08P01', 'protocol violation: {reason}'),
  message_too_large: spec('54000', 'message of {bytes} bytes is longer than the {max} bytes which pgveil inspects'),
  too_many_prepared: spec('54000', 'more than {max} prepared statements or portals on one connection', 'Close those which are no longer needed.'),
  upstream_unreachable: spec('08006', 'pgveil cannot reach the database server', 'Check --upstream and that the server accepts connections.'),
  upstream_confused: spec('08P01', 'pgveil received an answer that fits no request'),
  upstream_tls_refused: spec('08006', 'the database server does not offer the TLS which --upstream-tls asks for'),
  tls_required: spec('28000', 'this server accepts encrypted connections only', 'Connect with sslmode=require.'),
  too_many_connections: spec('53300', 'pgveil has reached its limit of {max} connections'),
  startup_timeout: spec('08P01', 'startup was not completed in {seconds} s'),
  shutting_down: spec('57P01', 'terminating connection: pgveil is shutting down'),
  session_role_gone: spec('57P01', 'terminating connection: the role of this session is no longer in the policy'),
  // Rights: the role may not do it.
  search_denied: spec('42501', 'role {role} may not {operation} {column}', 'Add {category} to roles.{role}.search in the policy.'),
  read_denied: spec('42501', 'role {role} may not read {column}', 'roles.{role}.read says deny for {category}.'),
  write_denied: spec('42501', 'role {role} may not write {column}', 'Add {category} to roles.{role}.write in the policy.'),
  overwrite_denied: spec('42501', 'role {role} reads {column} masked and may not overwrite it', 'Add {category} to roles.{role}.overwrite in the policy.'),
  masked_value_refused: spec('42501', 'the value for {column} has the shape of its mask', 'Leave the column out of the statement when its value was not changed.'),
  sealed_write_denied: spec('42501', 'the value for {column} is a sealed value, which role {role} may not write', 'Add "sealed" to roles.{role}.write in the policy.'),
  function_call_denied: spec('42501', 'function calls by protocol are refused for role {role}'),
  // Support: the protection can't do it.
  operation_unsupported: spec('0A000', '{operation} is not supported on the sealed column {column}', '{remedy}'),
  statement_unsupported: spec('0A000', 'pgveil cannot protect this statement: {reason}', '{remedy}'),
  statement_too_complex: spec('54001', 'pgveil cannot inspect this statement: {reason}', 'Split the statement, or send its values as parameters.'),
  ambiguous_relation: spec('0A000', 'the name {name} fits a protected relation, and the search_path is not known here', 'Write the name with its schema.'),
  column_unguarded: spec('0A000', 'the column {column} is not sealed yet', 'Apply the output of: pgveil policy ddl'),
  session_setting_unsupported: spec('0A000', 'statements on protected tables need {setting}', 'SET {setting} and try again.'),
  parameter_type_unsupported: spec('0A000', 'parameter ${number} of type {type} cannot be sealed for {column}', 'Send it as text.'),
  // Values: checked here, since the database sees only sealed values.
  value_too_long: spec('22001', 'value too long for type {type}'),
  value_too_large: spec('22001', 'value for {column} is longer than {max} bytes'),
  date_invalid: spec('22007', 'invalid input syntax for type date'),
  date_out_of_range: spec('22008', 'date/time field value out of range'),
  date_form_unsupported: spec('0A000', 'this form of date is not supported for the sealed column {column}', 'Write dates as YYYY-MM-DD.'),
  text_not_utf8: spec('22021', 'invalid byte sequence for encoding "UTF8"'),
  binary_value_invalid: spec('22P03', 'incorrect binary data format in bind parameter {number}'),
  copy_format_invalid: spec('22P04', 'invalid COPY data for {table}: {reason}'),
  // Crypto and keys.
  value_open_failed: spec('XX000', 'a sealed value could not be opened'),
  key_missing: spec('58000', 'no key for field {field}', 'Run: pgveil keys sync'),
  // The log.
  audit_unwritable: spec('58030', 'the access log cannot be written; nothing is released', 'Free the disk under --audit-log.'),
  // Start-up and files; these reach the operator, not a client.
  usage: spec('F0000', '{reason}'),
  config_invalid: spec('F0000', '{reason}'),
  policy_invalid: spec('F0000', '{source}:{line}:{column}: {reason}'),
  keyring_invalid: spec('F0000', '{source}: {reason}'),
  database_blocked: spec('F0000', '{count} finding(s) block the start: {first}', 'Run: pgveil policy check'),
  file_unreadable: spec('F0000', '{path}: {reason}'),
  catalog_unreachable: spec('F0000', 'the catalogue login does not work: {reason}', 'Check --catalog-url.'),
  embedded_failed: spec('F0000', 'embedded PostgreSQL: {reason}'),
  internal: spec('XX000', 'internal error in pgveil'),
} as const satisfies Record<string, ErrorSpec>

export type ErrorCode = keyof typeof ERRORS

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
    const row: ErrorSpec = ERRORS[this.code]
    return row.hint === undefined ? undefined : fill(row.hint, this.facts)
  }
}

/** Marks a case that the types rule out. */
export const assertNever = (value: never): never => {
  throw new ProxyError('internal', { unexpected: typeof value })
}

/** Any thrown thing as a ProxyError; foreign errors become `internal` with their own error as the cause. */
export const asProxyError = (error: unknown): ProxyError => (error instanceof ProxyError ? error : new ProxyError('internal', {}, { cause: error }))
