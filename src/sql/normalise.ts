/** Stand-in until the planner's own is there. */
import type { Catalog } from '../catalog/types.js'
import type { StatementPlan } from './types.js'

export const normaliseText = (_text: string, _statement: StatementPlan | undefined, _catalog: Catalog): { text: string; fingerprint: string } | undefined => undefined
