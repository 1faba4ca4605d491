import t from 'tap'
import type { Catalog, Relation } from '../../src/catalog/types.js'
import type { Treatment } from '../../src/policy/types.js'
import { formatOf, rowShape, shownColumns, type RowShape } from '../../src/session/result-shape.js'
import { Rights } from '../../src/session/rights.js'
import { shownParameterTypes } from '../../src/session/shown-types.js'
import type { StatementPlan } from '../../src/sql/types.js'
import type { ColumnDescription } from '../../src/wire/backend/row-description.js'
import { OID } from '../../src/wire/oids.js'
import { catalogFor, CUSTOMERS_OID, fieldOf, INT4, policyOf, POLICY_YAML, TEXT } from './session-harness.js'

const policy = policyOf(POLICY_YAML)
const base = catalogFor(policy)
const VIEW_OID = 20_000
const TEMP_OID = 20_001
const customers = base.relationByOid(CUSTOMERS_OID)
if (customers === undefined) throw new Error('no table')

const view: Relation = {
  ...customers, oid: VIEW_OID, name: 'v', kind: 'view', isProtected: false, readsProtected: true, definition: " SELECT customers.email AS mail,\n    lower('x'::text) AS computed\n   FROM public.customers;",
  columns: ['mail', 'computed'].map((name, index) => ({ attnum: index + 1, name, typeOid: TEXT, typmod: -1, isNotNull: false, hasDefault: false, isGenerated: false, field: undefined, isGuarded: false })),
}
const temporary: Relation = { ...view, oid: TEMP_OID, schema: 'pg_temp_3', name: 'tmp', kind: 'table', definition: undefined }
const catalog: Catalog = {
  ...base,
  relationByOid: oid => (oid === VIEW_OID ? view : oid === TEMP_OID ? temporary : base.relationByOid(oid)),
  relationsNamed: name => (name === 'v' ? [view] : base.relationsNamed(name)),
}

const described = (typeOid: number, tableOid = 0, attnum = 0, format = 0): ColumnDescription => ({ name: Buffer.from('c'), tableOid, attnum, typeOid, typeLength: -1, typmod: -1, format })
const shapeOf = (columns: readonly ColumnDescription[], formats?: readonly number[], treatment: Treatment = { action: 'reveal' }, plan?: StatementPlan): RowShape =>
  rowShape(columns, formats, plan, { catalog, policy, rights: new Rights([{ ...policy.fallback, read: [{ pattern: '*', treatment }] }]) })
const homeOf = (tableOid: number, attnum: number): unknown => {
  const home = shapeOf([described(TEXT, tableOid, attnum)]).columns[0]?.home
  return home?.kind === 'column' ? [...home.fieldNames] : home?.kind
}

t.test('homes: columns are those of their own field, views of what they read, temporary tables and expressions of all', t => {
  t.same(homeOf(CUSTOMERS_OID, 3), ['public.customers.email'])
  t.same(homeOf(CUSTOMERS_OID, 1), [])
  t.same(homeOf(VIEW_OID, 1), ['public.customers.email'])
  t.equal(homeOf(VIEW_OID, 2), 'any')
  t.equal(homeOf(TEMP_OID, 1), 'any')
  t.equal(homeOf(0, 0), 'any')
  t.equal(homeOf(CUSTOMERS_OID, 0), 'any', 'a whole row')
  t.same(homeOf(99_999, 1), [], 'a relation that the catalogue does not know is nobody’s home')
  t.same(homeOf(CUSTOMERS_OID, 99), [])
  t.end()
})

t.test('rows pass unread only if no column can hold text', t => {
  t.equal(shapeOf([described(INT4), described(OID.date), described(OID.bytea), described(OID.uuid)]).isScanned, false)
  for (const type of [TEXT, OID.varchar, 19, 114, 3802, 17_000]) t.equal(shapeOf([described(INT4), described(type)]).isScanned, true, String(type))
  t.end()
})

t.test('the key of a subject is known by its column', t => {
  t.equal(shapeOf([described(INT4, CUSTOMERS_OID, 1)]).columns[0]?.subjectType, 'customer')
  t.equal(shapeOf([described(INT4)]).columns[0]?.subjectType, undefined)
  t.end()
})

t.test('formats are those of the Bind: none, one for all, or one a column', t => {
  t.same([[], [1], [0, 1]].map(formats => [formatOf(formats, 0), formatOf(formats, 1)]), [[0, 0], [1, 1], [0, 1]])
  t.equal(shapeOf([described(TEXT)], [1]).columns[0]?.format, 1)
  t.equal(shapeOf([described(TEXT, 0, 0, 1)]).columns[0]?.format, 1)
  t.end()
})

t.test('declared types are shown instead of text, unless the role gets sealed values', t => {
  const columns = [described(TEXT, CUSTOMERS_OID, 2), described(TEXT, CUSTOMERS_OID, 3), described(TEXT, CUSTOMERS_OID, 4)]
  t.match(shownColumns(columns, shapeOf(columns)), [{ typeOid: TEXT }, { typeOid: OID.varchar, typmod: 24 }, { typeOid: OID.date, typeLength: 4 }])
  t.equal(shownColumns(columns, shapeOf(columns, undefined, { action: 'sealed' })), columns)
  t.end()
})

t.test('the quoting of the plan holds only if it has as many columns as the server', t => {
  const planned = (names: readonly string[]): StatementPlan => ({
    kind: 'SELECT', start: 0, end: 0, uses: [], params: new Map(), copy: undefined, effects: [], unguarded: [],
    outputs: names.map(name => ({ name, origin: undefined, quoting: ['json'] })),
  })
  t.same(shapeOf([described(TEXT)], undefined, undefined, planned(['a'])).columns[0]?.quoting, ['json'])
  t.equal(shapeOf([described(TEXT)], undefined, undefined, planned(['a', 'b'])).columns[0]?.quoting, undefined)
  t.end()
})

t.test('parameters are shown by their declared types', t => {
  const seal = (column: string, isArray = false) => ({ field: fieldOf(policy, `public.customers.${column}`), purpose: 'compare', isArray, castCharactersMax: undefined }) as const
  const plan: StatementPlan = {
    kind: 'SELECT', start: 0, end: 0, uses: [], copy: undefined, effects: [], unguarded: [], outputs: [],
    params: new Map([[2, seal('dob')], [3, seal('email')], [4, seal('email', true)], [5, seal('name')]]),
  }
  t.same(shownParameterTypes([INT4, TEXT, TEXT, OID.textArray, TEXT], plan), [INT4, OID.date, OID.varchar, OID.varcharArray, TEXT])
  const types = [TEXT]
  t.equal(shownParameterTypes(types, undefined), types)
  t.end()
})
