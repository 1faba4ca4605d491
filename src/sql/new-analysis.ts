/** A fresh analysis with the parts of the planner wired together. */
import type { Analysis } from './analysis.js'
import { evaluate } from './expression/evaluate.js'
import { Ledger } from './ledger.js'
import { modify } from './modify/modify.js'
import { analyseSelect } from './select.js'
import type { PlanContext } from './types.js'
import { UseSet } from './uses.js'
import { viewCacheOf } from './views.js'

export const newAnalysis = ({ catalog, searchPath, missing, changed }: Pick<PlanContext, 'catalog' | 'searchPath' | 'missing' | 'changed'>): Analysis => {
  let ranges = 0
  return {
    catalog,
    searchPath,
    missingPolicy: missing,
    changed,
    uses: new UseSet(),
    ledger: new Ledger(),
    unguarded: new Set(),
    missing: new Set(),
    effects: [],
    isView: false,
    viewDepth: 0,
    // Plans of views that were made without the change say nothing of it.
    views: changed.size === 0 ? viewCacheOf(catalog) : new Map(),
    nextRange: () => {
      ranges += 1
      return `r${String(ranges)}`
    },
    evaluate,
    select: analyseSelect,
    modify,
  }
}
