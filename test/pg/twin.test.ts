/**
 * Statements of every kind through the proxy as a role that may see all, and on an unprotected twin with the real types:
 * the answers are the same, or pgveil refuses. The most to fear is an answer that is wrong without an error.
 */
import t from 'tap'
import { checkAll } from './twin/check.js'
import { startTwins } from './twin/database.js'

void t.test('statements on the current server', async test => checkAll(test, await startTwins(test), false))
