/** The statement planner: what to seal, refuse and rewrite in a text of SQL. */
export { authorize } from './authorize.js'
export { normaliseText } from './normalise.js'
export { loadParser } from './parser.js'
export { planText } from './plan.js'
export { viewColumnOrigin } from './view-origin.js'
