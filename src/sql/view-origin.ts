/** Which base-table column a view's column is. */
import type { Catalog } from '../catalog/types.js'
import { newAnalysis } from './new-analysis.js'
import type { Origin } from './content.js'
import { originIn, planView, viewCacheOf } from './views.js'

/**
 * The base-table column behind a view's plain column, through nested views; undefined for a computed column and for
 * what is no view. Cached for the life of the catalogue's snapshot.
 */
export const viewColumnOrigin = (catalog: Catalog, relationOid: number, attnum: number): Origin | undefined => {
  const view = catalog.relationByOid(relationOid)
  if (view?.definition === undefined) return undefined
  const index = view.columns.findIndex(column => column.attnum === attnum)
  if (index === -1) return undefined
  const plan = viewCacheOf(catalog).get(relationOid) ?? planView(newAnalysis({ catalog, searchPath: undefined, missing: 'forward', changed: new Set() }), view)
  return originIn(plan, index)
}
