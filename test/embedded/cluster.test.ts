import { stat } from 'node:fs/promises'
import pg from 'pg'
import t from 'tap'
import { createDatabase, ownCluster, testCluster, debianCluster } from '../support/cluster.js'

t.test('starts', async t => {
  const c = await testCluster()
  t.match(c.version, /^18/)
  const db = await createDatabase(t, { schema: 'create table x(a int); insert into x values (1)' })
  t.equal((await db.query('select a from x')).rows[0]?.['a'], 1)
  const r = await db.query(`select datcollate, datlocprovider, datlocale, current_setting('unix_socket_directories') u, current_setting('listen_addresses') l, pg_encoding_to_char(encoding) e from pg_database where datname=current_database()`)
  t.comment(JSON.stringify(r.rows))
})
t.test('15', async t => {
  const c = await debianCluster(t)
  t.match(c?.version, /^15/)
})
void ownCluster; void stat; void pg
