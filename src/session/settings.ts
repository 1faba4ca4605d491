/** The server's settings as far as a session knows them: what was reported, and what may have changed since. */
import { parseSearchPath } from '../catalog/search-path.js'
import type { Effect } from '../sql/types.js'
import type { Cycles } from './cycles.js'

/** Settings which decide how values are read and written; `all` and `unknown` may be any of them. */
const VALUE_SETTINGS: ReadonlySet<string> = new Set(['client_encoding', 'names', 'standard_conforming_strings', 'datestyle', 'all', 'unknown'])
/** What changes the user that `"$user"` in a search_path stands for; the server does not report it. */
const USER_SETTINGS: ReadonlySet<string> = new Set(['role', 'session_authorization', 'unknown'])

/** Whether the statement may make the server read the ones behind it otherwise than the settings known before it say. */
export const changesReading = (effect: Effect): boolean => changesValues(effect) || mayChangeUser(effect) || (effect.kind === 'set' && effect.setting === 'search_path')

/** Whether it sets how values are read and written. */
export const changesValues = (effect: Effect): boolean => effect.kind === 'set' && VALUE_SETTINGS.has(effect.setting)

const mayChangeUser = (effect: Effect): boolean => effect.kind === 'discard' || effect.kind === 'opaque' || (effect.kind === 'set' && USER_SETTINGS.has(effect.setting))

export class Settings {
  readonly #user: string
  readonly #cycles: Cycles
  readonly #reported: Map<string, string> = new Map()
  /** The last cycle that may have changed how texts are read: the server reports changes at the end of a cycle only. */
  #changedIn = 0
  /** Something was changed in the transaction that is open: the end of it may take the change back. */
  #mayRevert = false
  #isUserKnown = true
  /** The last search_path that was parsed. */
  #parsed: { readonly setting: string; readonly schemas: readonly string[] } = { setting: '', schemas: [] }

  constructor(user: string, cycles: Cycles) {
    this.#user = user
    this.#cycles = cycles
  }

  get(name: string): string | undefined {
    return this.#reported.get(name)
  }

  report(name: string, value: string): void {
    this.#reported.set(name, value)
  }

  /** A statement with this effect was sent. */
  send(effect: Effect): void {
    const reverts = this.#mayRevert && (effect.kind === 'commit' || effect.kind === 'rollback')
    if (!reverts && !changesReading(effect)) return
    this.#changedIn = this.#cycles.present
    this.#mayRevert = true
    if (mayChangeUser(effect)) this.#isUserKnown = false
  }

  /** No transaction is open at the server. */
  settle(): void {
    if (!this.areInDoubt) this.#mayRevert = false
  }

  /** Whether something was sent whose effect on settings the server has not reported yet. */
  get areInDoubt(): boolean {
    return !this.#cycles.isDone(this.#changedIn)
  }

  /** In doubt, but the report comes by itself: all that it takes was sent. */
  get willBeKnown(): boolean {
    return this.areInDoubt && this.#cycles.isSent(this.#changedIn)
  }

  /** The schemas in which unqualified names are looked up; undefined if not known (before server 18, or while in doubt). */
  get searchPath(): readonly string[] | undefined {
    const setting = this.#reported.get('search_path')
    if (setting === undefined || this.areInDoubt || (!this.#isUserKnown && setting.includes('$user'))) return undefined
    if (this.#parsed.setting !== setting) this.#parsed = { setting, schemas: parseSearchPath(setting, this.#user) }
    return this.#parsed.schemas
  }
}
