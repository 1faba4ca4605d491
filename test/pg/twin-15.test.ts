/** The same statements on PostgreSQL 15, as far as it knows them. */
import t from 'tap'
import { debianCluster } from '../support/cluster.js'
import { checkAll } from './twin/check.js'
import { startTwins } from './twin/database.js'

void t.test('statements on PostgreSQL 15', async test => {
  const cluster = await debianCluster(test)
  if (cluster === undefined) test.plan(0, 'PostgreSQL 15 of Debian is not installed')
  else await checkAll(test, await startTwins(test, cluster), true)
})
