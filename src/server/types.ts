/** What the server side is made of, in plain terms: how the rest of the program hands policy, keys and catalogue to it. */
import type { HeadSigner } from '../audit/head.js'
import type { ProxyError } from '../errors.js'
import type { CatalogSource, Services } from '../session/services.js'

/** A TCP address; port 0 picks a free one where we listen. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** What clients are offered, or must use. The files are PEM. */
export type ClientTls =
  | { readonly mode: 'off' }
  | { readonly mode: 'allow' | 'require'; readonly certificatePath: string; readonly keyPath: string }

/** `require` encrypts without looking at the certificate; without `caPath`, `verify-full` trusts the authorities of Node. */
export type UpstreamTls = { readonly mode: 'off' | 'require' } | { readonly mode: 'verify-full'; readonly caPath: string | undefined }

export type Policy = ReturnType<Services['policy']>
export type Vault = Services['vault']
export type Catalog = ReturnType<CatalogSource['current']>

/** The catalogue of one policy, which can be read again. */
export interface WatchedCatalog {
  current(): Catalog
  /** Resolves to a catalogue whose loading began after the call; rejects with `catalog_unreachable`, and the old one stays. */
  refresh(): Promise<Catalog>
  healthy(): boolean
  ageMs(): number | undefined
  failure(): ProxyError | undefined
}

/** A policy with what was loaded under it: replaced as a whole, so no session sees one without the other. */
export interface InForce {
  readonly policy: Policy
  readonly vault: Vault
  readonly catalog: WatchedCatalog
}

export interface AuditOptions {
  readonly path: string
  /** A folder. */
  readonly headPath: string
  readonly keyringId: string
  readonly signer: HeadSigner
}

export interface ProxyOptions {
  readonly listen: Endpoint
  readonly admin?: Endpoint | undefined
  readonly upstream: Endpoint
  readonly upstreamTls: UpstreamTls
  readonly clientTls: ClientTls
  readonly audit: AuditOptions
  /**
   * Reads policy, keys and catalogue afresh; the catalogue's version is to be above `versionAbove`. Throws what makes a
   * start or a reload impossible.
   */
  load(versionAbove: number): Promise<InForce>
  /** One line for the operator; no values in it. */
  report(line: string): void
  /** Bounds that tests make smaller. */
  readonly connectionsMax?: number
  readonly startupMs?: number
  readonly shutdownMs?: number
}
