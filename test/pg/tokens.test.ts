/** Sealed values where they should not be: planted by a client, moved or forged past the proxy. */
import t, { type Test } from 'tap'
import { answerOf, runStatement } from '../support/answers.js'
import { canariesIn } from '../support/fixture/people.js'
import { startFixture, type Fixture } from '../support/fixture/start.js'
import { send } from '../support/frontend-messages.js'
import { RawClient } from '../support/raw-client.js'

const tokenOf = async ({ database }: Fixture, column: string, id: number): Promise<string> => {
  const { rows } = await database.query<{ token: string }>(`SELECT ${column} AS token FROM customers WHERE id = $1`, [id])
  return rows[0]?.token ?? ''
}

const loginsOf = async (test: Test, { through, masked, reader }: Fixture): Promise<{ masked: RawClient; reader: RawClient }> => ({
  masked: await RawClient.login(test, through(masked)),
  reader: await RawClient.login(test, through(reader)),
})

void t.test('a client plants sealed values', async test => {
  const fixture = await startFixture(test)
  const clients = await loginsOf(test, fixture)
  const token = await tokenOf(fixture, 'ssn', 1)
  const half = token.length >> 1
  test.match(token, /^~pv1\./)
  for (const [role, client] of Object.entries(clients)) {
    for (const sql of [
      `INSERT INTO plain_notes VALUES (50, '${token}')`,
      `INSERT INTO plain_notes VALUES (50, 'text ${token} text')`,
      `UPDATE customers SET region = '${token}' WHERE id = 2`,
      `UPDATE customers SET ssn = '${token}' WHERE id = 2`,
      `SELECT '${token}'`,
    ]) {
      const { error } = await runStatement(client, sql, 'simple')
      test.match(error?.sqlState, /^(42501|0A000)$/, `${role}: ${sql.replaceAll(token, '<token>')}`)
    }
    const bound = answerOf(await client.ask([send.parse('INSERT INTO plain_notes VALUES (50, $1)'), send.bind({ values: [token] }), send.execute(), send.sync()]))
    test.equal(bound.error?.sqlState, '42501', `${role}: by parameter`)
    const binary = answerOf(await client.ask([send.parse('INSERT INTO plain_notes VALUES (50, $1)'), send.bind({ values: [Buffer.from(token)], valueFormats: [1] }), send.execute(), send.sync()]))
    test.equal(binary.error?.sqlState, '42501', `${role}: by binary parameter`)
    const copied = answerOf(await client.ask([send.query('COPY plain_notes FROM STDIN'), send.copyData(`50\t${token.slice(0, half)}`), send.copyData(`${token.slice(half)}\n`), send.copyDone()]))
    test.equal(copied.error?.sqlState, '42501', `${role}: by COPY, cut in two`)
    // What only the server puts together gets in, and is redacted when it is read.
    for (const made of [`'${token.slice(0, half)}' || '${token.slice(half)}'`, `E'\\x7e${token.slice(1)}'`, `U&'\\007e${token.slice(1)}'`]) {
      await runStatement(client, `INSERT INTO plain_notes SELECT 51 + count(*), ${made} FROM plain_notes`, 'simple')
    }
    const shown = await runStatement(client, 'SELECT body FROM plain_notes WHERE id > 10', 'simple')
    test.same(shown.rows, ["'•••'", "'•••'", "'•••'"], `${role}: not opened where it does not belong`)
    await fixture.database.query('DELETE FROM plain_notes WHERE id > 10')
  }
})

void t.test('whoever writes past the proxy moves and forges sealed values', async test => {
  const fixture = await startFixture(test)
  const { database, proxy } = fixture
  const { masked, reader } = await loginsOf(test, fixture)
  const token = await tokenOf(fixture, 'ssn', 1)
  await test.rejects(database.query('UPDATE customers SET email = ssn WHERE id = 1'), { code: '23514' }, 'the guard knows the field')
  await test.rejects(database.query("UPDATE customers SET ssn = left(ssn, -1) WHERE id = 1"), { code: '23514' }, 'and the sum')
  await database.query('UPDATE customers SET region = ssn WHERE id = 1; INSERT INTO plain_notes SELECT 60, ssn FROM customers WHERE id = 2')
  for (const client of [masked, reader]) {
    const moved = await runStatement(client, 'SELECT region, ssn FROM customers WHERE id = 1', 'extended')
    test.match(moved.rows[0], /^'•••' \| /, 'a moved value is redacted')
    const copied = answerOf(await client.ask(send.query('COPY plain_notes TO STDOUT')))
    test.same(canariesIn(Buffer.from(copied.copied, 'latin1')), [], 'in COPY, too')
  }
  test.match(JSON.stringify(proxy.events()), /relocated/, 'and stands in the log')

  // A changed box with a right sum passes the guard, and does not open.
  const at = token.length - 40
  const body = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1, -9)
  await database.query(`UPDATE customers SET ssn = $1 || left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 8) || '.' WHERE id = 2`, [body])
  const forged = await runStatement(reader, 'SELECT ssn, full_name FROM customers WHERE id = 2', 'simple')
  test.match(forged.rows[0], /^'•••' \| 'Bartholomäus/, 'a forged value is redacted, the others are not')
  test.match(JSON.stringify(proxy.events()), /token_forged|"failed":/, 'and stands in the log')
  await database.query("UPDATE plain_notes SET body = '~pv1.not a token ~pv1.AQ' WHERE id = 1")
  const lookalike = await runStatement(masked, 'SELECT body FROM plain_notes WHERE id = 1', 'simple')
  test.same(lookalike.rows, ["'~pv1.not a token ~pv1.AQ'"], 'text that only looks like it is data')
})
