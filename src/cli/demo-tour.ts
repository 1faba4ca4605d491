/** The tour as data: each step is what it found. Printing is up to `demo-print.ts`. */
import type { AuditEvent } from '../audit/event.js'
import { assertNever } from '../errors.js'
import { eventsOf, verifyAndTamper, type Verified } from './demo-log.js'
import { ask, DEMO_APP_NAME, REFUSALS, SAME_QUERY, urlOf, type Answer, type Refusal } from './demo-queries.js'
import type { Stage } from './demo-stage.js'

export type Step =
  | { readonly kind: 'accounts'; readonly sql: string; readonly seen: readonly { readonly user: string; readonly role: string; readonly answer: Answer }[] }
  | { readonly kind: 'stored'; readonly sql: string; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly cases: readonly (Refusal & { readonly answer: Answer; readonly answerInstead: Answer })[] }
  | { readonly kind: 'events'; readonly events: readonly AuditEvent[] }
  | ({ readonly kind: 'verified' } & Verified)

const accountsStep = async ({ accounts }: Stage): Promise<Step> => {
  const seen = []
  for (const { user, role, url } of accounts) seen.push({ user, role, answer: await ask(url, SAME_QUERY) })
  return { kind: 'accounts', sql: SAME_QUERY, seen }
}

const refusedStep = async (stage: Stage): Promise<Step> => {
  const cases = []
  for (const refusal of REFUSALS) {
    const answer = await ask(urlOf(stage, refusal.user), refusal.sql)
    cases.push({ ...refusal, answer, answerInstead: await ask(urlOf(stage, refusal.instead.user), refusal.instead.sql) })
  }
  return { kind: 'refused', cases }
}

/** The steps one after the other; each is taken when it is asked for. `since`: ISO 8601, when the tour began. */
export async function* tour(stage: Stage, since: string): AsyncGenerator<Step> {
  yield await accountsStep(stage)
  yield { kind: 'stored', sql: SAME_QUERY, answer: await ask(stage.upstreamUrl, SAME_QUERY) }
  yield await refusedStep(stage)
  yield { kind: 'events', events: await eventsOf(stage, DEMO_APP_NAME, since) }
  yield { kind: 'verified', ...(await verifyAndTamper(stage)) }
}

/** Whether a step showed what it is there to show. */
export const isAsPromised = (step: Step): boolean => {
  switch (step.kind) {
    case 'accounts':
      return step.seen.every(({ answer }) => answer.kind === 'rows' && answer.rows.length > 0)
    case 'stored':
      return step.answer.kind === 'rows' && step.answer.rows.every(row => row.slice(1).every(cell => cell === null || cell === '' || cell.startsWith('~pv1.')))
    case 'refused':
      return step.cases.every(({ answer, answerInstead }) => answer.kind === 'refused' && answerInstead.kind === 'rows')
    case 'events':
      return step.events.length > 0
    case 'verified':
      return step.result.ok && step.tampered.every(({ result }) => !result.ok)
    default:
      return assertNever(step)
  }
}
