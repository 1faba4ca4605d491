/** Whole texts: several statements, positions, missing relations, hostile sizes, and that nothing is ever thrown. */
import fc from 'fast-check'
import t from 'tap'
import { loadParser } from '../../src/sql/parser.js'
import { viewColumnOrigin } from '../../src/sql/view-origin.js'
import { applySplices, CATALOG, describePlan, FIELDS, plan } from './support/fixture.js'

await loadParser()

void t.test('an empty text is planned with no statements', t => {
  for (const text of ['', '  ', ';', '-- nothing']) t.match(plan(text), { outcome: 'planned', statements: [], splices: [] }, text)
  t.end()
})

void t.test('one refused statement refuses the whole text', t => {
  t.match(plan("SELECT 1; SELECT email FROM customers WHERE ssn LIKE '9%'; SELECT 2"), { outcome: 'refused', error: { code: 'operation_unsupported' } })
  t.end()
})

void t.test('syntax errors have the position of the server, in characters from 1', t => {
  t.equal(describePlan('select é x from'), 'syntax: syntax error at end of input at 16')
  t.equal(describePlan('selec 1'), 'syntax: syntax error at or near "selec" at 1')
  t.end()
})

void t.test('relations that the catalogue lacks are reported once, then forwarded, but never a name that is protected elsewhere', t => {
  t.equal(describePlan('SELECT * FROM fresh', { missing: 'report' }), 'stale: fresh')
  t.equal(describePlan('SELECT * FROM fresh'), '')
  t.match(describePlan('SELECT * FROM people'), /^0A000 the name people/u)
  t.equal(describePlan('SELECT nickname FROM people', { searchPath: ['crm', 'public'] }), 'output nickname')
  t.match(describePlan('SELECT ssn FROM customers', { searchPath: undefined }), /^0A000 the name customers/u)
  t.match(describePlan('SELECT ssn FROM customers', { searchPath: ['archive', 'public'] }), /^0A000 the name customers/u, 'a table put before the protected one')
  t.equal(describePlan('SELECT ssn FROM archive.customers', { searchPath: ['archive', 'public'] }), '', 'another table of that name')
  t.equal(describePlan('SELECT * FROM pg_class', { missing: 'report' }), '')
  t.end()
})

void t.test('splices change only the constants, whatever stands around them', t => {
  const text = "/* é */ UPDATE customers SET ssn = 'é''x' /* 'y' */, phone = E'a\\'b', notes = $é$q'$é$ WHERE email = U&'d!0061' UESCAPE '!' AND ssn = 'a'\n  'b' -- 'z'"
  const result = plan(text)
  t.equal(result.outcome, 'planned')
  const sealed = result.outcome === 'planned' ? applySplices(text, result.splices) : ''
  t.equal(sealed, "/* é */ UPDATE customers SET ssn = '<é''x>' /* 'y' */, phone = '<a''b>', notes = '<q''>' WHERE email = '<da>' AND ssn = '<ab>' -- 'z'")
  t.equal(plan(sealed).outcome, 'planned')
  t.end()
})

void t.test('outputs tell origin and quoting', t => {
  const outputs = (text: string): unknown => {
    const result = plan(text)
    return result.outcome === 'planned' ? result.statements[0]?.outputs?.map(({ name, origin, quoting }) => [name, origin?.attnum, quoting?.join('>')]) : result
  }
  t.same(outputs('SELECT id, ssn AS x FROM customers'), [['id', 1, undefined], ['x', 5, '']])
  t.same(outputs('SELECT s FROM v_nested'), [['s', 5, '']])
  t.same(outputs('SELECT c::text, to_jsonb(c)::text FROM customers c'), [['c', undefined, 'record'], ['to_jsonb', undefined, 'json']])
  t.same(outputs('SELECT array_agg(row_to_json(c)::text)::text FROM customers c'), [['array_agg', undefined, 'array>json']])
  t.same(outputs("SELECT c::text || 'x' || ssn FROM customers c"), [['?column?', undefined, undefined]])
  t.same(outputs("SELECT concat_ws(' ', full_name, phone) FROM customers"), [['concat_ws', undefined, '']])
  t.end()
})

void t.test('a view column leads to its base column, through other views', t => {
  const view = CATALOG.relation('public', 'v_nested')
  const table = CATALOG.relation('public', 'customers')
  t.same(viewColumnOrigin(CATALOG, view?.oid ?? 0, 2), { relationOid: table?.oid, attnum: 5 })
  t.equal(viewColumnOrigin(CATALOG, CATALOG.relation('public', 'v_computed')?.oid ?? 0, 2), undefined)
  t.equal(viewColumnOrigin(CATALOG, table?.oid ?? 0, 5), undefined)
  t.end()
})

void t.test('columns that are not sealed yet are listed', t => {
  t.match(plan('SELECT id FROM crm.legacy'), { statements: [{ unguarded: ['crm.legacy.iban'] }] })
  t.match(plan('SELECT id FROM customers'), { statements: [{ unguarded: [] }] })
  t.end()
})

