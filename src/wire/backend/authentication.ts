import { BodyReader } from '../reader.js'
import { BACKEND } from '../tags.js'
import { MessageWriter } from '../writer.js'

/** The requests whose further bytes (salt, SASL and GSS data) are for the client alone. */
export type OpaqueAuthenticationKind =
  | 'ok'
  | 'kerberos_v5'
  | 'cleartext_password'
  | 'md5_password'
  | 'scm_credential'
  | 'gss'
  | 'gss_continue'
  | 'sspi'
  | 'sasl_continue'
  | 'sasl_final'

/** What the server asks for, or tells, during authentication. */
export type AuthenticationMessage =
  | { readonly kind: OpaqueAuthenticationKind; readonly data: Uint8Array }
  /** Mechanism names in the server's order of preference. */
  | { readonly kind: 'sasl'; readonly mechanisms: readonly string[] }

const CODES: Readonly<Record<AuthenticationMessage['kind'], number>> = {
  ok: 0,
  kerberos_v5: 2,
  cleartext_password: 3,
  md5_password: 5,
  scm_credential: 6,
  gss: 7,
  gss_continue: 8,
  sspi: 9,
  sasl: 10,
  sasl_continue: 11,
  sasl_final: 12,
}

const OPAQUE_KINDS: ReadonlyMap<number, OpaqueAuthenticationKind> = new Map<number, OpaqueAuthenticationKind>([
  [CODES.ok, 'ok'],
  [CODES.kerberos_v5, 'kerberos_v5'],
  [CODES.cleartext_password, 'cleartext_password'],
  [CODES.md5_password, 'md5_password'],
  [CODES.scm_credential, 'scm_credential'],
  [CODES.gss, 'gss'],
  [CODES.gss_continue, 'gss_continue'],
  [CODES.sspi, 'sspi'],
  [CODES.sasl_continue, 'sasl_continue'],
  [CODES.sasl_final, 'sasl_final'],
])

const readMechanisms = (reader: BodyReader): string[] => {
  const mechanisms: string[] = []
  for (let name = reader.readName(); name !== ''; name = reader.readName()) mechanisms.push(name)
  return mechanisms
}

/**
 * Throws `protocol_violation` for a request that we do not know: guessing could take a session for authenticated.
 * `data` is a view of the body.
 */
export const decodeAuthentication = (body: Uint8Array): AuthenticationMessage => {
  const reader = new BodyReader(body, 'Authentication')
  const code = reader.readInt32()
  if (code === CODES.sasl) {
    const mechanisms = readMechanisms(reader)
    reader.expectEnd()
    return { kind: 'sasl', mechanisms }
  }
  const kind = OPAQUE_KINDS.get(code) ?? reader.fail(`unknown request ${code}`)
  const data = reader.readRest()
  if (kind === 'ok' && data.length !== 0) reader.fail('bytes after the last field')
  return { kind, data }
}

/** Throws `protocol_violation` for an empty mechanism name or one with a NUL. */
export const encodeAuthentication = (message: AuthenticationMessage): Buffer => {
  const writer = new MessageWriter(BACKEND.AUTHENTICATION).writeInt32(CODES[message.kind])
  if (message.kind !== 'sasl') return writer.writeBytes(message.data).finish()
  for (const mechanism of message.mechanisms) writer.writeListedName(mechanism)
  return writer.writeUint8(0).finish()
}
