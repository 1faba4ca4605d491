import tap from 'tap'
import { parseConfigFile } from '../../src/config/file.js'

const entries = (text: string): object => Object.fromEntries(parseConfigFile(text, 'pgveil.yaml').values)

void tap.test('reads scalars as texts', async t => {
  t.same(entries('client_tls: off\nreset: false\nlisten: "127.0.0.1:0"\n'), { client_tls: 'off', reset: 'false', listen: '127.0.0.1:0' })
})

void tap.test('an empty file and one of comments have no settings', async t => {
  t.same(entries(''), {})
  t.same(entries('# listen: 127.0.0.1:6432\n'), {})
})

const BAD: readonly (readonly [title: string, text: string, reason: RegExp])[] = [
  ['a list', '- listen', /pgveil\.yaml: must be a mapping/],
  ['a text', 'listen', /must be a mapping/],
  ['a nested mapping', 'listen: { host: a }', /listen must be a single value/],
  ['a list as a value', 'upstream: [a, b]', /upstream must be a single value/],
  ['a key without a value', 'listen:', /listen must be a single value/],
  ['a key twice', 'listen: a:1\nlisten: b:2', /pgveil\.yaml:2: not valid YAML/],
  ['broken YAML', 'listen: "a', /not valid YAML/],
  ['an alias, with which a small file could become a large one', 'a: &x b\nlisten: *x', /aliases are not allowed/],
]

for (const [title, text, reason] of BAD) void tap.test(`refuses ${title}`, async t => t.throws(() => entries(text), { code: 'config_invalid', message: reason }))

void tap.test('no refusal repeats a value', async t => {
  t.throws(() => entries('catalog_url: "postgresql://u:hunter2@h'), { message: /^(?!.*hunter2)/s })
})
