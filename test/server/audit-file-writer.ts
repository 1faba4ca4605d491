/** A process that appends in a loop to the log named by its argument and says after each event which one is in; for audit-file.test.ts. */
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createAuditLog } from '../../src/audit/log.js'
import { openAuditFile } from '../../src/server/audit-file.js'
import { QUERY } from '../audit/log-fixture.js'

const file = openAuditFile(process.argv[2] ?? '')
const isSmall = process.argv[3] === 'until-full'
process.on('SIGXFSZ', () => undefined)
const log = createAuditLog({ now: () => new Date(), randomBytes, append: bytes => file.append(bytes), policyVersion: 'p', tail: file.tail })
for (;;) {
  try {
    writeSync(1, `${log.append([QUERY])[0]}\n`)
  } catch {
    if (!isSmall) process.exit(3)
    process.exit(log.healthy() ? 4 : 0)
  }
}
