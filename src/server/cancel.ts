/** Cancel requests: they come on connections of their own and hold a key that only the server can check. */
import type { Socket } from 'node:net'
import { CANCEL_SECONDS_MAX } from '../limits.js'
import { connectUpstream, type UpstreamTarget } from './upstream.js'

/** Until the server has closed the connection, or the time is up. */
const closed = (server: Socket): Promise<void> =>
  new Promise(resolve => {
    const timer = setTimeout(() => server.destroy(), CANCEL_SECONDS_MAX * 1000)
    server.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    server.once('end', () => server.end())
    server.resume()
  })

/**
 * Forwards the request byte for byte. PQcancel takes the end of its connection for "the signal was sent", so the client is
 * closed only after the server has closed. Without a server there is nothing to say: a cancel request has no answer.
 */
export const forwardCancel = async (client: Socket, raw: Buffer, target: UpstreamTarget): Promise<void> => {
  try {
    const server = await connectUpstream(target)
    server.write(raw)
    await closed(server)
  } catch {
    // The client learns as little as from a server that is down.
  } finally {
    client.destroy()
  }
}
