import t from 'tap'
import { Accounts } from '../../src/session/accounting.js'
import { Execution } from '../../src/session/execution.js'
import { SessionState } from '../../src/session/state.js'
import type { Use } from '../../src/sql/types.js'
import type { EventBody } from '../../src/audit/event.js'
import { ProxyError } from '../../src/errors.js'
import { fieldOf, policyOf, POLICY_YAML, startSession } from './session-harness.js'

const policy = policyOf(POLICY_YAML)
const email = fieldOf(policy, 'public.customers.email')
const output: Use = { kind: 'output', field: email, schema: 'public', table: 'customers', column: 'email', isExplicit: true }

interface Book {
  readonly accounts: Accounts
  readonly written: EventBody[]
  readonly log: { isFull: boolean }
}

const newBook = (): Book => {
  const written: EventBody[] = []
  const log = { isFull: false }
  const append = (bodies: readonly EventBody[]): readonly string[] => {
    if (log.isFull) throw new ProxyError('audit_unwritable')
    written.push(...bodies)
    return bodies.map((_, index) => `event-${String(written.length - bodies.length + index)}`)
  }
  const audit = { chain: 'c', seq: 0, append, healthy: () => true, tick: () => undefined, stop: () => undefined }
  const state = new SessionState({ ...startSession().services, audit }, { dbUser: 'masked', database: 'crm', address: '127.0.0.1', sessionId: 's1' }, { dbUser: 'masked', memberOf: new Set(), address: '127.0.0.1' })
  return { accounts: new Accounts(state), written, log }
}

const execution = (uses: readonly Use[] = [output]): Execution => new Execution({ text: "SELECT email FROM customers WHERE email <> 'secret@b.c'", plan: undefined, protocol: 'simple', isRewritten: false }, uses)

t.test('one event for a statement whose end is in hand; begin and final for one that goes on', t => {
  const { accounts, written } = newBook()
  const short = execution()
  short.show(email, 'rule', 'mask')
  accounts.finish(short, { rows: 1, completed: true, sqlState: undefined })
  const long = execution()
  long.show(email, 'rule', 'mask')
  accounts.begin(long)
  accounts.flush()
  long.show(email, 'rule', 'mask')
  accounts.begin(long)
  accounts.finish(long, { rows: 2, completed: true, sqlState: undefined })
  accounts.flush()
  t.match(written, [
    { type: 'query', phase: 'only', outcome: 'modified', values: { masked: 1 }, result: { rows: 1, completed: true } },
    { type: 'query', phase: 'begin' },
    { type: 'query', phase: 'final', begin_id: 'event-1', values: { masked: 2 }, result: { rows: 2 } },
  ])
  t.equal(written.length, 3)
  t.end()
})

t.test('statements that touch nothing protected leave no event', t => {
  const { accounts, written } = newBook()
  accounts.finish(execution([]), { rows: 5, completed: true, sqlState: undefined })
  accounts.flush()
  t.equal(written.length, 0)
  t.end()
})

t.test('no constant of a statement is in its event', t => {
  const { accounts, written } = newBook()
  accounts.finish(execution(), { rows: 0, completed: true, sqlState: undefined })
  accounts.deny(execution(), new ProxyError('search_denied', { role: 'masked' }))
  accounts.flush()
  t.notMatch(JSON.stringify(written), /secret/u)
  t.match(written, [{ stmt: { text: 'SELECT email FROM customers WHERE email <> ?' } }, { type: 'deny', sqlstate: '42501', error: 'search_denied' }])
  t.end()
})

t.test('columns come with their use, and those that are shown with treatment and rule', t => {
  const { accounts, written } = newBook()
  accounts.finish(execution([output, { ...output, kind: 'compare' }]), { rows: 0, completed: true, sqlState: undefined })
  accounts.flush()
  t.match(written[0], {
    objects: [{ schema: 'public', table: 'customers', columns: [{ name: 'email', use: 'output', treatment: 'mask', rule: 'roles.masked.read["user.contact.email"]' }, { name: 'email', use: 'compare' }] }],
  })
  t.end()
})

t.test('what turned up without the plan is named by its home', t => {
  const { accounts, written } = newBook()
  const surprise = execution([])
  surprise.show(email, 'rule', 'mask')
  accounts.finish(surprise, { rows: 1, completed: true, sqlState: undefined })
  accounts.flush()
  t.match(written[0], { objects: [{ table: 'customers', columns: [{ name: 'email', use: 'output' }] }] })
  t.end()
})

t.test('forged and relocated values raise alerts', t => {
  const { accounts, written } = newBook()
  const bad = execution()
  bad.showForged()
  bad.relocated = 2
  accounts.finish(bad, { rows: 1, completed: true, sqlState: undefined })
  accounts.flush()
  t.match(written, [{ values: { failed: 1, relocated: 2 } }, { alert: { rule: 'token_forged', count: 1 } }, { alert: { rule: 'token_relocated', count: 2 } }])
  t.end()
})

t.test('a log that can’t be written stops what it would have covered', t => {
  const { accounts, log } = newBook()
  const shown = execution()
  shown.show(email, 'rule', 'mask')
  accounts.begin(shown)
  log.isFull = true
  t.throws(() => accounts.flush(), { code: 'audit_unwritable' })
  t.end()
})
