/** The proxy as an object in this process: no signals, no output, no exit. */
import { asProxyError } from '../errors.js'
import { startAdmin, type Admin } from './admin.js'
import { startListener, type Listener } from './listener.js'
import { Runtime } from './runtime.js'
import { drain } from './shutdown.js'
import { loadClientContext } from './tls.js'
import type { Endpoint, ProxyOptions } from './types.js'
import { connectUpstream, upstreamTarget, type UpstreamTarget } from './upstream.js'

export interface Proxy {
  /** Where it listens; with the port that was picked. */
  readonly endpoint: Endpoint
  readonly port: number
  readonly admin: Endpoint | undefined
  readonly adminPort: number | undefined
  /**
   * Takes over policy, keys and certificates from their files, and opens the log anew. If something is wrong with them,
   * reports it and throws it; what was in force stays.
   */
  reload(): Promise<void>
  /** Ends all sessions, those within a transaction as soon as it ends, and then the log. May be called again. */
  stop(): Promise<void>
}

const requireUpstream = async (target: UpstreamTarget): Promise<void> => {
  const socket = await connectUpstream(target)
  socket.destroy()
}

interface Parts {
  readonly options: ProxyOptions
  readonly runtime: Runtime
  readonly listener: Listener
  readonly admin: Admin | undefined
  readonly reload: () => Promise<void>
}

const stopParts = async ({ options, runtime, listener, admin }: Parts): Promise<void> => {
  try {
    await drain(listener, options.shutdownMs)
    await admin?.close()
  } finally {
    runtime.stop()
  }
}

const proxyOf = (parts: Parts): Proxy => {
  let stopping: Promise<void> | undefined
  const { listener, admin, reload } = parts
  return {
    endpoint: listener.endpoint,
    port: listener.endpoint.port,
    admin: admin?.endpoint,
    adminPort: admin?.endpoint.port,
    reload,
    stop: () => (stopping ??= stopParts(parts)),
  }
}

/**
 * Starts the proxy and resolves when it accepts clients. Throws what refuses a start: what `options.load` throws,
 * `file_unreadable`, `upstream_unreachable`, `upstream_tls_refused`, `audit_unwritable`, `config_invalid` for a port in use.
 */
export const startProxy = async (options: ProxyOptions): Promise<Proxy> => {
  let context = loadClientContext(options.clientTls)
  const target = upstreamTarget(options.upstream, options.upstreamTls)
  await requireUpstream(target)
  const runtime = new Runtime(options, await options.load(0))
  let reloadFailure: string | undefined
  const reload = async (): Promise<void> => {
    try {
      runtime.reopenLog()
      const nextContext = loadClientContext(options.clientTls)
      await runtime.reload()
      context = nextContext
      reloadFailure = undefined
    } catch (error) {
      reloadFailure = asProxyError(error).message
      options.report(`reload refused, the old settings stay: ${reloadFailure}`)
      throw error
    }
  }
  try {
    const opening = () => ({ mode: options.clientTls.mode, context, startupMs: options.startupMs })
    const listener = await startListener({ listen: options.listen, services: runtime.services, opening, target, connectionsMax: options.connectionsMax })
    try {
      const admin = options.admin === undefined ? undefined : await startAdmin({ listen: options.admin, runtime, listener, reloadFailure: () => reloadFailure })
      return proxyOf({ options, runtime, listener, admin, reload })
    } catch (error) {
      listener.close()
      throw error
    }
  } catch (error) {
    runtime.stop()
    throw error
  }
}
