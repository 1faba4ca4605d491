/** Whether everything is usable that a statement on protected columns needs. */
import type { Runtime } from './runtime.js'

/** `ok`, or what is wrong, for each thing. */
export interface Health {
  readonly catalogue: string
  readonly policy: string
  readonly keys: string
  readonly guards: string
  readonly log: string
}

const OK = 'ok'

const keysOf = ({ inForce }: Runtime): string => {
  try {
    for (const field of inForce.policy.fields.keys()) inForce.vault.prefixOf(field)
    return OK
  } catch {
    return 'a field of the policy has no key'
  }
}

/** Looks at what is in force now; asks nobody. */
export const healthOf = (runtime: Runtime, reloadFailure: string | undefined): Health => {
  const { catalog } = runtime.inForce
  const { findings } = catalog.current()
  const unguarded = findings.filter(finding => finding.severity === 'unguarded')
  const blocking = findings.find(finding => finding.severity === 'blocks')
  return {
    catalogue: catalog.healthy() ? OK : (catalog.failure()?.message ?? 'not loaded'),
    policy: reloadFailure ?? (blocking === undefined ? OK : `${blocking.object}: ${blocking.reason}`),
    keys: keysOf(runtime),
    guards: unguarded.length === 0 ? OK : `${unguarded.length} column(s) not sealed: ${unguarded[0]?.column ?? unguarded[0]?.object ?? ''}`,
    log: runtime.audit.healthy() ? OK : 'the access log or its head cannot be written',
  }
}

export const isHealthy = (health: Health): boolean => Object.values(health).every(state => state === OK)
