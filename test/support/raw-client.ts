/** A client that speaks bytes: it keeps everything that it is sent, and adds nothing of its own. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { Test } from 'tap'
import { send } from './frontend-messages.js'

export interface Message {
  readonly tag: string
  readonly body: Buffer
}

export interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

const WAIT_MS = 20_000
const ALARM = Symbol('alarm')

/** Splits whole messages off; the rest stays. */
const splitMessages = (bytes: Buffer): { readonly messages: readonly Message[]; readonly rest: Buffer } => {
  const messages: Message[] = []
  let at = 0
  while (bytes.length - at >= 5) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    if (end > bytes.length) break
    messages.push({ tag: bytes.toString('latin1', at, at + 1), body: bytes.subarray(at + 5, end) })
    at = end
  }
  return { messages, rest: bytes.subarray(at) }
}

export class RawClient {
  readonly socket: Socket
  /** Every byte from the other side, in order. */
  readonly #chunks: Buffer[] = []
  #rest: Buffer = Buffer.alloc(0)
  readonly #messages: Message[] = []
  #taken = 0
  #hasEnded = false
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', chunk => this.#take(chunk))
    const ended = (): void => {
      this.#hasEnded = true
      this.#wake?.()
    }
    socket.on('end', ended).on('close', ended).on('error', ended)
  }

  /** A TCP connection on which nothing was said yet; it is destroyed with the test. */
  static async open(test: Test, { host, port }: Pick<Address, 'host' | 'port'>): Promise<RawClient> {
    const socket = connect({ host, port, allowHalfOpen: true })
    test.teardown(() => socket.destroy())
    const client = new RawClient(socket)
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return client
  }

  /** A logged-in client; what came until the first ReadyForQuery is no part of `bytes` and `messages`. */
  static async login(test: Test, address: Address, parameters: Readonly<Record<string, string>> = {}): Promise<RawClient> {
    const client = await RawClient.open(test, address)
    client.send(send.startup({ user: address.user, database: address.database, ...parameters }))
    await client.#authenticate(address.password)
    return client
  }

  /** Process id and cancel key, as they came. */
  keyData: Buffer = Buffer.alloc(0)

  send(...messages: readonly Buffer[]): this {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(messages))
    return this
  }

  /** All bytes received since the login. */
  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** The next message, or undefined when the other side has closed. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const message = this.#messages[this.#taken]
      if (message !== undefined) {
        this.#taken++
        return message
      }
      if (this.#hasEnded) return undefined
      await this.#news()
    }
  }

  /** Messages up to the `count`th with one of these tags, or up to the end of the connection. */
  async until(tags: string, count = 1): Promise<readonly Message[]> {
    const messages: Message[] = []
    for (let left = count; left > 0; ) {
      const message = await this.next()
      if (message === undefined) return messages
      messages.push(message)
      if (tags.includes(message.tag)) left--
    }
    return messages
  }

  /** Sends, and reads up to the `count`th ReadyForQuery. */
  async ask(messages: Buffer | readonly Buffer[], count = 1): Promise<readonly Message[]> {
    this.send(...(Buffer.isBuffer(messages) ? [messages] : messages))
    return this.until('Z', count)
  }

  /** Whatever else comes until the other side closes. */
  async untilEnd(): Promise<readonly Message[]> {
    return this.until('')
  }

  end(): void {
    this.socket.end()
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    const { messages, rest } = splitMessages(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]))
    this.#rest = rest
    this.#messages.push(...messages)
    if (messages.length > 0) this.#wake?.()
  }

  async #news(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const alarm = new Promise<typeof ALARM>(resolve => {
      timer = setTimeout(resolve, WAIT_MS, ALARM)
    })
    const news = new Promise<void>(resolve => {
      this.#wake = resolve
    })
    const outcome = await Promise.race([news, alarm])
    clearTimeout(timer)
    this.#wake = undefined
    if (outcome === ALARM) throw new Error(`no answer in ${WAIT_MS} ms after: ${this.#messages.map(message => message.tag).join(' ')}`)
  }

  async #authenticate(password: string): Promise<void> {
    const nonce = randomBytes(18).toString('base64')
    const bare = `n=,r=${nonce}`
    for (;;) {
      const message = await this.next()
      if (message === undefined) throw new Error('closed while logging in')
      if (message.tag === 'E') throw new LoginFailed(message)
      if (message.tag === 'K') this.keyData = Buffer.from(message.body)
      if (message.tag === 'Z') break
      if (message.tag !== 'R') continue
      const kind = message.body.readInt32BE(0)
      if (kind === 10) this.send(firstSasl(bare))
      if (kind === 11) this.send(send.password(Buffer.from(finalSasl(password, nonce, bare, message.body.toString('utf8', 4)))))
    }
    this.#chunks.length = 0
  }
}

/** The server refused the login. */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed'
  readonly response: Message

  constructor(response: Message) {
    super(`login failed: ${response.body.toString('utf8').replaceAll('\0', ' ')}`)
    this.response = response
  }
}

const firstSasl = (bare: string): Buffer => {
  const first = Buffer.from(`n,,${bare}`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(first.length)
  return send.password(Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, first]))
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

// RFC 5802, section 3.
const finalSasl = (password: string, nonce: string, bare: string, serverFirst: string): string => {
  const facts = new Map(serverFirst.split(',').map(part => [part.slice(0, 1), part.slice(2)]))
  const combined = facts.get('r') ?? ''
  if (!combined.startsWith(nonce)) throw new Error('the server changed our nonce')
  const salted = pbkdf2Sync(password, Buffer.from(facts.get('s') ?? '', 'base64'), Number(facts.get('i')), 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  const withoutProof = `c=biws,r=${combined}`
  const signature = hmac(createHash('sha256').update(clientKey).digest(), `${bare},${serverFirst},${withoutProof}`)
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
  return `${withoutProof},p=${proof.toString('base64')}`
}
