/** From an accepted socket to what its client wants: encryption is settled here, within a time limit. */
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { assertNever, ProxyError } from '../errors.js'
import { STARTUP_SECONDS_MAX } from '../limits.js'
import { Negotiation, type ClientTlsMode, type Opening, type StartupPacket } from '../session/negotiation.js'
import { fatalError } from '../session/substitution.js'
import { endSocket } from './peer.js'
import { acceptTls } from './tls.js'

/** What a client wants; its socket is paused. */
export type Wish =
  | { readonly kind: 'cancel'; readonly socket: Socket; readonly raw: Buffer }
  | {
      readonly kind: 'session'
      readonly socket: Socket
      readonly raw: Buffer
      readonly packet: StartupPacket
      /** Sent behind the startup packet without waiting. */
      readonly rest: Buffer
      readonly isEncrypted: boolean
    }

export interface OpeningOptions {
  readonly mode: ClientTlsMode
  /** Undefined when clients are offered no TLS. */
  readonly context: SecureContext | undefined
  readonly startupMs?: number | undefined
}

const ANSWER_YES = Buffer.from('S')
const ANSWER_NO = Buffer.from('N')

/** The next bytes, or undefined when the client has closed. The socket is paused again before anything else happens to it. */
const nextChunk = (socket: Socket): Promise<Buffer | undefined> =>
  new Promise(resolve => {
    const finish = (chunk: Buffer | undefined): void => {
      socket.off('data', finish).off('end', onEnd).off('close', onEnd)
      socket.pause()
      resolve(chunk)
    }
    const onEnd = (): void => finish(undefined)
    if (socket.destroyed || socket.readableEnded) return resolve(undefined)
    socket.on('data', finish).once('end', onEnd).once('close', onEnd)
    socket.resume()
  })

/** Sends the one message that a client gets before its connection is closed. */
export const refuse = (socket: Socket, error: ProxyError): void => {
  if (socket.writable) socket.write(fatalError(error))
  endSocket(socket)
}

class OpeningClient {
  #socket: Socket
  readonly #options: OpeningOptions
  readonly #negotiation: Negotiation
  #isHandshaking = false

  constructor(socket: Socket, options: OpeningOptions) {
    this.#socket = socket
    this.#options = options
    this.#negotiation = new Negotiation(options.context === undefined ? 'off' : options.mode)
  }

  /** In the middle of a handshake there is no way to say anything. */
  expire(seconds: number): void {
    if (this.#isHandshaking) this.#socket.destroy()
    else refuse(this.#socket, new ProxyError('startup_timeout', { seconds }))
  }

  async wish(): Promise<Wish | undefined> {
    let bytes: Buffer = Buffer.alloc(0)
    for (;;) {
      const opening = this.#negotiation.read(bytes)
      if (opening.kind === 'wait') {
        const chunk = await nextChunk(this.#socket)
        if (chunk === undefined) return this.#gone()
        bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
      } else if (opening.kind === 'answer_no') {
        this.#socket.write(ANSWER_NO)
        bytes = opening.rest
      } else if (opening.kind === 'start_tls') {
        if (!(await this.#encrypt(opening))) return undefined
        bytes = Buffer.alloc(0)
      } else {
        return this.#settled(opening)
      }
    }
  }

  async #encrypt({ isDirect, rest }: Opening & { kind: 'start_tls' }): Promise<boolean> {
    const { context } = this.#options
    if (context === undefined) return this.#gone() !== undefined
    if (!isDirect) this.#socket.write(ANSWER_YES)
    this.#isHandshaking = true
    const secured = await acceptTls({ raw: this.#socket, context, received: rest, isDirect })
    this.#isHandshaking = false
    if (secured === undefined) return this.#gone() !== undefined
    this.#socket = secured
    this.#negotiation.encrypted(isDirect)
    return true
  }

  #settled(opening: Exclude<Opening, { kind: 'wait' | 'answer_no' | 'start_tls' }>): Wish | undefined {
    switch (opening.kind) {
      case 'cancel':
        return { kind: 'cancel', socket: this.#socket, raw: opening.raw }
      case 'startup':
        return { ...opening, kind: 'session', socket: this.#socket, isEncrypted: this.#negotiation.isEncrypted }
      case 'refuse':
        refuse(this.#socket, opening.error)
        return undefined
      case 'close':
        return this.#gone()
      default:
        return assertNever(opening)
    }
  }

  #gone(): undefined {
    this.#socket.destroy()
    return undefined
  }
}

/** What the client of a fresh connection wants; undefined if that came to nothing, and the connection is closed then. */
export const readWish = async (socket: Socket, options: OpeningOptions): Promise<Wish | undefined> => {
  const client = new OpeningClient(socket, options)
  const startupMs = options.startupMs ?? STARTUP_SECONDS_MAX * 1000
  const timer = setTimeout(() => client.expire(Math.ceil(startupMs / 1000)), startupMs)
  try {
    return await client.wish()
  } finally {
    clearTimeout(timer)
  }
}
