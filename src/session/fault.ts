/** What the operator is told of errors that should not happen. */
import type { ProxyError } from '../errors.js'

const FRAME = /^\s+at .*/gm
const FRAMES_MAX = 8

/**
 * One line about a fault of ours or of the server's, or undefined for errors that are the client's or the policy's business.
 * Of a foreign error only the places in the code are told: its message may quote a value.
 */
export const faultLine = (error: ProxyError): string | undefined => {
  if (error.code !== 'internal' && error.code !== 'upstream_confused' && error.code !== 'audit_unwritable') return undefined
  const origin = error.cause instanceof Error ? error.cause : error
  const frames = (origin.stack?.match(FRAME) ?? []).slice(0, FRAMES_MAX).map(frame => frame.trim())
  return [`${error.code} ${JSON.stringify(error.facts)} ${origin.name}`, ...frames].join(' | ')
}
