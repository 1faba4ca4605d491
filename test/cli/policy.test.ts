import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadPolicyFiles, readPolicyFiles } from '../../src/cli/policy-files.js'
import { POLICY_FILE_BYTES_MAX } from '../../src/limits.js'

const PROGRAM = "import { policyCommand } from './src/cli/policy.ts'; await policyCommand().parseAsync(process.argv.slice(1), { from: 'user' })"

const policy = async (...parameters: readonly string[]): Promise<{ code: number; stdout: string }> =>
  new Promise(resolve => {
    execFile(process.execPath, ['--import=tsx', '--input-type=module', '--eval', PROGRAM, '--', ...parameters], (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout })
    })
  })

t.test('a valid policy: fields, leakage and what each role may do', async t => {
  const { code, stdout } = await policy('check', 'policies/crm.yaml')
  t.equal(code, 0)
  t.match(stdout, /^warning policies\/crm\.yaml:\d+:3: DBA-controlled login: .* role crm$/m)
  t.match(stdout, /^public\.contacts\.birth_date +user\.demographic\.date_of_birth +date +random$/m)
  t.match(stdout, /^person_email: equality: visible are /m)
  t.match(stdout, /^person_phone +reveal \[swo\] +sealed \[ot\] +mask last 3 +null +mask redact$/m)
})

t.test('problems end with exit code 1, in text and as JSON', async t => {
  const path = join(t.testdir({ 'bad.yaml': 'version: 2\ncolour: red\n' }), 'bad.yaml')
  const text = await policy('check', path)
  t.equal(text.code, 1)
  t.ok(text.stdout.includes(`error   ${path}:2:1: unknown key 'colour'`))
  const json = await policy('check', path, '--json')
  t.equal(json.code, 1)
  t.match(JSON.parse(json.stdout), { ok: false, problems: [{ source: path, line: 1, column: 10 }, { line: 2, column: 1 }], fields: [] })
})

t.test('a directory: its YAML files in order of name, nothing else', async t => {
  const folder = t.testdir({ 'b.yml': 'version: 1\n', 'a.yaml': 'version: 1\n', '.hidden.yaml': 'x', 'README.md': 'x' })
  t.same(loadPolicyFiles(folder).map(file => file.path), [join(folder, 'a.yaml'), join(folder, 'b.yml')])
  t.equal(readPolicyFiles(folder).roles.length, 0)
})

t.test('what cannot be read is named', async t => {
  const folder = t.testdir({ empty: {}, 'latin1.yaml': '' })
  writeFileSync(join(folder, 'latin1.yaml'), Buffer.from([0x76, 0xfc]))
  writeFileSync(join(folder, 'long.yaml'), Buffer.alloc(POLICY_FILE_BYTES_MAX + 1, 0x23))
  const throwsFor = (name: string, reason: string): unknown =>
    t.throws(() => readPolicyFiles(join(folder, name)), { code: 'file_unreadable', facts: { path: join(folder, name), reason } })
  throwsFor('missing.yaml', 'no such file')
  throwsFor('empty', 'no *.yaml file in this directory')
  throwsFor('latin1.yaml', 'not UTF-8')
  throwsFor('long.yaml', `longer than ${POLICY_FILE_BYTES_MAX} bytes`)
})
