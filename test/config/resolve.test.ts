import { inspect } from 'node:util'
import tap from 'tap'
import { parseConfigFile } from '../../src/config/file.js'
import { SETTINGS, fileKeyOf, flagKeyOf, flagOf, helpOf, settingsInOrder, variableOf } from '../../src/config/options.js'
import { resolveConfig } from '../../src/config/resolve.js'
import type { ConfigSources } from '../../src/config/sources.js'
import type { StartConfig } from '../../src/config/types.js'

const resolved = (sources: Partial<ConfigSources>): StartConfig => resolveConfig({ flags: {}, environment: {}, file: undefined, workingDirectory: '/srv', ...sources })
const file = (text: string): ConfigSources['file'] => parseConfigFile(text, '/srv/pgveil.yaml')

const CATALOG_URL = 'postgresql://reader:hunter2@db:5432/crm'
const EXTERNAL = { upstream: 'postgresql://db:5433', catalogUrl: CATALOG_URL, policy: 'policies/crm.yaml' }

void tap.test('without any setting: embedded database, defaults in the working directory', async t => {
  t.same(resolved({}), {
    listen: { host: '127.0.0.1', port: 6432 },
    admin: undefined,
    database: { kind: 'embedded', policyPath: undefined, reset: false },
    clientTls: { mode: 'off' },
    keyringPath: '/srv/.pgveil/keyring.json',
    auditLogPath: '/srv/.pgveil/audit.jsonl',
    auditHeadPath: '/srv/.pgveil/heads',
    auditDurability: 'write',
    dataPath: '/srv/.pgveil',
    json: false,
  })
})

void tap.test('an external database', async t => {
  const config = resolved({ flags: EXTERNAL })
  t.match(config.database, { kind: 'external', upstream: { host: 'db', port: 5433 }, upstreamTls: { mode: 'off' }, policyPath: '/srv/policies/crm.yaml' })
  t.equal(config.database.kind === 'external' && config.database.catalogUrl.reveal(), CATALOG_URL)
})

void tap.test('the password of the catalogue login shows in no print of the configuration', async t => {
  const config = resolved({ flags: EXTERNAL })
  for (const print of [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true }), config.database.kind === 'external' ? String(config.database.catalogUrl) : '']) {
    t.notMatch(print, 'hunter2')
  }
})

void tap.test('flag is stronger than environment, environment than file', async t => {
  const flags = { listen: '127.0.0.1:1' }
  const environment = { PGVEIL_LISTEN: '127.0.0.1:2', PGVEIL_ADMIN: '127.0.0.1:12' }
  const settings = file('listen: 127.0.0.1:3\nadmin: 127.0.0.1:13\naudit_log: logs/a.jsonl\njson: true')
  t.match(resolved({ flags, environment, file: settings }), { listen: { port: 1 }, admin: { port: 12 }, auditLogPath: '/srv/logs/a.jsonl', json: true })
  t.match(resolved({ environment, file: settings }), { listen: { port: 2 } })
  t.match(resolved({ file: settings }), { listen: { port: 3 }, admin: { port: 13 } })
})

void tap.test('each setting can be given in each of the three ways', async t => {
  const texts: Readonly<Record<string, string>> = { listen: '[::1]:0', admin: 'localhost:1', upstream: 'postgresql://db', 'catalog-url': CATALOG_URL, 'audit-durability': 'write', 'client-tls': 'require', 'upstream-tls': 'verify-full', json: 'true', reset: 'false' }
  const textOf = (name: string): string => texts[name] ?? `x/${name}`
  const names = settingsInOrder().map(setting => setting.name)
  const byFlag = resolved({ flags: Object.fromEntries(names.map(name => [flagKeyOf(name), textOf(name)])) })
  t.match(byFlag, { listen: { host: '::1', port: 0 }, clientTls: { mode: 'require', certificatePath: '/srv/x/tls-cert', keyPath: '/srv/x/tls-key' }, keyringPath: '/srv/x/keyring', dataPath: '/srv/x/data-dir', json: true })
  t.match(byFlag.database, { upstream: { host: 'db', port: 5432 }, upstreamTls: { mode: 'verify-full', caPath: '/srv/x/upstream-ca' } })
  t.same(resolved({ environment: Object.fromEntries(names.map(name => [variableOf(name), textOf(name)])) }), byFlag)
  t.same(resolved({ file: file(names.map(name => `${fileKeyOf(name)}: "${textOf(name)}"`).join('\n')) }), byFlag)
})

