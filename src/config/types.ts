/** What `pgveil start` runs with, after flags, environment and file are merged. Every path is absolute. */

/** A text that must not be printed, such as a URL with a password: logging or serialising the wrapper shows nothing. */
export class SecretText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself; for whoever connects with it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '(secret)'
  }

  toJSON(): string {
    return this.toString()
  }
}

/** A TCP address; port 0 picks a free one where we listen. IPv6 hosts stand without brackets. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** What clients are offered, or must use. */
export type ClientTlsConfig =
  | { readonly mode: 'off' }
  | { readonly mode: 'allow' | 'require'; readonly certificatePath: string; readonly keyPath: string }

/** `require` encrypts without looking at the certificate; without `caPath`, `verify-full` trusts the authorities of Node. */
export type UpstreamTlsConfig =
  | { readonly mode: 'off' | 'require' }
  | { readonly mode: 'verify-full'; readonly caPath: string | undefined }

/** A PostgreSQL server that already runs. */
export interface ExternalDatabase {
  readonly kind: 'external'
  readonly upstream: Endpoint
  readonly upstreamTls: UpstreamTlsConfig
  /** A login without privileges, to read the catalogue. */
  readonly catalogUrl: SecretText
  /** A file, or a folder of them. */
  readonly policyPath: string
}

/** Our own PostgreSQL with the demo data. */
export interface EmbeddedDatabase {
  readonly kind: 'embedded'
  /** undefined: the policy of the demo. */
  readonly policyPath: string | undefined
  /** Start afresh: the state in the data directory is dropped. */
  readonly reset: boolean
}

export interface StartConfig {
  readonly listen: Endpoint
  readonly admin: Endpoint | undefined
  readonly database: ExternalDatabase | EmbeddedDatabase
  readonly clientTls: ClientTlsConfig
  readonly keyringPath: string
  readonly auditLogPath: string
  /** A folder. */
  readonly auditHeadPath: string
  readonly auditDurability: 'write'
  /** Where the embedded database and the defaults of the three paths above live. */
  readonly dataPath: string
  /** Print one JSON line when ready instead of text. */
  readonly json: boolean
}
