/** The tour, as somebody sees it who runs it for the first time. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { dataDirectory, runCommand } from './demo-process.js'

void t.test('the tour runs through by itself and shows what it promises', async test => {
  const dataDir = dataDirectory(test)
  const { exitCode, out, err } = await runCommand('demo', '--data-dir', dataDir)
  test.equal(exitCode, 0, err)

  test.match(out, /^crm_app +crm +1 +Erika +Mustermann +erika\.mustermann@example\.com +\+49 30 23125 042 +1964-08-12$/m, 'the CRM sees all')
  test.match(out, /^anna +support +1 +Erika +Mustermann +e•••@e•••\.com +•••042 +1964-01-01$/m, 'support sees parts')
  test.match(out, /^max +marketing +1 +Erika +M••• +\S{8,} +\(null\) +1960-01-01$/m, 'marketing sees a pseudonym')
  test.match(out, /^dba +default +1 +••• +••• +••• +•••/m, 'the administrator sees nothing')
  test.match(out, /^backup +backup +1 +~pv1\./m, 'a backup holds sealed values')
  test.match(out, /^1 +~pv1\.\S+ +~pv1\.\S+ +~pv1\.\S+ +~pv1\.\S+ +~pv1\.\S+$/m, 'and so does the table')

  test.match(out, /ERROR 0A000: ORDER BY is not supported on the sealed column public\.contacts\.last_name/)
  test.match(out, /ERROR 42501: role default may not compare public\.contacts\.email/)
  test.match(out, /Instead: /)

  test.match(out, /crm_app +crm +query +contacts\.\{first_name,last_name,email,phone,birth_date\} +reveal +2 +2 +allowed/, 'reads are in the log')
  test.match(out, /max +marketing +deny +contacts\.notes +denied/, 'refusals, too')

  test.match(out, /pgveil audit verify +ok: \d+ events, tail checked/)
  test.match(out, /blamed on anna:\n +NOT OK: .*\n +edited \(line \d+\)/)
  test.match(out, /lacks the last 3 events:\n +NOT OK: .*\n +cut_tail/)
  test.match(out, /What to try next/)

  test.equal(existsSync(join(dataDir, 'pg.owner')), false, 'nothing runs on')
})

void t.test('the tour takes no server but its own', async test => {
  const dataDir = dataDirectory(test)
  const { exitCode, err } = await runCommand('demo', '--data-dir', dataDir, '--upstream', 'postgresql://127.0.0.1:1')
  test.equal(exitCode, 2, err)
})
