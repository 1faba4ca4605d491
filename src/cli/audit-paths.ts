/** Which log, heads and key the audit commands mean: those that `start` would use, from the environment or the data directory. */
import { createPublicKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ProxyError } from '../errors.js'
import { headBytes } from '../audit/head.js'
import type { HeadInput } from '../audit/verify.js'
import { verifySignature } from '../crypto/audit-signer.js'
import { readHeads } from '../server/audit-heads.js'
import { readBoundedFile, readKeyringFile } from './keyring-store.js'

const PUBLIC_KEY_BYTES = 32
const PUBLIC_KEY_FILE_BYTES_MAX = 4_096

const inDataDirectory = (variable: string, name: string): string => process.env[variable] ?? join(process.env['PGVEIL_DATA_DIR'] ?? '.pgveil', name)

/** The configured log. */
export const configuredLog = (): string => inDataDirectory('PGVEIL_AUDIT_LOG', 'audit.jsonl')

/** The folder of heads of the configured log. */
export const configuredHeads = (): string => inDataDirectory('PGVEIL_AUDIT_HEAD', 'heads')

const configuredKeyring = (): string => inDataDirectory('PGVEIL_KEYRING', 'keyring.json')

/** A public key file: PEM, or 32 bytes in base64, base64url as in the keyring. Throws `file_unreadable`. */
const readPublicKey = (path: string): Uint8Array => {
  const text = readBoundedFile(path, PUBLIC_KEY_FILE_BYTES_MAX).trim()
  const bytes = text.startsWith('-----BEGIN') ? fromPem(text, path) : Buffer.from(text, 'base64url')
  if (bytes.length !== PUBLIC_KEY_BYTES) throw new ProxyError('file_unreadable', { path, reason: 'not an Ed25519 public key' })
  return bytes
}

const fromPem = (text: string, path: string): Uint8Array => {
  try {
    return Buffer.from(createPublicKey(text).export({ format: 'jwk' }).x ?? '', 'base64url')
  } catch (error) {
    throw new ProxyError('file_unreadable', { path, reason: 'not an Ed25519 public key' }, { cause: error })
  }
}

export interface KeyOptions {
  readonly keyring?: string
  readonly publicKey?: string
}

/** The key by which heads are checked: only the keyring's clear part is read. Throws `usage` if there is none. */
const headKey = ({ keyring, publicKey }: KeyOptions): Uint8Array => {
  if (publicKey !== undefined) return readPublicKey(publicKey)
  const path = keyring ?? configuredKeyring()
  if (keyring === undefined && !existsSync(path)) throw new ProxyError('usage', { reason: 'heads are checked with a key: give --public-key or --keyring' })
  return Buffer.from(readKeyringFile(path).audit.public_key, 'base64url')
}

/** Reads the heads of a folder and checks their signatures. Throws `usage`, `file_unreadable`, `keyring_invalid`. */
export const readHeadInputs = (directory: string, options: KeyOptions): readonly HeadInput[] => {
  const key = headKey(options)
  return readHeads(directory).map(({ path, head }) => ({
    source: path,
    head,
    isGenuine: head !== undefined && verifySignature(key, headBytes(head), Buffer.from(head.signature, 'base64')),
  }))
}
