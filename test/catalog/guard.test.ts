import fc from 'fast-check'
import t from 'tap'
import { guardDefinition, guardedPrefix, quoteIdentifier } from '../../src/catalog/guard.js'
import { createKeyring, syncKeyring, unlockKeyring } from '../../src/crypto/keyring.js'
import type { RootSecret } from '../../src/crypto/root-secret.js'
import { Vault } from '../../src/crypto/vault.js'
import { createDatabase, debianCluster, type TestCluster } from '../support/cluster.js'
import type { Test } from 'tap'

const secret: RootSecret = { kind: 'key', bytes: Buffer.alloc(32, 7) }
const now = new Date(0)
const minted = syncKeyring(unlockKeyring(createKeyring({ rootSecret: secret, now }), secret), ['mail', 'other'], { now }).keyring
const fields = new Map([['mail', { protect: 'equality' as const }], ['other', { protect: 'equality' as const }]])
const vault = new Vault(unlockKeyring(minted, secret), fields)

const seal = (name: string, text: string): string => vault.seal({ name, protect: 'equality' }, Buffer.from(text)).toString()

const CHECK_VIOLATION = '23514'
const COLUMN = 'The "Mail"'

type Insert = (value: string | null, expression?: string) => Promise<string>

const guardedTable = async (test: Test, sealsEmpty: boolean, cluster?: TestCluster): Promise<Insert> => {
  const database = await createDatabase(test, cluster === undefined ? {} : { cluster })
  await database.query(`CREATE TABLE people (${quoteIdentifier(COLUMN)} text CHECK (${guardDefinition(quoteIdentifier(COLUMN), vault.prefixOf('mail'), sealsEmpty)}))`)
  return async (value, expression = '$1::text') => {
    try {
      await database.query(`INSERT INTO people VALUES (${expression})`, [value])
      return 'accepted'
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'failed'
    }
  }
}

const damaged = (token: string): Readonly<Record<string, string>> => ({
  plaintext: 'ann@example.org',
  'the marker alone': '~pv1.',
  'the prefix alone': token.slice(0, 13),
  'lower case': token.toLowerCase(),
  'upper case': token.toUpperCase(),
  'cut to 50': token.slice(0, 50),
  'last character lost': token.slice(0, -1),
  'trailing space': `${token} `,
  'leading space': ` ${token}`,
  doubled: token + token,
  'one character changed': token.slice(0, 40) + (token[40] === 'A' ? 'B' : 'A') + token.slice(41),
  'two characters swapped': swapped(token),
})

const swapped = (token: string): string => {
  const at = Array.from({ length: 40 }, (_, offset) => 30 + offset).find(index => token[index] !== token[index + 1]) ?? 30
  return token.slice(0, at) + (token[at + 1] ?? '') + (token[at] ?? '') + token.slice(at + 2)
}

const testGuard = async (t: Test, cluster?: TestCluster): Promise<void> => {
  const insert = await guardedTable(t, false, cluster)
  const token = seal('mail', 'ann@example.org')
  t.equal(await insert(token), 'accepted')
  t.equal(await insert(null), 'accepted')
  t.equal(await insert(''), 'accepted')
  t.equal(await insert(seal('other', 'ann@example.org')), CHECK_VIOLATION, "another field's token")
  t.equal(await insert(token, 'lower($1)'), CHECK_VIOLATION, 'lowered in the database')
  t.equal(await insert(token, '$1::varchar(50)'), CHECK_VIOLATION, 'cut in the database')
  for (const [how, value] of Object.entries(damaged(token))) t.equal(await insert(value), CHECK_VIOLATION, how)
}

t.test('the guard passes tokens of its field, NULL and the empty string, and nothing else', t => testGuard(t))

t.test('the same on PostgreSQL 15', async t => {
  const cluster = await debianCluster(t)
  if (cluster === undefined) return t.plan(0, 'PostgreSQL 15 is not installed')
  return testGuard(t, cluster)
})

t.test('with `empty: sealed` the empty string is refused, its token is not', async t => {
  const insert = await guardedTable(t, true)
  t.equal(await insert(''), CHECK_VIOLATION)
  t.equal(await insert(null), 'accepted')
  t.equal(await insert(seal('mail', '')), 'accepted')
})

t.test('every sealed text passes, and no text does unsealed', async t => {
  const insert = await guardedTable(t, false)
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).filter(value => !value.includes('\0'))
  await fc.assert(
    fc.asyncProperty(text, async value => (await insert(seal('mail', value))) === 'accepted' && (await insert(value)) === CHECK_VIOLATION),
    { numRuns: 50 },
  )
})

t.test('a prefix with `_` stands for itself in the pattern', async t => {
  const database = await createDatabase(t)
  const matches = async (prefix: string, value: string): Promise<unknown> => {
    const pattern = /LIKE ('(?:[^']|'')*')/.exec(guardDefinition('c', prefix, false))?.[1] ?? ''
    return (await database.query(`SELECT $1 LIKE ${pattern} AS matches`, [value])).rows[0]?.['matches']
  }
  t.equal(await matches('AQ_AAAAB', '~pv1.AQ_AAAABx'), true)
  t.equal(await matches('AQ_AAAAB', '~pv1.AQCAAAABx'), false)
})

t.test('guardedPrefix finds the prefix in a guard alone', t => {
  t.equal(guardedPrefix("CHECK ((a ~~ '~pv1.AQ\\_AA-AB%'::text))"), 'AQ_AA-AB')
  t.equal(guardedPrefix("CHECK ((a ~~ '~pv1.AQ_AA-AB%'::text))"), undefined, 'an unescaped _ would match any character')
  t.equal(guardedPrefix("CHECK ((length(a) > 5))"), undefined)
  t.end()
})
