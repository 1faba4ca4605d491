/**
 * Statements of every kind through the proxy as a role that may see all, and on an unprotected twin with the real types:
 * the answers are the same, or pgveil refuses. The most to fear is an answer that is wrong without an error.
 */
import t, { type Test } from 'tap'
import { debianCluster } from '../support/cluster.js'
import type { Mode } from '../support/answers.js'
import { RawClient } from '../support/raw-client.js'
import type { TwinCase } from './twin/case.js'
import { startTwins, type Twins } from './twin/database.js'
import { comparable, runCase } from './twin/run.js'
import { TOPICS, type Topic } from './twin/topics.js'

class Connection {
  readonly #test: Test
  readonly #address: Twins['mine']
  #client: RawClient | undefined

  constructor(test: Test, address: Twins['mine']) {
    this.#test = test
    this.#address = address
  }

  async client(isFresh: boolean): Promise<RawClient> {
    if (isFresh) this.#client?.socket.destroy()
    if (isFresh || this.#client === undefined || this.#client.hasEnded) this.#client = await RawClient.login(this.#test, this.#address)
    return this.#client
  }
}

interface Connections {
  readonly mine: Connection
  readonly twin: Connection
}

const checkCase = async (test: Test, { mine, twin }: Connections, { writes, isFresh }: Topic, twinCase: TwinCase, mode: Mode): Promise<void> => {
  const name = `${mode}: ${twinCase.sql.join('; ')}`.slice(0, 160)
  const answers = await runCase(await mine.client(isFresh === true), twinCase, mode, writes)
  const { refusal } = twinCase
  if (refusal !== undefined) {
    const error = answers.find(answer => answer.error !== undefined)?.error
    test.equal(error?.sqlState, refusal.sqlState, `refused, ${name}`)
    test.match(error?.message, refusal.reason, `says why, ${name}`)
    return
  }
  const twins = await runCase(await twin.client(isFresh === true), twinCase, mode, writes)
  test.same(comparable(answers, twins, twinCase, mode), comparable(twins, answers, twinCase, mode), name)
}

const modesOf = ({ writes }: Topic, { values, data }: TwinCase): readonly Mode[] => {
  const modes: readonly Mode[] = writes || data !== undefined ? ['simple', 'extended'] : ['simple', 'extended', 'binary']
  return values === undefined ? modes : modes.filter(mode => mode !== 'simple')
}

/** Differences that SQL of server 15 brings, which lacks what later ones have: it may then say so in both databases. */
const isForServer = (twinCase: TwinCase, isOldServer: boolean): boolean => !isOldServer || twinCase.refusal === undefined

const checkAll = async (test: Test, twins: Twins, isOldServer: boolean): Promise<void> => {
  const wanted = new RegExp(process.env['TWIN_TOPICS'] ?? '')
  const connections = { mine: new Connection(test, twins.mine), twin: new Connection(test, twins.twin) }
  for (const topic of TOPICS.filter(({ name }) => wanted.test(name))) {
    await test.test(`${topic.name}: ${String(topic.cases.length)} statements`, async t => {
      for (const twinCase of topic.cases.filter(each => isForServer(each, isOldServer))) {
        for (const mode of modesOf(topic, twinCase)) await checkCase(t, connections, topic, twinCase, mode)
      }
    })
  }
}

void t.test('the current server', async test => checkAll(test, await startTwins(test), false))

void t.test('PostgreSQL 15', async test => {
  const cluster = await debianCluster(test)
  if (cluster === undefined) test.skip('PostgreSQL 15 of Debian is not installed')
  else await checkAll(test, await startTwins(test, cluster), true)
})
