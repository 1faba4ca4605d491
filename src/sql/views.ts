/** Views through their definitions, by the same planner. */
import type { Catalog, Relation } from '../catalog/types.js'
import { asProxyError } from '../errors.js'
import { VIEW_DEPTH_MAX } from '../limits.js'
import type { Analysis, QueryColumn, ViewPlan } from './analysis.js'
import { mapValues, withExplicit } from './content.js'
import type { Content, Origin } from './content.js'
import { Ledger } from './ledger.js'
import { parseText } from './parser.js'
import { statementUnsupported } from './refusal.js'
import { bodyOf } from './tree.js'
import { UseSet } from './uses.js'

/** What the columns of a view hold. Throws what its body is refused for. */
export const viewColumns = (analysis: Analysis, view: Relation): readonly QueryColumn[] => {
  const plan = analysis.views.get(view.oid) ?? planView(analysis, view)
  if (plan.outcome === 'refused') throw plan.error
  for (const name of plan.unguarded) analysis.unguarded.add(name)
  return plan.columns
}

/** Plans a view and remembers it. */
export const planView = (analysis: Analysis, view: Relation): ViewPlan => {
  const plan = analyseView(analysis, view)
  // A refusal may be due to the depth at which the view was met: only one met on top holds everywhere.
  if (plan.outcome === 'planned' || analysis.viewDepth === 0) analysis.views.set(view.oid, plan)
  return plan
}

const analyseView = (analysis: Analysis, view: Relation): ViewPlan => {
  const unguarded = new Set<string>()
  try {
    if (analysis.viewDepth >= VIEW_DEPTH_MAX) throw tooDeep()
    const parsed = parseText(view.definition ?? '')
    const [statement] = parsed.outcome === 'parsed' ? parsed.statements : []
    const select = bodyOf(statement?.node, 'SelectStmt')
    if (select === undefined) throw statementUnsupported('the definition of a view is not a query', 'Read the table instead.')
    const inner: Analysis = {
      ...analysis,
      // pg_get_viewdef writes the schema of whatever is not in pg_catalog's reach.
      searchPath: undefined,
      uses: new UseSet(),
      ledger: new Ledger(),
      unguarded,
      missing: new Set(),
      missingPolicy: 'forward',
      isView: true,
      viewDepth: analysis.viewDepth + 1,
    }
    const { columns } = analysis.select(inner, select, undefined)
    return { outcome: 'planned', columns: columns.map(({ name, content }) => ({ name, content: asViewColumn(content) })), unguarded: [...unguarded] }
  } catch (error) {
    return { outcome: 'refused', error: asProxyError(error) }
  }
}

const tooDeep = (): Error => statementUnsupported(`views are nested deeper than ${String(VIEW_DEPTH_MAX)}`, 'Read the table instead.')

/** A column named inside the view is not named by the statement; constants in there are put out as they stand. */
const asViewColumn = (content: Content): Content =>
  withExplicit(
    mapValues(content, inner => (inner.places.length === 0 ? inner : { ...inner, places: [], hasOther: true })),
    false,
  )

const caches = new WeakMap<Catalog, Map<number, ViewPlan>>()

/** Plans of views live as long as the snapshot of the catalogue that they were made from. */
export const viewCacheOf = (catalog: Catalog): Map<number, ViewPlan> => {
  const known = caches.get(catalog)
  if (known !== undefined) return known
  const cache = new Map<number, ViewPlan>()
  caches.set(catalog, cache)
  return cache
}

/** The base-table column behind a plan's view column. */
export const originIn = (plan: ViewPlan | undefined, index: number): Origin | undefined => {
  if (plan?.outcome !== 'planned') return undefined
  const content = plan.columns[index]?.content
  return content?.kind === 'value' ? content.origin : undefined
}
