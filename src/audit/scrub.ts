/** What a client chose itself, made fit for the log. */
import { AUDIT_NAME_CHARACTERS_MAX, AUDIT_TEXT_CHARACTERS_MAX } from '../limits.js'
import type { Actor, EventBody, Statement } from './event.js'

const DIGITS_SHOWN_MAX = 5

/**
 * An application name for the log: cut to 64 characters, anything but `A-Z a-z 0-9 _ . / : -` and space becomes `?`. A name with
 * `@` or with more than five digits is `*`: clients put logins, phone numbers and record ids there, and it must not become a
 * channel for personal values.
 */
export const scrubAppName = (name: string): string => {
  if (name.includes('@') || (name.match(/\p{Nd}/gu)?.length ?? 0) > DIGITS_SHOWN_MAX) return '*'
  return name.slice(0, AUDIT_NAME_CHARACTERS_MAX).replace(/[^A-Za-z0-9 _./:-]/g, '?')
}

const scrubActor = (actor: Actor): Actor => ({
  ...actor,
  db_user: actor.db_user.slice(0, AUDIT_NAME_CHARACTERS_MAX),
  app_name: actor.app_name === undefined || actor.app_name === '' ? undefined : scrubAppName(actor.app_name),
})

const cutText = (stmt: Statement): Statement =>
  stmt.text === undefined || stmt.text.length <= AUDIT_TEXT_CHARACTERS_MAX
    ? stmt
    : { ...stmt, text: stmt.text.slice(0, AUDIT_TEXT_CHARACTERS_MAX).replace(/[\uD800-\uDBFF]$/, ''), truncated: true }

const actors: WeakMap<Actor, Actor> = new WeakMap()
const statements: WeakMap<Statement, Statement> = new WeakMap()

/** What came of an object before, or `make` of it: sessions hand over the same actor and statement again and again. */
const once = <Value extends object>(known: WeakMap<Value, Value>, value: Value, make: (value: Value) => Value): Value => {
  const before = known.get(value)
  if (before !== undefined) return before
  const made = make(value)
  known.set(value, made)
  return made
}

/** The body as it may be logged. */
export const scrubBody = (body: EventBody): EventBody => {
  if (body.type === 'policy.change') return body
  const actor = once(actors, body.actor, scrubActor)
  // Nobody has checked this name: people type their e-mail address there, and passwords.
  if (body.type === 'login.failed') return { ...body, actor: { ...actor, db_user: scrubAppName(actor.db_user) } }
  if (!('stmt' in body) || body.stmt === undefined) return { ...body, actor }
  return { ...body, actor, stmt: once(statements, body.stmt, cutText) }
}
