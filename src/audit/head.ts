/**
 * The signed head of a chain: how far it had come. A log that is shorter than its head was cut. The head is worth as much as
 * the distance between it and whoever can edit the log, so it belongs elsewhere.
 */
import { z } from 'zod'

export interface HeadState {
  readonly chain: string
  readonly seq: number
  readonly hash: string
  readonly time: string
}

export interface SignedHead extends HeadState {
  readonly key_id: string
  /** Ed25519 over `headBytes`, base64. */
  readonly signature: string
}

export interface HeadSigner {
  readonly keyId: string
  sign(bytes: Uint8Array): Uint8Array
}

/** What is signed. The first line keeps a signature from meaning something else elsewhere. */
export const headBytes = (head: HeadState): Uint8Array =>
  new TextEncoder().encode(`pgveil access log head v1\n${head.chain}\n${head.seq}\n${head.hash}\n${head.time}\n`)

/** The content of a head file. */
export const encodeHead = (head: HeadState, signer: HeadSigner): string => {
  const signature = Buffer.from(signer.sign(headBytes(head))).toString('base64')
  return `${JSON.stringify({ chain: head.chain, seq: head.seq, hash: head.hash, time: head.time, key_id: signer.keyId, signature })}\n`
}

const signedHead = z.strictObject({
  chain: z.string().min(1).max(64),
  seq: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.iso.datetime(),
  key_id: z.string().max(128),
  signature: z.base64().max(128),
})

/** The head in a file's text, or undefined if it is none. */
export const decodeHead = (text: string): SignedHead | undefined => {
  try {
    return signedHead.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
