import { generateKeyPairSync, sign, verify } from 'node:crypto'
import * as fc from 'fast-check'
import tap from 'tap'
import { decodeHead, headBytes } from '../../src/audit/head.js'
import { readTail } from '../../src/audit/recover.js'
import type { HeadInput } from '../../src/audit/verify.js'
import { DENY, memoryFile, openLog, problemKinds, QUERY, verifyBytes } from './log-fixture.js'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const signer = { keyId: 'k', sign: (bytes: Uint8Array) => sign(null, bytes, privateKey) }

const headInput = (text: string): HeadInput => {
  const head = decodeHead(text)
  return { source: 'x.head', head, isGenuine: head !== undefined && verify(null, headBytes(head), publicKey, Buffer.from(head.signature, 'base64')) }
}

/** Two processes on one file, one of which stops, and a third that starts later. */
const sample = () => {
  const file = memoryFile()
  const heads = new Map<string, string>()
  const write = (chain: string, text: string): void => void heads.set(chain, text)
  const open = () => openLog(file, { tail: readTail(file.bytes), heads: { signer, write } })
  const one = open()
  const two = open()
  one.append([QUERY, DENY])
  two.append([QUERY])
  one.append([QUERY])
  one.stop()
  two.append([DENY])
  const three = open()
  three.append([QUERY])
  two.stop()
  three.stop()
  return { lines: file.bytes.toString().split('\n').slice(0, -1), heads: [...heads.values()].map(headInput), chains: [one.chain, two.chain, three.chain] }
}

const { lines, heads, chains } = sample()
const join = (all: readonly string[]): Buffer => Buffer.from(all.map(line => `${line}\n`).join(''))
const chainOf = (line: string | undefined): string => JSON.parse(line ?? '{}').chain
const index = fc.nat({ max: lines.length - 1 })

tap.test('an untouched log of interleaved chains is ok, and its tail is checked', async t => {
  const result = verifyBytes(join(lines), heads)
  t.same(result.problems, [])
  t.match(result, { ok: true, tail: 'checked', events: lines.length })
  t.same(result.chains.map(chain => chain.chain), chains)
  t.equal(verifyBytes(join(lines)).tail, 'not checked')
})

tap.test('property: any changed byte of any event is found', async () => {
  const bytes = join(lines)
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 2 }), fc.integer({ min: 1, max: 255 }), (at, difference) => {
      const edited = Buffer.from(bytes)
      edited[at] = (edited[at] ?? 0) ^ difference
      return !verifyBytes(edited, heads).ok
    }),
    { numRuns: 1500 },
  )
})

tap.test('property: a removed, doubled or moved event is found', async () => {
  fc.assert(fc.property(index, at => !verifyBytes(join(lines.toSpliced(at, 1)), heads).ok))
  fc.assert(fc.property(index, index, (at, to) => !verifyBytes(join(lines.toSpliced(to, 0, lines[at] ?? '')), heads).ok))
  fc.assert(
    fc.property(index, index, (a, b) => {
      fc.pre(a !== b && chainOf(lines[a]) === chainOf(lines[b]))
      return !verifyBytes(join(lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '')), heads).ok
    }),
  )
})

tap.test('property: every cut of the tail is found with heads', async t => {
  for (let end = 0; end < lines.length; end++) t.notOk(verifyBytes(join(lines.slice(0, end)), heads).ok, `${end} events left`)
})

const tampered: readonly { readonly name: string; readonly lines: readonly string[]; readonly heads?: readonly HeadInput[]; readonly kinds: readonly string[] }[] = [
  { name: 'edited', lines: lines.with(2, (lines[2] ?? '').replace('"rows":3', '"rows":4')), kinds: ['edited'] },
  { name: 'removed', lines: lines.filter(line => !line.includes(`"chain":"${chains[0]}","seq":1,`)), kinds: ['removed'] },
  { name: 'start removed', lines: lines.filter(line => !line.includes(`"chain":"${chains[1]}","seq":0,`)), kinds: ['missing_start'] },
  { name: 'front cut', lines: lines.filter(line => line.includes(chains[2] ?? '?')), kinds: ['missing_previous'] },
  { name: 'garbage between', lines: lines.toSpliced(3, 0, 'garbage'), kinds: ['torn_line'] },
  { name: 'cut', lines: lines.slice(0, -1), heads, kinds: ['cut_tail'] },
  { name: 'whole chain gone', lines: [], heads, kinds: ['chain_missing', 'chain_missing', 'chain_missing'] },
  { name: 'head gone', lines, heads: heads.slice(1), kinds: ['head_missing'] },
  { name: 'head unreadable', lines, heads: [...heads, { source: 'y', head: undefined, isGenuine: false }], kinds: ['head_unreadable'] },
  { name: 'signature bad', lines, heads: heads.map((input, at) => (at === 0 ? { ...input, isGenuine: false } : input)), kinds: ['head_signature'] },
]

for (const { name, lines: changed, heads: given, kinds } of tampered) {
  tap.test(`names what happened: ${name}`, async t => {
    t.same(problemKinds(verifyBytes(join(changed), given)), kinds)
  })
}

tap.test('a changed head does not keep its signature', async t => {
  const head = heads[0]?.head
  t.ok(head)
  t.notOk(headInput(JSON.stringify({ ...head, seq: 1 })).isGenuine)
  t.equal(decodeHead('{}'), undefined)
  t.equal(decodeHead('no json'), undefined)
})

tap.test('a chain without a stop is a notice', async t => {
  const file = memoryFile()
  openLog(file)
  const result = verifyBytes(file.bytes)
  t.ok(result.ok)
  t.same(result.problems.map(problem => problem.kind), ['missing_stop'])
})
