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

const sessionsByPhase = (connections: ReadonlySet<Connection>): Readonly<Record<SessionPhase, number>> => {
  const counts = { login: 0, idle: 0, busy: 0 }
  for (const connection of connections) counts[phaseOf(connection)]++
  return counts
}

export interface MetricsSources {
  readonly runtime: Runtime
  readonly listener: Listener
  readonly reloadFailure: () => string | undefined
}

/** One value for each value of the label; or a single one under the empty text when there is no label. */
interface Measure {
  readonly name: string
  readonly help: string
  readonly label?: string
  readonly read: () => Readonly<Record<string, number>>
}

const measures = ({ runtime, listener, reloadFailure }: MetricsSources): readonly Measure[] => [
  { name: 'pgveil_connections', help: 'Open connections of clients', read: () => ({ '': listener.sockets.size }) },
  { name: 'pgveil_sessions', help: 'Sessions by what they do', label: 'state', read: () => ({ ...sessionsByPhase(listener.connections) }) },
  { name: 'pgveil_catalogue_age_seconds', help: 'Time since the catalogue was read', read: () => ({ '': (runtime.inForce.catalog.ageMs() ?? 0) / 1000 }) },
  {
    name: 'pgveil_healthy',
    help: 'Whether each part is usable (1) or not (0)',
    label: 'part',
    read: () => Object.fromEntries(Object.entries(healthOf(runtime, reloadFailure())).map(([part, state]) => [part, state === 'ok' ? 1 : 0])),
  },
  { name: 'pgveil_audit_events', help: 'Events in the present chain of the access log', read: () => ({ '': runtime.audit.seq }) },
  { name: 'pgveil_policy_info', help: 'The policy in force', label: 'hash', read: () => ({ [runtime.inForce.policy.hash]: 1 }) },
]

const gaugeOf = ({ name, help, label, read }: Measure): Gauge =>
  new Gauge({
    name,
    help,
    registers: [],
    labelNames: label === undefined ? [] : [label],
    collect(): void {
      this.reset()
      for (const [text, value] of Object.entries(read())) {
        if (label === undefined) this.set(value)
        else this.set({ [label]: text }, value)
      }
    },
  })

/** A registry of its own, since several proxies may run in one process. Everything is read when it is asked for. */
export const createMetrics = (sources: MetricsSources): Registry => {
  const registry = new Registry()
  for (const measure of measures(sources)) registry.registerMetric(gaugeOf(measure))
  return registry
}
