/** The constants of a text, and what was decided about each: sealed for one field, or left as it is, but never both. */
import { ProxyError } from '../errors.js'
import type { Field } from '../policy/types.js'
import type { SealPlan, Splice } from './types.js'
import { numberEnd, stringLiteralEnd, typeNameEnd } from './lexer.js'

/** A cast around a constant which a sealed value would not survive (it cuts or converts): its type name becomes `text`. */
export interface CastName {
  /** Byte at which the type name starts. */
  readonly start: number
}

export interface Place {
  readonly constant:
    | { readonly kind: 'param'; readonly number: number }
    | { readonly kind: 'string'; readonly start: number; readonly value: string }
    /** N'…': a char, which is stored without trailing spaces and compared by rules of its own. */
    | { readonly kind: 'national'; readonly start: number; readonly value: string }
    /** A number whose text form is what is written. */
    | { readonly kind: 'number'; readonly start: number; readonly value: string }
    /** Part of a view's body, or of a form that can't be replaced: it can be put out, never sealed. */
    | { readonly kind: 'fixed'; readonly value: string | undefined }
  /** scalar: the value itself. array: an array of values. element: one of the values of an array. */
  readonly form: 'scalar' | 'array' | 'element'
  readonly casts: readonly CastName[]
  readonly castCharactersMax: number | undefined
  /** A cast to text or varchar: no field declared as date takes it. */
  readonly isText: boolean
  /** A cast to `date`: only a field declared as date may take it. */
  readonly isDate: boolean
}

interface Decision {
  plan: SealPlan | undefined
  isPlain: boolean
  readonly place: Place
  /** Type names of casts around any occurrence. */
  readonly castStarts: Set<number>
}

/** One ledger for one text. */
export class Ledger {
  readonly #params = new Map<number, Decision>()
  readonly #literals = new Map<number, Decision>()

  /** The constant is used as it stands. Throws `statement_unsupported` if it is sealed elsewhere. */
  leavePlain(place: Place): void {
    const decision = this.#decisionOf(place)
    if (decision === undefined) return
    if (decision.plan !== undefined) throw usedTwice(place)
    decision.isPlain = true
  }

  /** The constant is sealed by `plan`. Throws `statement_unsupported` if it is also used otherwise. */
  seal(place: Place, plan: SealPlan): void {
    const decision = this.#decisionOf(place)
    if (decision === undefined) throw new ProxyError('statement_unsupported', { reason: 'a constant of a view meets a sealed column', remedy: FIXED_REMEDY })
    if (decision.isPlain) throw usedTwice(place)
    if (decision.plan !== undefined && !isCompatible(decision.plan, plan)) throw usedTwice(place)
    // A value that is both stored and looked for is checked as one that is stored.
    if (decision.plan === undefined || plan.purpose === 'store') decision.plan = plan
    noteCasts(decision, place)
  }

  /** The constant occurs where only its presence matters; a cast around it is rewritten if it is sealed elsewhere. */
  mention(place: Place): void {
    const decision = this.#decisionOf(place)
    if (decision !== undefined) noteCasts(decision, place)
  }

  /** Parameters 1, 2, … that are sealed. */
  params(): ReadonlyMap<number, SealPlan> {
    const plans = new Map<number, SealPlan>()
    for (const [number, { plan }] of this.#params) if (plan !== undefined) plans.set(number, plan)
    return plans
  }

  hasSealedLiterals(): boolean {
    for (const { plan } of this.#literals.values()) if (plan !== undefined) return true
    return false
  }

  /** The changes to the text, sorted. */
  splices(bytes: () => Uint8Array): Splice[] {
    const splices: Splice[] = []
    const castStarts = new Set<number>()
    for (const { plan, place, castStarts: starts } of [...this.#params.values(), ...this.#literals.values()]) {
      if (plan === undefined) continue
      if (place.constant.kind !== 'param' && place.constant.kind !== 'fixed') splices.push(literalSplice(place.constant, plan, bytes()))
      for (const start of starts) castStarts.add(start)
    }
    for (const start of castStarts) splices.push({ start, end: typeNameEnd(bytes(), start), replacement: { kind: 'text', text: 'text' } })
    return splices.toSorted((a, b) => a.start - b.start)
  }

  #decisionOf(place: Place): Decision | undefined {
    const { constant } = place
    if (constant.kind === 'fixed') return undefined
    const [decisions, key] = constant.kind === 'param' ? [this.#params, constant.number] : [this.#literals, constant.start]
    const known = decisions.get(key)
    if (known !== undefined) return known
    const decision: Decision = { plan: undefined, isPlain: false, place, castStarts: new Set() }
    decisions.set(key, decision)
    return decision
  }
}

const noteCasts = (decision: Decision, place: Place): void => {
  for (const cast of place.casts) decision.castStarts.add(cast.start)
}

const FIXED_REMEDY = 'Compare the column in the statement instead of the view.'

const literalSplice = (constant: { readonly kind: 'string' | 'national' | 'number'; readonly start: number; readonly value: string }, plan: SealPlan, bytes: Uint8Array): Splice => {
  const end = constant.kind === 'number' ? numberEnd(bytes, constant.start, constant.value) : stringLiteralEnd(bytes, constant.start)
  return { start: constant.start, end, replacement: { kind: 'seal', value: constant.value, plan } }
}

/** The seal of `field` for a place. */
export const sealPlan = (field: Field, purpose: SealPlan['purpose'], place: Place): SealPlan => ({
  field,
  purpose,
  isArray: place.form !== 'scalar',
  castCharactersMax: place.castCharactersMax,
})

const isCompatible = (a: SealPlan, b: SealPlan): boolean =>
  a.field.name === b.field.name && a.isArray === b.isArray && a.castCharactersMax === b.castCharactersMax

const usedTwice = (place: Place): ProxyError =>
  new ProxyError('statement_unsupported', {
    reason: place.constant.kind === 'param' ? `parameter $${String(place.constant.number)} has a sealed and another use` : 'a constant has a sealed and another use',
    remedy: 'Use separate parameters, one for each column.',
  })