void t.test('effects on the session', t => {
  const effects = (text: string): unknown => {
    const result = plan(text)
    return result.outcome === 'planned' ? result.statements.flatMap(statement => statement.effects) : result
  }
  t.same(effects('SET search_path = a; RESET ALL; SET NAMES \'x\''), [{ kind: 'set', setting: 'search_path' }, { kind: 'set', setting: 'all' }, { kind: 'set', setting: 'client_encoding' }])
  t.same(effects("SELECT set_config('Search_Path', 'x', false)"), [{ kind: 'set', setting: 'search_path' }])
  t.same(effects('SELECT set_config($1, $2, false)'), [{ kind: 'set', setting: 'unknown' }])
  t.same(effects("UPDATE pg_catalog.pg_settings SET setting = 'off' WHERE name = 'standard_conforming_strings'"), [{ kind: 'set', setting: 'unknown' }], 'a SET in other words')
  t.same(effects('BEGIN; COMMIT; ROLLBACK'), [{ kind: 'begin' }, { kind: 'commit' }, { kind: 'rollback' }])
  t.same(effects('SELECT harmless()'), [{ kind: 'opaque' }])
  t.same(effects('ALTER TABLE customers ADD COLUMN z int'), [{ kind: 'ddl', names: ['customers'], touchesProtected: true }])
  t.same(effects('DEALLOCATE ALL; DISCARD ALL'), [{ kind: 'deallocate', name: undefined }, { kind: 'discard' }])
  t.end()
})

void t.test('COPY options are understood', t => {
  t.match(plan("COPY customers (id, ssn) FROM STDIN WITH CSV HEADER DELIMITER ';' NULL '-' FORCE NOT NULL ssn"), {
    statements: [
      {
        kind: 'COPY',
        copy: {
          direction: 'in',
          format: 'csv',
          delimiter: ';',
          nullText: '-',
          quote: '"',
          escape: '"',
          hasHeader: true,
          forceNotNull: new Set(['ssn']),
          columns: [{ name: 'id', field: undefined }, { name: 'ssn', field: FIELDS.ssn }],
        },
      },
    ],
  })
  t.match(plan('COPY (SELECT ssn AS s FROM customers) TO STDOUT'), { statements: [{ copy: { direction: 'out', format: 'text', delimiter: '\t', nullText: '\\N', columns: [{ name: 's' }] } }] })
  t.end()
})

void t.test('queries inside texts, and names of output columns beside unknown ones', t => {
  t.match(describePlan("SELECT query_to_xml('select id from customers where ssn = ''x''', true, false, '')"), /^0A000/u)
  t.match(describePlan('SELECT notes AS s FROM customers, json_each(x) GROUP BY s'), /^0A000 GROUP BY/u)
  t.match(describePlan("SELECT id FROM customers WHERE email COLLATE nocase = 'a'"), /^0A000/u)
  t.match(describePlan('SELECT json_array(SELECT ssn FROM customers)'), /^output ssn/u)
  t.end()
})

void t.test('EXECUTE of a statement of the protocol with sealed parameters is refused', t => {
  const parsed = plan('SELECT id FROM customers WHERE email = $1')
  const statement = parsed.outcome === 'planned' ? parsed.statements[0] : undefined
  t.match(describePlan("EXECUTE p('a@b')", { preparedNamed: () => statement }), /^0A000/u)
  t.end()
})

void t.test('hostile texts are refused or planned, never thrown, and the next one works', t => {
  t.match(plan(`SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`).outcome, /refused|planned|syntax_error/u)
  t.match(plan(`SELECT ${'ssn||'.repeat(20_000)}ssn FROM customers`), { outcome: 'refused', error: { sqlState: '54001' } })
  const list = Array.from({ length: 5_000 }, (_, index) => `'v${String(index)}'`).join(',')
  const long = plan(`SELECT id FROM customers WHERE email IN (${list})`)
  t.equal(long.outcome === 'planned' ? long.splices.length : -1, 5_000)
  const rows = Array.from({ length: 5_000 }, (_, index) => `(${String(index)},'s${String(index)}')`).join(',')
  const update = plan(`UPDATE customers c SET ssn = v.s FROM (VALUES ${rows}) v(i, s) WHERE c.id = v.i`)
  t.equal(update.outcome === 'planned' ? update.splices.length : -1, 5_000)
  t.equal(describePlan('SELECT ssn FROM customers'), 'output ssn')
  t.end()
})

void t.test('planText never throws', t => {
  const word = fc.constantFrom(
    'SELECT', 'ssn', 'FROM', 'customers', 'c', '*', ',', '(', ')', "'x'", '$1', '=', '||', 'WHERE', 'AND', 'GROUP BY',
    'v_customers', 'VALUES', 'INSERT INTO', 'UPDATE', 'SET', '::text', 'JOIN', 'USING', 'WITH', 'AS', 'row_to_json', 'array_agg',
    'UNION ALL', 'LATERAL', '[1]', '.', 'NULL',
  )
  fc.assert(
    fc.property(fc.oneof(fc.array(word, { maxLength: 14 }).map(words => words.join(' ')), fc.string()), text => {
      plan(text)
    }),
    { numRuns: 2_000 },
  )
  t.end()
})
