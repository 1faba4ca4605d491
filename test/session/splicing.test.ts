import t from 'tap'
import { parseTextArray } from '../../src/session/containers/index.js'
import { Rights } from '../../src/session/rights.js'
import { Sealer } from '../../src/session/sealing.js'
import { spliced } from '../../src/session/splicing.js'
import type { SealPlan, Splice } from '../../src/sql/types.js'
import { fieldOf, policyOf, POLICY_YAML, vaultFor } from './session-harness.js'

const policy = policyOf(POLICY_YAML)
const vault = vaultFor(policy)
const sealer = new Sealer({ policy, vault, rights: new Rights(policy.roles.slice(0, 1)) })
const plan: SealPlan = { field: fieldOf(policy, 'public.customers.email'), purpose: 'compare', isArray: false, castCharactersMax: undefined }

const rewritten = (text: string, splices: readonly Splice[]): string => Buffer.from(spliced(Buffer.from(text), splices, sealer)).toString()
const opened = (token: string): string => {
  const bytes = Buffer.from(token)
  const result = vault.open(bytes, 0, bytes.length)
  return result.outcome === 'opened' ? result.plaintext.toString() : result.outcome
}

t.test('a text without splices is sent as it is', t => {
  const text = Buffer.from('SELECT 1')
  t.equal(spliced(text, [], sealer), text)
  t.end()
})

t.test('only the named bytes change, also behind characters of several bytes', t => {
  const text = "SELECT 'ä😀' /* 'x' */, email = 'a@b.c'::varchar -- end"
  const start = Buffer.byteLength(text.slice(0, text.indexOf("'a@b.c'")))
  const end = start + Buffer.byteLength("'a@b.c'")
  const result = rewritten(text, [
    { start, end, replacement: { kind: 'seal', value: 'a@b.c', plan } },
    { start: end, end: end + '::varchar'.length, replacement: { kind: 'text', text: '' } },
  ])
  const [, token = ''] = /^SELECT 'ä😀' \/\* 'x' \*\/, email = '(~pv1\.[^']*)' -- end$/u.exec(result) ?? []
  t.equal(opened(token), 'a@b.c')
  t.end()
})

t.test('an array literal is sealed element by element', t => {
  const text = "email = ANY('{a,NULL,\"b c\"}')"
  const start = text.indexOf("'")
  const sealed = (value: string): string => rewritten(text, [{ start, end: text.length - 1, replacement: { kind: 'seal', value, plan: { ...plan, isArray: true } } }])
  const [, literal = ''] = /'(.*)'/u.exec(sealed('{a,NULL,"b c"}')) ?? []
  t.same(parseTextArray(Buffer.from(literal))?.map(each => (each === null ? null : opened(each))), ['a', null, 'b c'])
  t.throws(() => sealed('no array'), { code: 'statement_unsupported' }, 'and not taken for an empty one')
  t.end()
})
