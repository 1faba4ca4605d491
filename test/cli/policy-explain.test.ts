/** What `policy explain` says of a plan. */
import t from 'tap'
import { explainPlan } from '../../src/cli/policy-explain.js'
import { loadParser } from '../../src/sql/index.js'
import { CRM, GUEST, plan, SUPPORT } from '../sql/support/fixture.js'

await loadParser()

void t.test('the report is the plan, with the treatment of the role and without values', t => {
  const report = explainPlan(plan("SELECT email FROM customers WHERE email = 'secret@x' OR email = $1"), SUPPORT)
  t.match(report, {
    outcome: 'planned',
    statements: [
      {
        kind: 'SELECT',
        uses: [
          { column: 'public.customers.email', use: 'compare', named: true },
          { column: 'public.customers.email', use: 'output', treatment: 'mask redact', rule: /roles\.support\.read/u },
        ],
        seals: ['parameter $1 for person_email (compare)', 'constant at byte 42 for person_email (compare)'],
      },
    ],
  })
  t.notMatch(JSON.stringify(report), /secret/u)
  t.end()
})

void t.test('refusals of the planner and of the role carry their SQLSTATE', t => {
  t.match(explainPlan(plan("SELECT id FROM customers WHERE ssn LIKE '9%'"), CRM), { outcome: 'refused', sqlState: '0A000' })
  t.match(explainPlan(plan('SELECT ssn FROM customers'), GUEST), { outcome: 'denied', sqlState: '42501' })
  t.match(explainPlan(plan('SELEC'), CRM), { outcome: 'syntax_error', sqlState: '42601' })
  t.end()
})
