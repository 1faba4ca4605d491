/** Health and metrics by HTTP, for the machine's own monitoring: reading only, and no secret or personal value in it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { asProxyError, ProxyError } from '../errors.js'
import { healthOf, isHealthy } from './health.js'
import { createMetrics, type MetricsSources } from './metrics.js'
import type { Endpoint } from './types.js'

export interface AdminOptions extends MetricsSources {
  readonly listen: Endpoint
}

export interface Admin {
  readonly endpoint: Endpoint
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

const json = (status: number, value: unknown): Answer => ({ status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` })

const send = (response: ServerResponse, { status, contentType, body }: Answer): void => {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.end(body)
}

type Route = () => Answer | Promise<Answer>

const routesOf = (options: AdminOptions): ReadonlyMap<string, Route> => {
  const metrics = createMetrics(options)
  return new Map<string, Route>([
    ['/healthz', () => json(200, { status: 'ok' })],
    ['/readyz', () => {
      const health = healthOf(options.runtime, options.reloadFailure())
      return json(isHealthy(health) ? 200 : 503, health)
    }],
    ['/metrics', async () => ({ status: 200, contentType: metrics.contentType, body: await metrics.metrics() })],
  ])
}

const answer = async (request: IncomingMessage, routes: ReadonlyMap<string, Route>): Promise<Answer> => {
  if (request.method !== 'GET') return json(405, { error: 'only GET' })
  const route = routes.get((request.url ?? '').replace(/\?.*$/s, ''))
  return route === undefined ? json(404, { error: 'not found' }) : route()
}

/** Serves `/healthz`, `/readyz` and `/metrics`. Throws `config_invalid` when the address can't be had. */
export const startAdmin = (options: AdminOptions): Promise<Admin> => {
  const { host, port } = options.listen
  const routes = routesOf(options)
  const server = createServer((request, response) => {
    answer(request, routes).then(
      result => send(response, result),
      error => send(response, json(500, { error: asProxyError(error).code })),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', cause => reject(new ProxyError('config_invalid', { reason: `${host}:${port} cannot be listened on for --admin` }, { cause })))
    server.listen({ host, port }, () => {
      const address = server.address()
      const endpoint = { host, port: typeof address === 'object' && address !== null ? address.port : port }
      resolve({ endpoint, close: () => closed(server) })
    })
  })
}

const closed = (server: ReturnType<typeof createServer>): Promise<void> =>
  new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
