/** Plans texts, and remembers the plans: a plan holds for one catalogue, one policy and one search_path, whatever the role. */
import { LRUCache } from 'lru-cache'
import { ProxyError } from '../errors.js'
import { PLANS_CACHED_BYTES_MAX, PLANS_CACHED_MAX } from '../limits.js'
import { planText } from '../sql/plan.js'
import { isShared, shapeOf } from '../sql/shape.js'
import type { PlanContext, TextPlan } from '../sql/types.js'

export interface PlanRequest {
  readonly text: string
  readonly context: PlanContext
  /** Rises with the policy; together with the catalogue's version it says whether a plan still holds. */
  readonly policyHash: string
}

/** EXECUTE depends on what the session has prepared, so its plan is nobody else's. */
const DEPENDS_ON_SESSION = /\bexecute\b/i

const isOwn = ({ text, context }: PlanRequest): boolean => context.changed.size > 0 || DEPENDS_ON_SESSION.test(text)

export class Planner {
  readonly #plans: LRUCache<string, TextPlan> = new LRUCache({
    max: PLANS_CACHED_MAX,
    maxSize: PLANS_CACHED_BYTES_MAX,
    sizeCalculation: (_, key) => key.length + 1
  })
  #epoch = ''

  /** The plan of a text. Never throws: what goes wrong in planning is a refusal. */
  plan(request: PlanRequest): TextPlan {
    this.#forgetOld(`${request.context.catalog.version}/${request.policyHash}`)
    if (isOwn(request)) return this.#planned(request)
    const path = request.context.searchPath
    const where = `${path === undefined ? '' : `=${path.join('\0')}`}\0\0${request.context.missing}\0`
    const shape = shapeOf(request.text)
    // No text holds a zero byte, so none is taken for a shape.
    const shapeKey = shape === undefined ? undefined : `${where}\0${shape}`
    const textKey = where + request.text
    const known = (shapeKey === undefined ? undefined : this.#plans.get(shapeKey)) ?? this.#plans.get(textKey)
    if (known !== undefined) return known
    const plan = this.#planned(request)
    if (plan.outcome !== 'stale') this.#plans.set(shapeKey !== undefined && isShared(plan) ? shapeKey : textKey, plan)
    return plan
  }

  #forgetOld(epoch: string): void {
    if (epoch === this.#epoch) return
    this.#plans.clear()
    this.#epoch = epoch
  }

  #planned(request: PlanRequest): TextPlan {
    try {
      return planText(request.text, request.context)
    } catch (cause) {
      const error = cause instanceof ProxyError ? cause : new ProxyError('internal', {}, { cause })
      return { outcome: 'refused', error, uses: [] }
    }
  }
}
