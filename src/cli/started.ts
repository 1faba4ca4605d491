/** What `start` has started, and how it tells so. */
import type { Proxy } from '../server/start.js'
import type { Endpoint } from '../server/types.js'
import { print, printJson, table } from './output.js'

export interface StartedAccount {
  readonly user: string
  readonly password: string
  readonly role: string
  /** Through the proxy. */
  readonly url: string
}

export interface Started {
  readonly proxy: Proxy
  /** With credentials for the embedded demo only. */
  readonly upstreamUrl: string
  readonly accounts: readonly StartedAccount[] | undefined
  /** Ends sessions and whatever was started for them. */
  readonly stop: () => Promise<void>
}

/** `host:port`, with brackets around an IPv6 address. */
export const endpointText = ({ host, port }: Endpoint): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** The one line of `start --json`; scripts depend on its keys. */
const printReadyLine = ({ proxy, upstreamUrl, accounts }: Started, auditLogPath: string): void =>
  printJson({
    ready: true,
    listen: endpointText(proxy.endpoint),
    upstream: upstreamUrl,
    ...(proxy.admin === undefined ? {} : { admin: endpointText(proxy.admin) }),
    auditLog: auditLogPath,
    ...(accounts === undefined ? {} : { accounts }),
  })

const EXAMPLE = "'SELECT id, first_name, last_name, email, phone, birth_date FROM contacts LIMIT 3'"

const printAccounts = (accounts: readonly StartedAccount[], upstreamUrl: string): void => {
  print('')
  table(['account', 'role', 'connection string'], accounts.map(({ user, role, url }) => [user, role, url]))
  print('\nTry the same query as each of them:')
  for (const { url } of accounts.slice(0, 2)) print(`  psql ${url} -c ${EXAMPLE}`)
  print('\nWhat is really stored, past the proxy:')
  print(`  psql ${upstreamUrl} -c ${EXAMPLE}`)
}

/** Says on stdout that the proxy is ready. */
export const printReady = (started: Started, { isJson, auditLogPath }: { readonly isJson: boolean; readonly auditLogPath: string }): void => {
  if (isJson) return printReadyLine(started, auditLogPath)
  const { proxy, accounts, upstreamUrl } = started
  print(`pgveil is ready on ${endpointText(proxy.endpoint)}`)
  if (proxy.admin !== undefined) print(`health and metrics on http://${endpointText(proxy.admin)}`)
  print(`access log in ${auditLogPath}`)
  if (accounts !== undefined) printAccounts(accounts, upstreamUrl)
}
