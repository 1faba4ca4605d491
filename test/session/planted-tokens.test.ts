import t from 'tap'
import { SessionState } from '../../src/session/state.js'
import { PlantedTokens } from '../../src/session/planted-tokens.js'
import { startSession } from './session-harness.js'

const { sealed, services } = startSession()
const actor = { dbUser: 'reader', database: 'crm', address: '127.0.0.1', sessionId: 's1' }
const state = new SessionState(services, actor, { dbUser: 'reader', memberOf: new Set(), address: '127.0.0.1' })

const finds = (pieces: readonly (string | Buffer)[]): boolean => {
  const planted = new PlantedTokens(state)
  try {
    for (const piece of pieces) planted.push(Buffer.from(piece))
    return false
  } catch {
    return true
  }
}

t.test('a sealed value is found however the data is cut', t => {
  const data = `1\t${sealed('name', 'Erika')}\n`
  for (let cut = 1; cut < data.length; cut++) if (!finds([data.slice(0, cut), data.slice(cut)])) t.fail(`cut at ${String(cut)}`)
  for (const size of [1, 2, 3, 7, 24, 25]) {
    const pieces = Array.from({ length: Math.ceil(data.length / size) }, (_, index) => data.slice(index * size, (index + 1) * size))
    t.equal(finds(pieces), true, `pieces of ${String(size)}`)
  }
  t.end()
})

t.test('other text with the marker is data', t => {
  t.equal(finds(['~pv1.', '~pv1.AAAAAAAAAAAAAAAA....', 'no marker', '']), false)
  t.equal(finds(['~pv1.~pv1.~pv1.', '~', 'pv1.']), false)
  t.end()
})

t.test('it remembers no more than the begin of one value', t => {
  const planted = new PlantedTokens(state)
  for (let index = 0; index < 1_000; index++) planted.push(Buffer.alloc(64 * 1024, 0x61))
  t.equal(finds(['x'.repeat(1_000), sealed('name', 'Erika')]), true)
  t.end()
})
