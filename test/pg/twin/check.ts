/** Holds the answers of both databases against each other. */
import type { Test } from 'tap'
import type { Mode } from '../../support/answers.js'
import { RawClient } from '../../support/raw-client.js'
import type { TwinCase } from './case.js'
import type { Twins } from './database.js'
import { comparable, runCase } from './run.js'
import { TOPICS, type Topic } from './topics.js'

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

/** Runs every topic as a subtest of `test`; TWIN_TOPICS picks some by a regular expression. */
export const checkAll = async (test: Test, twins: Twins, isOldServer: boolean): Promise<void> => {
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
