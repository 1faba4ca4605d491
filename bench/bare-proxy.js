// Forwards bytes and looks at none of them: as fast as a proxy on Node's sockets can be. Plain JavaScript, since code that
// tsx compiles as it goes measures slower. Arguments: the server's host and port; prints the port it listens on.
import { connect, createServer } from 'node:net'

const [host, port] = process.argv.slice(2)
const options = { noDelay: true, allowHalfOpen: true, highWaterMark: 64 * 1024 }

const forward = (from, to) => {
  from.on('data', chunk => {
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
}

const server = createServer(options, client => {
  const upstream = connect({ ...options, host, port: Number(port) })
  forward(client, upstream)
  forward(upstream, client)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