void tap.test('the defaults follow the data directory', async t => {
  t.match(resolved({ flags: { dataDir: '/var/lib/pgveil', keyring: 'k.json' } }), { keyringPath: '/srv/k.json', auditLogPath: '/var/lib/pgveil/audit.jsonl', auditHeadPath: '/var/lib/pgveil/heads' })
})

void tap.test('a certificate alone offers TLS', async t => {
  t.match(resolved({ flags: { tlsCert: '/c', tlsKey: '/k' } }).clientTls, { mode: 'allow', certificatePath: '/c', keyPath: '/k' })
  t.same(resolved({ flags: { tlsCert: '/c', tlsKey: '/k', clientTls: 'off' } }).clientTls, { mode: 'off' })
})

void tap.test('verify-full without an authority uses those of Node', async t => {
  const { database } = resolved({ flags: { ...EXTERNAL, upstreamTls: 'verify-full' } })
  t.same(database.kind === 'external' && database.upstreamTls, { mode: 'verify-full', caPath: undefined })
})

const USAGE: readonly (readonly [title: string, sources: Partial<ConfigSources>, named: RegExp])[] = [
  ['an upstream without a policy', { flags: { ...EXTERNAL, policy: undefined } }, /--policy .*required/],
  ['an upstream without a catalogue login', { flags: { ...EXTERNAL, catalogUrl: undefined } }, /--catalog-url .*required/],
  ['several hosts', { flags: { ...EXTERNAL, upstream: 'postgresql://a:1,b:2' } }, /--upstream: .*not built yet/],
  ['several hosts in the file', { file: file('upstream: postgresql://a:1,b:2') }, /pgveil.yaml: upstream: .*not built yet/],
  ['an upstream with a password', { flags: { ...EXTERNAL, upstream: 'postgresql://u:hunter2@a' } }, /--upstream: must hold no user/],
  ['an upstream with a database', { flags: { ...EXTERNAL, upstream: 'postgresql://a/crm' } }, /--upstream: /],
  ['an upstream with options', { flags: { ...EXTERNAL, upstream: 'postgresql://a?sslmode=require' } }, /--upstream: /],
  ['an upstream of another kind', { flags: { ...EXTERNAL, upstream: 'mysql://a' } }, /--upstream: /],
  ['an upstream without a scheme', { flags: { ...EXTERNAL, upstream: 'db:5432' } }, /--upstream: /],
  ['reset of a database that is not ours', { flags: { ...EXTERNAL, reset: true } }, /--reset/],
  ['a catalogue login without an upstream', { flags: { catalogUrl: CATALOG_URL } }, /--catalog-url .*needs --upstream/],
  ['TLS to no upstream', { flags: { upstreamTls: 'require' } }, /--upstream-tls .*needs --upstream/],
  ['an authority that nobody checks', { flags: { ...EXTERNAL, upstreamTls: 'require', upstreamCa: 'ca.crt' } }, /--upstream-ca .*verify-full/],
  ['a certificate without a key', { flags: { tlsCert: '/c' } }, /--tls-key .*required/],
  ['a key without a certificate', { flags: { tlsKey: '/k' } }, /--tls-cert .*required/],
  ['TLS required without a certificate', { flags: { clientTls: 'require' } }, /--tls-cert .*required/],
  ['TLS allowed without a certificate', { flags: { clientTls: 'allow' } }, /--tls-cert .*required/],
  ['an unknown TLS mode', { environment: { PGVEIL_CLIENT_TLS: 'required' } }, /PGVEIL_CLIENT_TLS: must be one of/],
  ['an empty variable', { environment: { PGVEIL_CLIENT_TLS: '' } }, /PGVEIL_CLIENT_TLS: /],
  ['an empty path', { environment: { PGVEIL_POLICY: '' } }, /PGVEIL_POLICY: /],
  ['fsync', { flags: { auditDurability: 'fsync' } }, /--audit-durability: fsync is not built yet/],
  ['fsync in the file', { file: file('audit_durability: fsync') }, /audit_durability: fsync is not built yet/],
  ['workers in the environment', { environment: { PGVEIL_WORKERS: '4' } }, /PGVEIL_WORKERS: not built yet/],
  ['workers in the file', { file: file('workers: 4') }, /workers: not built yet/],
  ['a client authority in the environment', { environment: { PGVEIL_CLIENT_CA: 'ca.crt' } }, /PGVEIL_CLIENT_CA: not built yet/],
  ['a mistyped variable', { environment: { PGVEIL_CLIENT_TSL: 'require' } }, /PGVEIL_CLIENT_TSL: no such setting/],
  ['a switch that is neither', { environment: { PGVEIL_JSON: 'maybe' } }, /PGVEIL_JSON: must be true or false/],
  ['a listen address without a port', { flags: { listen: 'localhost' } }, /--listen: must be HOST:PORT/],
  ['a bare IPv6 address', { flags: { listen: '::1:6432' } }, /--listen: /],
  ['a port above 65535', { flags: { listen: 'localhost:65536' } }, /--listen: .*65535/],
]

