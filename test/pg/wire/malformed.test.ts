/** Malformed, oversized and unknown messages end the connection that sent them, and no other. */
import t, { type Test } from 'tap'
import { send } from '../../support/frontend-messages.js'
import { RawClient, type Address } from '../../support/raw-client.js'
import { messagesIn, sqlStatesOf, tagsOf } from '../../support/transcript.js'
import { setStage } from './compare.js'

const header = (tag: string, length: number): Buffer => {
  const buffer = Buffer.alloc(5)
  buffer.write(tag, 'latin1')
  buffer.writeInt32BE(length, 1)
  return buffer
}

const startup = (length: number, code: number, rest = ''): Buffer => {
  const buffer = Buffer.alloc(8)
  buffer.writeInt32BE(length, 0)
  buffer.writeInt32BE(code, 4)
  return Buffer.concat([buffer, Buffer.from(rest)])
}

interface Ending {
  readonly name: string
  readonly bytes: Buffer
}

/** After the login. */
const ENDINGS: readonly Ending[] = [
  { name: 'an unknown type', bytes: send.raw('y', Buffer.alloc(0)) },
  { name: 'a type of the other direction', bytes: send.raw('Z', Buffer.from('I')) },
  { name: 'a length of zero', bytes: header('Q', 0) },
  { name: 'a length of three', bytes: header('Q', 3) },
  { name: 'a negative length', bytes: header('Q', -5) },
  { name: 'a Sync that is too long', bytes: Buffer.concat([header('S', 20_000), Buffer.alloc(20_000)]) },
  { name: 'a Query of two gigabytes', bytes: header('Q', 0x7fffffff) },
  { name: 'a password out of place', bytes: send.password(Buffer.from('x')) },
  { name: 'text of another protocol', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n') },
]

/** PostgreSQL answers these with an error and goes on. */
const ERRORS: readonly Ending[] = [
  { name: 'a Query without its zero', bytes: send.raw('Q', Buffer.from('SELECT 1')) },
  { name: 'a Query with bytes behind its zero', bytes: send.raw('Q', Buffer.from('SELECT 1\0SELECT 2\0')) },
  { name: 'a Query that is not UTF-8', bytes: send.raw('Q', Buffer.from("SELECT '\xff'\0", 'latin1')) },
  { name: 'a Parse without its types', bytes: Buffer.concat([send.raw('P', 'a', 'SELECT 1'), send.sync()]) },
  { name: 'a Bind whose value is longer than the message', bytes: Buffer.concat([send.parse('SELECT $1'), send.raw('B', '', '', Buffer.from('000000010000ffff61', 'hex')), send.sync()]) },
  { name: 'a Bind with a negative length', bytes: Buffer.concat([send.parse('SELECT $1'), send.raw('B', '', '', Buffer.from('00000001fffffffe0000', 'hex')), send.sync()]) },
  { name: 'a Describe of nothing known', bytes: Buffer.concat([send.raw('D', Buffer.from('Qx\0')), send.sync()]) },
  { name: 'a Close cut short', bytes: Buffer.concat([send.raw('C', Buffer.alloc(0)), send.sync()]) },
]

const outcome = async (test: Test, address: Address, bytes: Buffer, isOver: boolean): Promise<unknown> => {
  const client = await RawClient.login(test, address)
  client.send(bytes)
  if (!isOver) {
    const states = sqlStatesOf(await client.until('Z'))
    const after = tagsOf(await client.ask(send.query('SELECT 1')))
    client.socket.destroy()
    return { states, after }
  }
  client.end()
  await client.untilEnd()
  return { tags: tagsOf(messagesIn(client.bytes)), states: sqlStatesOf(messagesIn(client.bytes)) }
}

void t.test('messages out of any order', async test => {
  const stage = await setStage(test)
  const bystander = await RawClient.login(test, stage.whole)
  await bystander.ask(send.query('BEGIN'))
  for (const { name, bytes } of ENDINGS) {
    await test.test(`${name} ends the connection`, async t => {
      for (const address of [stage.whole, stage.pieces]) {
        const seen = await outcome(t, address, bytes, true)
        t.match(seen, { tags: /^(E)?$/ }, 'nothing but an error comes')
        t.match(JSON.stringify(seen), /08P01|54000|"states":\[\]/)
      }
    })
  }
  for (const { name, bytes } of ERRORS) {
    await test.test(`${name} is an error as the server's`, async t => {
      const direct = await outcome(t, stage.direct, bytes, false)
      t.same(await outcome(t, stage.whole, bytes, false), direct, 'whole')
      t.same(await outcome(t, stage.pieces, bytes, false), direct, 'in pieces')
    })
  }
  test.equal(tagsOf(await bystander.ask(send.query('COMMIT'))), 'C Z(I)', 'others are untouched')
})

void t.test('startup packets that are none', async test => {
  const stage = await setStage(test)
  const bad: readonly Ending[] = [
    { name: 'too long', bytes: startup(20_000, 0x30000) },
    { name: 'too short', bytes: startup(7, 0x30000) },
    { name: 'negative', bytes: startup(-1, 0x30000) },
    { name: 'an old protocol', bytes: startup(8, 0x20000) },
    { name: 'without a terminator', bytes: startup(13, 0x30000, 'user\0') },
    { name: 'without a user', bytes: startup(9, 0x30000, '\0') },
    { name: 'TLS without being asked', bytes: Buffer.from('1603010200010001fc0303', 'hex') },
  ]
  for (const { name, bytes } of bad) {
    await test.test(name, async t => {
      const client = await RawClient.open(t, stage.whole)
      client.send(bytes)
      client.end()
      const answer = await client.untilEnd()
      t.match(tagsOf(answer), /^E?$/)
    })
  }
  const whole = await RawClient.login(test, stage.whole)
  test.equal(tagsOf(await whole.ask(send.query('SELECT 1'))), 'T D C Z(I)')
})

void t.test('encryption requests are answered by one letter', async test => {
  const stage = await setStage(test)
  for (const address of [stage.whole, stage.pieces]) {
    const client = await RawClient.open(test, address)
    client.send(startup(8, 80877103), startup(8, 80877104))
    await new Promise(resolve => setTimeout(resolve, 300))
    test.equal(client.bytes.toString(), 'NN')
    client.socket.destroy()
  }
})
