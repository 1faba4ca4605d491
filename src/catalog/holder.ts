/** Holds the current catalogue and replaces it as a whole. */
import { asProxyError, ProxyError } from '../errors.js'
import type { LoadedCatalog } from './snapshot.js'
import type { Catalog } from './types.js'

export interface CatalogHolderDeps {
  /** Loads a fresh catalogue; it should throw rather than hang. */
  readonly load: () => Promise<LoadedCatalog>
  /** Milliseconds on any steady clock. */
  readonly now: () => number
}

export interface CatalogHolder {
  /** The newest catalogue that was loaded. Throws `catalog_unreachable` before the first one. */
  current(): Catalog
  /**
   * Loads anew; resolves to a catalogue whose loading began after the call. Calls during a load share one further load.
   * Throws what `load` threw; the old catalogue then stays.
   */
  refresh(): Promise<Catalog>
  /** Whether there is a catalogue and the last refresh succeeded. */
  healthy(): boolean
  /** Milliseconds since the last successful load ended; undefined before the first. */
  ageMs(): number | undefined
  /** Why the last refresh failed; undefined when it succeeded. */
  failure(): ProxyError | undefined
}

interface HolderState {
  catalog: LoadedCatalog | undefined
  loadedAt: number | undefined
  failure: ProxyError | undefined
  running: Promise<Catalog> | undefined
  /** The one load that waits for the running one to end. */
  next: Promise<Catalog> | undefined
}

// An equal catalogue keeps the old object, so that plans which hang on it stay valid.
const newest = (old: LoadedCatalog | undefined, loaded: LoadedCatalog): LoadedCatalog => {
  if (old === undefined) return loaded
  return old.contentHash === loaded.contentHash ? old : { ...loaded, version: old.version + 1 }
}

const runLoad = async (state: HolderState, deps: CatalogHolderDeps): Promise<Catalog> => {
  try {
    state.catalog = newest(state.catalog, await deps.load())
    state.loadedAt = deps.now()
    state.failure = undefined
    return state.catalog
  } catch (error) {
    state.failure = asProxyError(error)
    throw error
  } finally {
    state.running = undefined
  }
}

const startLoad = (state: HolderState, deps: CatalogHolderDeps): Promise<Catalog> => {
  state.running = runLoad(state, deps)
  return state.running
}

const queueLoad = (state: HolderState, deps: CatalogHolderDeps, running: Promise<Catalog>): Promise<Catalog> => {
  // A load under way may have read the database before the caller's change; only the one after it surely sees it.
  state.next = running
    .catch(() => undefined)
    .then(() => {
      state.next = undefined
      return startLoad(state, deps)
    })
  return state.next
}

/** A holder without a catalogue; call `refresh` once before use. */
export const createCatalogHolder = (deps: CatalogHolderDeps): CatalogHolder => {
  const state: HolderState = { catalog: undefined, loadedAt: undefined, failure: undefined, running: undefined, next: undefined }
  return {
    current: () => {
      if (state.catalog === undefined) throw new ProxyError('catalog_unreachable', { reason: 'nothing was loaded yet' })
      return state.catalog
    },
    refresh: () => state.next ?? (state.running === undefined ? startLoad(state, deps) : queueLoad(state, deps, state.running)),
    healthy: () => state.catalog !== undefined && state.failure === undefined,
    ageMs: () => (state.loadedAt === undefined ? undefined : deps.now() - state.loadedAt),
    failure: () => state.failure,
  }
}
