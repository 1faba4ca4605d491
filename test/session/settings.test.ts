import t from 'tap'
import { Cycles } from '../../src/session/cycles.js'
import { Settings } from '../../src/session/settings.js'

const begun = (searchPath = '"$user", public'): { readonly cycles: Cycles; readonly settings: Settings } => {
  const cycles = new Cycles()
  const settings = new Settings('anna', cycles)
  settings.report('search_path', searchPath)
  return { cycles, settings }
}

t.test('the search_path is known as long as nothing may have changed it', t => {
  const { cycles, settings } = begun()
  t.same(settings.searchPath, ['anna', 'public'])
  settings.send({ kind: 'set', setting: 'search_path' })
  t.equal(settings.searchPath, undefined)
  t.equal(settings.willBeKnown, false, 'the cycle is still open')
  cycles.send()
  t.equal(settings.willBeKnown, true)
  settings.report('search_path', 'crm')
  cycles.finish()
  t.same(settings.searchPath, ['crm'])
  t.end()
})

t.test('settings of no account for reading leave no doubt', t => {
  const { settings } = begun()
  settings.send({ kind: 'set', setting: 'work_mem' })
  settings.send({ kind: 'begin' })
  settings.send({ kind: 'commit' })
  t.equal(settings.areInDoubt, false)
  t.end()
})

t.test('the end of a transaction may take a change back, once', t => {
  const { cycles, settings } = begun()
  settings.send({ kind: 'set', setting: 'search_path' })
  cycles.send()
  cycles.finish()
  t.equal(settings.areInDoubt, false)
  settings.send({ kind: 'rollback' })
  t.equal(settings.areInDoubt, true)
  cycles.send()
  cycles.finish()
  settings.settle()
  settings.send({ kind: 'rollback' })
  t.equal(settings.areInDoubt, false)
  t.end()
})

t.test('after a change of the user, "$user" is nobody that we know', t => {
  for (const effect of [{ kind: 'set', setting: 'role' }, { kind: 'set', setting: 'session_authorization' }, { kind: 'opaque' }] as const) {
    const { cycles, settings } = begun()
    settings.send(effect)
    cycles.send()
    cycles.finish()
    t.equal(settings.searchPath, undefined)
    settings.report('search_path', 'public')
    t.same(settings.searchPath, ['public'])
  }
  t.end()
})

t.test('before PostgreSQL 18 the search_path is not reported', t => {
  t.equal(new Settings('anna', new Cycles()).searchPath, undefined)
  t.end()
})
