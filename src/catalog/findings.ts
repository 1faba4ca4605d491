/** Everything in the database that would work on sealed values as if they were plain. */
import type { Policy } from '../policy/types.js'
import type { Query } from './rows.js'
import type { Parents } from './relations.js'
import type { Finding, Relation, RoutineInfo } from './types.js'

/** What the checks may look at. */
export interface FindingScope {
  readonly query: Query
  readonly policy: Policy
  readonly prefixOf: (fieldName: string) => string | undefined
  readonly relations: readonly Relation[]
  readonly byOid: ReadonlyMap<number, Relation>
  readonly parents: Parents
  readonly routines: readonly RoutineInfo[]
}

export const collectFindings = async (_scope: FindingScope): Promise<readonly Finding[]> => []
