import t from 'tap'
import { createCatalogHolder } from '../../src/catalog/holder.js'
import { createSnapshot, type LoadedCatalog } from '../../src/catalog/snapshot.js'
import { ProxyError } from '../../src/errors.js'

const catalogOf = (serverVersion: number): LoadedCatalog =>
  createSnapshot({ serverVersion, relations: [], routines: [], types: [], membershipsOf: () => new Set<string>(), grants: [], findings: [] })

/** Loads that end when the test says so. */
const manualLoads = () => {
  const pending: { readonly succeed: (catalog: LoadedCatalog) => void; readonly fail: () => void }[] = []
  const load = (): Promise<LoadedCatalog> =>
    new Promise((resolve, reject) => {
      pending.push({ succeed: resolve, fail: () => reject(new ProxyError('catalog_unreachable', { reason: 'gone' })) })
    })
  const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
  return { pending, load, settle }
}

t.test('there is nothing before the first load', t => {
  const holder = createCatalogHolder({ load: async () => catalogOf(1), now: () => 0 })
  t.throws(() => holder.current(), { code: 'catalog_unreachable' })
  t.equal(holder.healthy(), false)
  t.equal(holder.ageMs(), undefined)
  t.end()
})

t.test('the version rises only with the content', async t => {
  let serverVersion = 1
  const holder = createCatalogHolder({ load: async () => catalogOf(serverVersion), now: () => 0 })
  const first = await holder.refresh()
  t.equal(await holder.refresh(), first, 'equal content keeps the object')
  serverVersion = 2
  const second = await holder.refresh()
  t.equal(second.version, first.version + 1)
  t.equal(holder.current(), second)
})

t.test('refreshes asked for during a load share one that begins after it', async t => {
  const { pending, load, settle } = manualLoads()
  const holder = createCatalogHolder({ load, now: () => 0 })
  const first = holder.refresh()
  const later = [holder.refresh(), holder.refresh()]
  await settle()
  t.equal(pending.length, 1)
  pending[0]?.succeed(catalogOf(1))
  t.equal((await first).serverVersion, 1)
  await settle()
  t.equal(pending.length, 2)
  const last = holder.refresh()
  pending[1]?.succeed(catalogOf(2))
  t.same((await Promise.all(later)).map(catalog => catalog.serverVersion), [2, 2])
  await settle()
  pending[2]?.succeed(catalogOf(3))
  t.equal((await last).serverVersion, 3)
  t.equal(pending.length, 3)
})

t.test('a failed refresh keeps the old catalogue and is told', async t => {
  const { pending, load, settle } = manualLoads()
  let clock = 0
  const holder = createCatalogHolder({ load, now: () => clock })
  const first = holder.refresh()
  pending[0]?.succeed(catalogOf(1))
  await first
  clock = 500
  const failing = holder.refresh()
  const queued = holder.refresh()
  pending[1]?.fail()
  await t.rejects(failing, { code: 'catalog_unreachable' })
  t.equal(holder.healthy(), false)
  t.equal(holder.failure()?.code, 'catalog_unreachable')
  t.equal(holder.current().serverVersion, 1)
  t.equal(holder.ageMs(), 500)
  await settle()
  pending[2]?.succeed(catalogOf(1))
  await queued
  t.equal(holder.healthy(), true)
  t.equal(holder.ageMs(), 0)
})
