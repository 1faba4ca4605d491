import { resolve } from 'node:path'
import type { Endpoint } from './types.js'
import { SecretText } from './types.js'

/**
 * Parsers of single settings: text in, value out, or `Problem` with the reason in words. A reason never holds the text:
 * a password in the wrong flag must not reach a log.
 */

/** Why a text is no value of its setting. */
export class Problem {
  readonly reason: string
  /** Well-formed, but asks for what does not exist yet. */
  readonly isNotBuilt: boolean

  constructor(reason: string, isNotBuilt = false) {
    this.reason = reason
    this.isNotBuilt = isNotBuilt
  }
}

/** `workingDirectory` is what relative paths are relative to. */
export type Parser<T> = (text: string, workingDirectory: string) => T | Problem

const PORT_MAX = 65_535
const POSTGRESQL_PORT = 5432
const POSTGRESQL_PROTOCOLS: readonly string[] = ['postgresql:', 'postgres:']
/** A name, an IPv4 address, or an IPv6 address in brackets. */
const ENDPOINT = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]?#]+)):(\d{1,5})$/

/** `host:port`; port 0 is legal, since it means any free port. */
export const parseEndpoint: Parser<Endpoint> = text => {
  const match = ENDPOINT.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined) return new Problem('must be HOST:PORT')
  return port > PORT_MAX ? new Problem(`the port is above ${PORT_MAX}`) : { host, port }
}

const parsePostgresqlUrl = (text: string): URL | Problem => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && POSTGRESQL_PROTOCOLS.includes(url.protocol) && url.hostname !== ''
    ? url
    : new Problem('must be a URL like postgresql://host:port')
}

/** `postgresql://host[:port]` and nothing more: who logs in, and to which database, is each client's own affair. */
export const parseUpstream: Parser<Endpoint> = text => {
  if (text.includes(',')) return new Problem('several hosts are not built yet', true)
  const url = parsePostgresqlUrl(text)
  if (url instanceof Problem) return url
  if (url.username !== '' || url.password !== '') return new Problem('must hold no user or password: clients bring their own')
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') return new Problem('must hold no more than host and port')
  if (url.port === '0') return new Problem('port 0 is no server')
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? POSTGRESQL_PORT : Number(url.port) }
}

/** A complete PostgreSQL URL; kept as it is, and secret, since it may hold a password. */
export const parseDatabaseUrl: Parser<SecretText> = text => {
  const url = parsePostgresqlUrl(text)
  return url instanceof Problem ? url : new SecretText(text)
}

/** A path, made absolute. */
export const parsePath: Parser<string> = (text, workingDirectory) =>
  text === '' || text.includes('\0') ? new Problem('must be a path') : resolve(workingDirectory, text)

/** `true` or `false`; a bare flag is `true`. */
export const parseSwitch: Parser<boolean> = text => {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  return new Problem('must be true or false')
}

/** One of the words; `notBuilt` are those which are known but do not exist yet. */
export const parseChoice =
  <Word extends string>(words: readonly Word[], notBuilt: readonly string[] = []): Parser<Word> =>
  text => {
    const word = words.find(candidate => candidate === text)
    if (word !== undefined) return word
    const isNotBuilt = notBuilt.includes(text)
    return new Problem(isNotBuilt ? `${text} is not built yet` : `must be one of ${words.join(', ')}`, isNotBuilt)
  }
