import type { BenchDatabase } from '../database.js'
import type { Target } from './target.js'

/** No proxy at all. */
export const directTarget = ({ host, port }: BenchDatabase): Target => ({ name: 'direct', host, port, cpuSeconds: () => undefined, stop: async () => undefined })
