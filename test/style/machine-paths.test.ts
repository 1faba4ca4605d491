import t from 'tap'
import { projectFiles, read } from '../support/source-tree.js'

await t.test('no file names a place on the machine that it was written on', async test => {
  const files = projectFiles()
  test.ok(files.includes('package.json') && files.includes('src/errors.ts'))
  test.same(files.filter(path => /(?<![\w.])\/(?:work|root|home|Users)\//.test(read(path))), [])
})

await t.test('the lock file names no registry', async test => {
  test.notMatch(read('package-lock.json'), /"resolved": "http/)
  test.notMatch(read('.npmrc'), /registry\s*=|_auth/)
})

await t.test('no key or certificate is among the files', async test => {
  test.same(projectFiles().filter(path => /\.(pem|key|crt|p12|pfx)$/.test(path)), [])
  test.same(projectFiles().filter(path => /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\n[A-Za-z0-9+/=]/.test(read(path))), [])
})
