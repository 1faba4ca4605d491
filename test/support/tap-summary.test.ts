import t from 'tap'
import { tallyLine, tallyOf } from './tap-summary.js'

await t.test('reads the closing line', async test => {
  test.same(tallyOf('# No coverage generated\n# { total: 12, pass: 4, fail: 5, todo: 1, skip: 2 }\n# time=5704.605ms\n', 1), { passed: 4, failed: 5, skipped: 3 })
  test.same(tallyOf('# { total: 3, pass: 3 }\n# time=1ms\n', 0), { passed: 3, failed: 0, skipped: 0 })
})

await t.test('what a test prints is not taken for it', async test => {
  const report = '# { total: 2, pass: 1, fail: 1 }\n    # { total: 9, pass: 9 }\n# # { total: 8, pass: 8 }\n# { totally: 1 }\n'
  test.same(tallyOf(report, 1), { passed: 1, failed: 1, skipped: 0 })
})

await t.test('no summary, no test, or an exit code without a failure is one failed', async test => {
  test.same(tallyOf('TAP version 14\nok 1 - a\n', 0), { passed: 0, failed: 1, skipped: 0 })
  test.same(tallyOf('# { total: 0 }\n', 0), { passed: 0, failed: 1, skipped: 0 })
  test.same(tallyOf('# { total: 3, pass: 3 }\n', 1), { passed: 3, failed: 1, skipped: 0 })
  test.same(tallyOf('# { total: 3, pass: 3 }\n', undefined), { passed: 3, failed: 1, skipped: 0 })
})

t.equal(tallyLine({ passed: 3, failed: 0, skipped: 1 }), '3 passed, 0 failed, 1 skipped')
