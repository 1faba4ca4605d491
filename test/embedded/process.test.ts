import t from 'tap'
import { runChild } from '../../src/embedded/process.js'

const options = { cwd: '/', identity: undefined, timeoutMs: 20_000 }
const run = (script: string, more: Partial<typeof options> = {}): ReturnType<typeof runChild> => runChild(process.execPath, ['-e', script], { ...options, ...more })

await t.test('collects both outputs and the exit code', async test => {
  test.same(await run('process.stdout.write("out"); process.exitCode = 3'), { exitCode: 3, output: 'out' })
  test.same(await run('process.stderr.write("err")'), { exitCode: 0, output: 'err' })
})

await t.test('passes nothing of our environment on', async test => {
  process.env['PGOPTIONS'] = '-c work_mem=1'
  test.teardown(() => delete process.env['PGOPTIONS'])
  // tap adds some of its own to every child of a test.
  const { output } = await runChild('/usr/bin/env', [], options)
  test.match(output, /^PATH=\/usr\/bin:\/bin/m)
  test.notMatch(output, /^(PGOPTIONS|HOME|USER|SHELL|PWD)=/m)
})

await t.test('keeps only the end of a long output', async test => {
  const { output } = await run('process.stdout.write("x".repeat(200000) + "end")')
  test.equal(output.length, 64 * 1024)
  test.ok(output.endsWith('xend'))
})

await t.test('ends a child that takes too long', async test => {
  test.same(await run('setInterval(() => 0, 1000)', { timeoutMs: 50 }), { exitCode: undefined, output: '' })
})

await t.test('names a program that is missing', async test => {
  await test.rejects(runChild('/nowhere/initdb', [], options), { code: 'embedded_failed', message: /\/nowhere\/initdb cannot be started \(ENOENT\)/ })
})
