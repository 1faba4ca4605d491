/** Prometheus metrics: numbers and fixed labels only. */
import { Gauge, Registry } from 'prom-client'
import type { Connection } from './connection.js'
import { healthOf } from './health.js'
import type { Listener } from './listener.js'
import type { Runtime } from './runtime.js'

type SessionPhase = 'login' | 'idle' | 'busy'

const phaseOf = ({ isReady, session }: Connection): SessionPhase => {
  if (!isReady) return 'login'
  return session.isBetweenTransactions ? 'idle' : 'busy'
}

const count = (connections: ReadonlySet<Connection>): Readonly<Record<SessionPhase, number>> => {
  const counts = { login: 0, idle: 0, busy: 0 }
  for (const connection of connections) counts[phaseOf(connection)]++
  return counts
}

export interface MetricsSources {
  readonly runtime: Runtime
  readonly listener: Listener
  readonly reloadFailure: () => string | undefined
}

/** A registry of its own: several proxies may run in one process. Everything is read when it is asked for. */
export const createMetrics = ({ runtime, listener, reloadFailure }: MetricsSources): Registry => {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({ name: 'pgveil_connections', help: 'Open connections of clients', registers, collect(): void {
    this.set(listener.sockets.size)
  } })
  new Gauge({ name: 'pgveil_sessions', help: 'Sessions by what they do', labelNames: ['state'], registers, collect(): void {
    for (const [state, value] of Object.entries(count(listener.connections))) this.set({ state }, value)
  } })
  new Gauge({ name: 'pgveil_catalogue_age_seconds', help: 'Since the catalogue was read', registers, collect(): void {
    this.set((runtime.inForce.catalog.ageMs() ?? 0) / 1000)
  } })
  new Gauge({ name: 'pgveil_healthy', help: 'Whether each part is usable (1) or not (0)', labelNames: ['part'], registers, collect(): void {
    for (const [part, state] of Object.entries(healthOf(runtime, reloadFailure()))) this.set({ part }, state === 'ok' ? 1 : 0)
  } })
  new Gauge({ name: 'pgveil_audit_events', help: 'Events in the present chain of the access log', registers, collect(): void {
    this.set(runtime.audit.seq)
  } })
  new Gauge({ name: 'pgveil_policy_info', help: 'The policy in force', labelNames: ['hash'], registers, collect(): void {
    this.reset()
    this.set({ hash: runtime.inForce.policy.hash }, 1)
  } })
  return registry
}