for (const [title, sources, named] of USAGE) void tap.test(`refuses ${title}`, async t => t.throws(() => resolved(sources), { code: 'usage', message: named }))

void tap.test('the highest port is a port', async t => t.match(resolved({ flags: { listen: 'localhost:65535' } }), { listen: { host: 'localhost', port: 65_535 } }))

void tap.test('a bad entry of the file is named with file and key', async t => {
  t.throws(() => resolved({ file: file('listen: nowhere') }), { code: 'config_invalid', message: '/srv/pgveil.yaml: listen: must be HOST:PORT' })
  t.throws(() => resolved({ file: file('lisen: 127.0.0.1:1') }), { code: 'config_invalid', message: '/srv/pgveil.yaml: lisen: no such setting' })
})

void tap.test('no refusal repeats a value', async t => {
  for (const flags of [{ ...EXTERNAL, upstream: 'postgresql://u:hunter2@a' }, { listen: CATALOG_URL }, { clientTls: 'hunter2' }, { ...EXTERNAL, catalogUrl: 'hunter2' }]) {
    try {
      resolved({ flags })
      t.fail('accepted')
    } catch (error) {
      t.notMatch(inspect(error, { depth: 9 }).replace(/\n {4}at .*/g, ''), 'hunter2')
    }
  }
})

void tap.test('variables of other parts and of Kubernetes are left alone', async t => {
  const environment = { PGVEIL_ROOT_KEY: 'x', PGVEIL_SERVICE_HOST: '10.0.0.1', PGVEIL_SERVICE_PORT_SQL: '6432', PGVEIL_PORT: 'tcp://10.0.0.1:6432', PGVEIL_PORT_6432_TCP_ADDR: '10.0.0.1', PATH: '/bin' }
  t.same(resolved({ environment }), resolved({}))
})

void tap.test('flags, variables and keys follow from the name', async t => {
  t.equal(flagOf(SETTINGS.auditLog), '--audit-log <FILE>')
  t.equal(flagOf(SETTINGS.json), '--json')
  t.equal(variableOf('audit-log'), 'PGVEIL_AUDIT_LOG')
  t.equal(fileKeyOf('audit-log'), 'audit_log')
  for (const [key, setting] of Object.entries(SETTINGS)) t.equal(flagKeyOf(setting.name), key)
  t.match(helpOf(SETTINGS.listen), /default: 127\.0\.0\.1:6432; env: PGVEIL_LISTEN/)
})
