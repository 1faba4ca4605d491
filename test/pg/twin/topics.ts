/** All topics. */
import type { TwinCase } from './case.js'
import { ATTACKS } from './attack.js'
import { CODE } from './code.js'
import { COMPARISONS } from './comparisons.js'
import { COPIES } from './copy.js'
import { CURSORS } from './cursors.js'
import { DATES } from './dates.js'
import { MORE_DOCUMENTS } from './docs.js'
import { DOCUMENTS } from './documents.js'
import { EXPRESSIONS } from './expressions.js'
import { GROUPING } from './grouping.js'
import { JOINS } from './joins.js'
import { LITERALS } from './literals.js'
import { NULLS } from './nulls.js'
import { SCOPES } from './scopes.js'
import { SHAPES } from './shapes.js'
import { UTILITIES } from './utilities.js'
import { VIEWS } from './views.js'
import { CHANGES } from './writes-change.js'
import { INSERTS } from './writes-insert.js'

export interface Topic {
  readonly name: string
  readonly cases: readonly TwinCase[]
  /** Whether the tables are compared after each case; binary results are then left out. */
  readonly writes: boolean
  /** Whether each case has a connection of its own. */
  readonly isFresh?: true
}

export const TOPICS: readonly Topic[] = [
  { name: 'comparisons', cases: COMPARISONS, writes: false },
  { name: 'joins', cases: JOINS, writes: false },
  { name: 'documents', cases: DOCUMENTS, writes: false },
  { name: 'grouping', cases: GROUPING, writes: false },
  { name: 'expressions', cases: EXPRESSIONS, writes: false },
  { name: 'views', cases: VIEWS, writes: false },
  { name: 'writes-change', cases: CHANGES, writes: true },
  { name: 'writes-insert', cases: INSERTS, writes: true },
  { name: 'literals', cases: LITERALS, writes: true },
  { name: 'utilities', cases: UTILITIES, writes: false },
  { name: 'nulls', cases: NULLS, writes: false },
  { name: 'scopes', cases: SCOPES, writes: false },
  { name: 'shapes', cases: SHAPES, writes: false },
  { name: 'docs', cases: MORE_DOCUMENTS, writes: false },
  { name: 'dates', cases: DATES, writes: false },
  { name: 'attack', cases: ATTACKS, writes: true },
  { name: 'code', cases: CODE, writes: true, isFresh: true },
  { name: 'copy', cases: COPIES, writes: true },
  { name: 'cursors', cases: CURSORS, writes: false, isFresh: true },
]
