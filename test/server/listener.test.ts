import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { openProxy } from '../../src/cli/proxy.js'
import { encodeStartup, GSSENC_REQUEST, SSL_REQUEST } from '../../src/wire/startup.js'
import { createDatabase, createLogin } from '../support/cluster.js'
import { findTool } from '../support/tools.js'
import { policyFor, proxyFiles, SCHEMA, startFileProxy, type FileProxyOptions } from './support/files.js'

const setUp = async (test: Test, settings: FileProxyOptions['settings'] = {}) => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const login = await createLogin(test, database)
  await database.query(`GRANT ALL ON people TO ${login.user}`)
  return { database, login, ...(await startFileProxy(test, { database, policy: policyFor(login.user), settings })) }
}

const dial = async (test: Test, port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  test.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** All bytes until the other side closes. */
const untilClosed = async (socket: Socket): Promise<Buffer> => {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume()
  // events.once would reject at an error that comes before the close.
  if (!socket.closed) await new Promise(resolve => socket.once('close', resolve))
  return Buffer.concat(chunks)
}

const next = async (socket: Socket): Promise<string> => {
  const arrives = once(socket, 'data')
  socket.resume()
  const [chunk] = await arrives
  socket.pause()
  return String(chunk)
}

const startup = (parameters: Record<string, string>): Buffer => encodeStartup({ major: 3, minor: 0, parameters: new Map(Object.entries(parameters)) })

/** Sends the TLS request together with the first bytes of the handshake, and takes the answer `S` out of what comes back. */
const withoutWaiting = (socket: Socket): Duplex => {
  let isFirst = true
  const duplex = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      socket.write(isFirst ? Buffer.concat([SSL_REQUEST, chunk]) : chunk, () => done())
      isFirst = false
    },
  })
  let isAnswered = false
  socket.on('data', (chunk: Buffer) => {
    duplex.push(isAnswered ? chunk : chunk.subarray(1))
    isAnswered = true
  })
  return duplex
}

const certificate = (test: Test) => {
  const folder = test.testdir()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  return { keyPath: key, certificatePath: cert }
}
const noOpenssl = findTool('openssl') === undefined && 'openssl is not installed'

await t.test('without a certificate', async test => {
  const { login, port, database } = await setUp(test)
  const socket = await dial(test, port)
  socket.write(SSL_REQUEST)
  test.equal(await next(socket), 'N')
  socket.write(GSSENC_REQUEST)
  test.equal(await next(socket), 'N')
  socket.write(startup({ user: login.user, database: database.name }))
  test.match(await next(socket), /^R.*SCRAM-SHA-256/s, 'and the login goes on in clear')
  const twice = await dial(test, port)
  twice.write(Buffer.concat([SSL_REQUEST, SSL_REQUEST]))
  test.equal(String(await untilClosed(twice)), 'N', 'a second request closes')
  const web = await dial(test, port)
  web.write('GET / HTTP/1.0\r\n\r\n')
  test.equal((await untilClosed(web)).length, 0)
  const replica = await dial(test, port)
  replica.write(startup({ user: login.user, replication: 'true' }))
  test.match(String(await untilClosed(replica)), /^E.*FATAL.*0A000.*replication connections are not supported/s)
})

await t.test('with a certificate', { skip: noOpenssl }, async test => {
  const files = certificate(test)
  const { login, port, database, urlFor } = await setUp(test, { clientTls: { mode: 'require', ...files } })
  const client = new Client({ connectionString: urlFor(login), ssl: { rejectUnauthorized: false } })
  await client.connect()
  test.same((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }])
  await client.end()
  await test.rejects(new Client({ connectionString: urlFor(login) }).connect(), { code: '28000', message: /encrypted connections only/ })

  const injected = await dial(test, port)
  injected.write(Buffer.concat([SSL_REQUEST, startup({ user: login.user })]))
  test.equal((await untilClosed(injected)).length, 0, 'CVE-2021-23214: not even an answer')

  const hasty = connectTls({ socket: withoutWaiting(await dial(test, port)), rejectUnauthorized: false })
  await once(hasty, 'secureConnect')
  hasty.write(startup({ user: login.user, database: database.name }))
  test.match(await next(hasty), /^R/, 'a ClientHello right behind the request is the TLS layer\'s')

  const direct = (ALPNProtocols: string[]): TLSSocket => {
    const socket = connectTls({ host: '127.0.0.1', port, ALPNProtocols, rejectUnauthorized: false })
    socket.on('error', () => undefined)
    test.teardown(() => socket.destroy())
    return socket
  }
  const good = direct(['postgresql'])
  await once(good, 'secureConnect')
  good.write(startup({ user: login.user, database: database.name }))
  test.match(await next(good), /^R/)
  const nameless = direct([])
  nameless.write(startup({ user: login.user, database: database.name }))
  test.equal((await untilClosed(nameless)).length, 0, 'direct TLS must name the protocol')
  const other = direct(['h2'])
  test.equal((await untilClosed(other)).length, 0)
})

