import { BlockList, isIP } from 'node:net'
import type { Login, Policy, Role, RoleMatch } from './types.js'

const V4_MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i

/** A CIDR's parts, or undefined for text that is none. A bare address is a network of one. */
export const parseCidr = (text: string): { address: string; prefixBits: number; family: 'ipv4' | 'ipv6' } | undefined => {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined
  const bitsMax = version === 4 ? 32 : 128
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined
  const prefixBits = bits === undefined ? bitsMax : Number(bits)
  return prefixBits > bitsMax ? undefined : { address, prefixBits, family: version === 4 ? 'ipv4' : 'ipv6' }
}

const networksOf = (entries: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const entry of entries) {
    const cidr = parseCidr(entry)
    if (cidr !== undefined) list.addSubnet(cidr.address, cidr.prefixBits, cidr.family)
  }
  return list
}

/** Whether `address` lies in one of the CIDR `entries`. A dual-stack socket's `::ffff:10.0.0.1` counts as 10.0.0.1. */
export const addressMatches = (entries: readonly string[], address: string): boolean => {
  const plain = V4_MAPPED.exec(address)?.[1] ?? address.replace(/%.*$/, '')
  const version = isIP(plain)
  return version !== 0 && networksOf(entries).check(plain, version === 4 ? 'ipv4' : 'ipv6')
}

const matches = (match: RoleMatch, login: Login): boolean => {
  // A match that asks nothing would take every login; the parser refuses it, and so does this.
  if (match.dbUser === undefined && match.memberOf === undefined && match.address === undefined) return false
  if (match.dbUser !== undefined && !match.dbUser.includes(login.dbUser)) return false
  if (match.memberOf !== undefined && !match.memberOf.some(group => login.memberOf.has(group))) return false
  return match.address === undefined || addressMatches(match.address, login.address)
}

/** The first role in file order whose keys all hold for `login`, else the policy's fallback. */
export const matchRole = (policy: Policy, login: Login): Role => policy.roles.find(role => matches(role.match, login)) ?? policy.fallback
