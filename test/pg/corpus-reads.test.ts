/** The read cases on real data: nothing protected reaches the masked role, and a full reader sees what the twin shows. */
import t, { type Test } from 'tap'
import { answerOf, MODES, runAll, runUndescribed, type Answer, type Mode } from '../support/answers.js'
import { canariesIn } from '../support/fixture/people.js'
import { startFixture, type Fixture } from '../support/fixture/start.js'
import { send } from '../support/frontend-messages.js'
import { RawClient, type Address } from '../support/raw-client.js'
import { READ_CASES, type ReadCase } from './corpus-reads.js'

/** One connection for all cases of a role and mode; each case leaves it as it found it. */
class Reader {
  readonly #test: Test
  readonly #address: Address
  #client: RawClient | undefined

  constructor(test: Test, address: Address) {
    this.#test = test
    this.#address = address
  }

  async client(): Promise<RawClient> {
    if (this.#client === undefined || this.#client.hasEnded) this.#client = await RawClient.login(this.#test, this.#address)
    return this.#client
  }

  /** The answers, and every byte that came. */
  async run({ sql, isUndone }: ReadCase, mode: Mode | 'undescribed'): Promise<{ readonly answers: readonly Answer[]; readonly bytes: Buffer }> {
    const client = await this.client()
    const before = client.bytes.length
    if (isUndone) await client.ask(send.query('BEGIN'))
    const answers = mode === 'undescribed' ? [] : await runAll(client, sql, mode)
    if (mode === 'undescribed') for (const statement of sql) await runUndescribed(client, statement)
    await client.ask(send.query('ROLLBACK'))
    await client.ask(send.query('DISCARD ALL'))
    return { answers, bytes: client.bytes.subarray(before) }
  }
}

/** As far as both databases must agree: errors by SQLSTATE, row order only where the statement asks for one. */
const comparable = ({ isUnordered }: ReadCase, { error, columns, rows, copied, tag }: Answer): unknown =>
  error === undefined ? { columns, rows: isUnordered ? rows.toSorted() : rows, copied, tag } : { error: error.sqlState }

const checkRefused = (test: Test, answers: readonly Answer[], expected: Exclude<ReadCase['expected'], 'equal' | undefined>, name: string): void => {
  const refusal = answers.find(answer => answer.error !== undefined)?.error
  test.equal(refusal?.sqlState, expected.refused, `${name}: refused`)
  test.match(refusal?.message, expected.reason, `${name}: says why`)
}

const checkReader = (test: Test, readCase: ReadCase, mode: Mode, mine: readonly Answer[], twins: readonly Answer[]): void => {
  const { expected = 'equal', isUnstable, isTextOnly } = readCase
  const name = `full reader, ${mode}`
  if (expected !== 'equal') return checkRefused(test, mine, expected, name)
  if (isUnstable) return void test.equal(mine.at(-1)?.error?.sqlState, twins.at(-1)?.error?.sqlState, `${name}: as the twin`)
  if (isTextOnly && mode === 'binary') return
  test.same(mine.map(answer => comparable(readCase, answer)), twins.map(answer => comparable(readCase, answer)), `${name}: as the twin`)
}

const checkCase = async (test: Test, { masked, reader, twin }: Readonly<Record<'masked' | 'reader' | 'twin', Reader>>, readCase: ReadCase): Promise<void> => {
  for (const mode of [...MODES, 'undescribed'] as const) {
    const { bytes } = await masked.run(readCase, mode)
    test.same(canariesIn(bytes), [], `masked, ${mode}: no canary`)
  }
  for (const mode of MODES) {
    const mine = await reader.run(readCase, mode)
    const twins = await twin.run(readCase, mode)
    checkReader(test, readCase, mode, mine.answers, twins.answers)
  }
}

const readersOf = (test: Test, { through, direct, twin, reader, masked }: Fixture): Readonly<Record<'masked' | 'reader' | 'twin', Reader>> => ({
  masked: new Reader(test, through(masked)),
  reader: new Reader(test, through(reader)),
  twin: new Reader(test, direct(reader, twin)),
})

void t.test('read cases', async test => {
  const fixture = await startFixture(test)
  const readers = readersOf(test, fixture)
  const wanted = new RegExp(process.env['READ_CASES'] ?? '')
  for (const readCase of READ_CASES.filter(({ id }) => wanted.test(id))) {
    await test.test(`${readCase.id}  ${readCase.sql.join('; ')}`.slice(0, 100), t => checkCase(t, readers, readCase))
  }
})

void t.test('several statements in one Query, and what a lexer that knows only one dialect would miss', async test => {
  const { through, masked } = await startFixture(test)
  const client = await RawClient.login(test, through(masked))
  for (const sql of ['SELECT 1; SELECT ssn FROM customers', "SELECT 1; /* ; */ SELECT ';' ; SELECT ssn FROM customers", "SET standard_conforming_strings=off; SELECT 'a\\'' , ssn FROM customers --'"]) {
    await client.ask(send.query(sql))
  }
  test.same(canariesIn(client.bytes), [])
})

void t.test('a statement that hides in what another lexer takes for a literal', async test => {
  const { through, masked } = await startFixture(test)
  const hidden = (text: string): Buffer => send.raw('Q', Buffer.from(`${text}\0`, 'latin1'))
  const tricks: readonly (readonly [setting: string, trick: string])[] = [
    ['SET standard_conforming_strings = off', "SELECT 'a\\'' , count(*) FROM customers WHERE ssn IS NOT NULL --'"],
    // In these encodings the second byte of a character may be a backslash.
    ['SET client_encoding = SJIS', "SELECT E'\x83\\', count(*) FROM customers WHERE ssn IS NOT NULL --'"],
    ['SET client_encoding = BIG5', "SELECT E'\xa4\\', count(*) FROM customers WHERE ssn IS NOT NULL --'"],
  ]
  for (const [setting, trick] of tricks) {
    const client = await RawClient.login(test, through(masked))
    await client.ask(send.query(setting))
    test.equal(answerOf(await client.ask(hidden(trick))).error?.sqlState, '0A000', setting)
    const pipelined = await RawClient.login(test, through(masked))
    test.equal(answerOf((await pipelined.ask([send.query(setting), hidden(trick)], 2))).error?.sqlState, '0A000', `${setting}, in one write`)
  }
  const started = await RawClient.login(test, through(masked), { options: '-c standard_conforming_strings=off' })
  test.equal(answerOf(await started.ask(hidden(tricks[0]?.[1] ?? ''))).error?.sqlState, '0A000', 'set at the start')
})

/** Code that a plan does not show changes how literals are read, before the server reports it. */
const CHANGES_READING = `
  CREATE FUNCTION change_reading() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('standard_conforming_strings', 'off', false); RETURN NEW; END $$;
  CREATE TABLE evil (id int);
  CREATE TRIGGER evil BEFORE INSERT ON evil FOR EACH ROW EXECUTE FUNCTION change_reading();
  GRANT ALL ON evil TO PUBLIC;`

void t.test('a statement that hides behind a trigger which changes how literals are read', async test => {
  const { database, through, masked } = await startFixture(test)
  await database.query(CHANGES_READING)
  const trick = "SELECT 'a\\'' , count(*) FROM customers WHERE ssn IS NOT NULL --'"
  const insert = 'INSERT INTO evil VALUES (1)'
  const simple = await RawClient.login(test, through(masked))
  const answers = await simple.ask([send.query(insert), send.query(trick)], 2)
  test.same(answerOf(answers).rows, ["'a\\' , count(*) FROM customers WHERE ssn IS NOT NULL --'"], 'it stays the literal that it was for us')
  const extended = await RawClient.login(test, through(masked))
  const both = [send.parse(insert), send.bind(), send.execute(), send.parse(trick), send.bind(), send.execute(), send.sync()]
  const messages = await extended.ask(both)
  test.match(messages.map(message => message.body.toString()).join(), /FROM customers WHERE ssn IS NOT NULL --/, 'also without a Sync in between')
  await database.query('DROP TABLE evil; DROP FUNCTION change_reading()')
})

void t.test('a canary would be noticed', async test => {
  const { direct, twin, reader } = await startFixture(test)
  for (const mode of MODES) {
    const { bytes } = await new Reader(test, direct(reader, twin)).run({ id: 'A8', sql: ['SELECT dob, ssn, full_name, notes FROM customers'] }, mode)
    test.ok(canariesIn(bytes).length > 10, mode)
  }
})