await t.test('TLS to the server is never left out silently', async test => {
  const { settings } = await setUp(test)
  // The test server has no certificate, so it says N.
  await test.rejects(openProxy({ ...settings, upstreamTls: { mode: 'require' } }), { code: 'upstream_tls_refused' })
  const chatty = createServer(socket => socket.once('data', () => socket.end('SX')))
  chatty.listen(0, '127.0.0.1')
  await once(chatty, 'listening')
  test.teardown(() => chatty.close())
  const address = chatty.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const attempt = openProxy({ ...settings, upstream: { host: '127.0.0.1', port }, upstreamTls: { mode: 'require' } })
  await test.rejects(attempt, { code: 'upstream_tls_refused' }, 'CVE-2021-23222: more than one byte')
})

await t.test('a cancel request reaches the server', async test => {
  const { database, login, urlFor } = await setUp(test)
  const client = await database.client(urlFor(login))
  const sleeping = client.query('SELECT pg_sleep(60)')
  const rejected = test.rejects(sleeping, { code: '57014' })
  const canceller = new Client({ connectionString: urlFor(login) })
  // node-postgres sends the cancel request of one client over a new connection of another.
  Reflect.apply(Reflect.get(canceller, 'cancel'), canceller, [client, Reflect.get(client, 'activeQuery') ?? Reflect.get(client, '_activeQuery')])
  await rejected
})

await t.test('limits', async test => {
  const { login, urlFor, port, database } = await setUp(test, { bounds: { connectionsMax: 1, startupMs: 200 } })
  const first = await database.client(urlFor(login))
  await test.rejects(new Client({ connectionString: urlFor(login) }).connect(), { code: '53300' })
  await first.end()
  const slow = await dial(test, port)
  test.match(String(await untilClosed(slow)), /^E.*startup was not completed/s)
})

await t.test('a client that does not read stops the server, not the memory', async test => {
  const { database, login, urlFor } = await setUp(test)
  const client = await database.client(urlFor(login))
  const { stream } = client.connection
  stream.pause()
  const before = process.memoryUsage().rss
  const answer = client.query("SELECT repeat('x', 100000) AS text FROM generate_series(1, 2000)")
  const waitEvent = async (): Promise<unknown> => {
    const { rows } = await database.query<{ event: string }>("SELECT wait_event AS event FROM pg_stat_activity WHERE usename = $1 AND state = 'active'", [login.user])
    return rows[0]?.event
  }
  let event = await waitEvent()
  for (let tries = 0; tries < 200 && event !== 'ClientWrite'; tries++) {
    await new Promise(resolve => setTimeout(resolve, 50))
    event = await waitEvent()
  }
  test.equal(event, 'ClientWrite', 'the server waits')
  test.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024, '200 MB are not held here')
  stream.resume()
  test.equal((await answer).rows.length, 2000)
})

await t.test('a server that goes away is told, once it is back all is well', async test => {
  const database = await createDatabase(test, { schema: SCHEMA })
  const { settings } = await proxyFiles(test, database, policyFor('someone'))
  const down = createServer(socket => socket.destroy())
  down.listen(0, '127.0.0.1')
  await once(down, 'listening')
  test.teardown(() => down.close())
  const address = down.address()
  const proxy = await openProxy({ ...settings, upstream: { host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 } })
  test.teardown(() => proxy.stop())
  down.close()
  const client = new Client({ connectionString: database.urlFor({ host: '127.0.0.1', port: proxy.port }) })
  await test.rejects(client.connect(), { code: '08006', message: /cannot reach the database server/ })
})
