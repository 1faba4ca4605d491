/** A catalogue in memory: the tables of a small CRM, a second schema with a table of the same name, and views. */
import type { Catalog, Column, Relation, RelationKind, RoutineInfo } from '../../../src/catalog/types.js'
import { assertNever } from '../../../src/errors.js'
import type { ColumnName, Field, FieldType, Protection, ReadRule, Role } from '../../../src/policy/types.js'
import { planText } from '../../../src/sql/plan.js'
import type { PlanContext, Splice, TextPlan } from '../../../src/sql/types.js'

const TEXT_OID = 25

const field = (name: string, category: string, protect: Protection, columns: readonly string[], options: Partial<Field> = {}): Field => ({
  name,
  category,
  protect,
  type: { kind: 'text' } satisfies FieldType,
  bytesMax: protect === 'equality' ? 1_800 : undefined,
  sealsEmpty: false,
  columns: columns.map(columnName),
  elsewhere: [],
  ...options,
})

const columnName = (dotted: string): ColumnName => {
  const [schema = '', table = '', column = ''] = dotted.split('.')
  return { schema, table, column }
}

export const FIELDS = {
  fullName: field('public.customers.full_name', 'user.name', 'equality', ['public.customers.full_name']),
  email: field('person_email', 'user.contact.email', 'equality', ['public.customers.email', 'public.orders.customer_email']),
  phone: field('public.customers.phone', 'user.contact.phone_number', 'equality', ['public.customers.phone'], {
    elsewhere: [{ schema: 'public', table: 'orders', column: 'contact' }],
  }),
  ssn: field('public.customers.ssn', 'user.government_id', 'equality', ['public.customers.ssn']),
  dob: field('public.customers.dob', 'user.demographic.date_of_birth', 'random', ['public.customers.dob'], { type: { kind: 'date' } }),
  notes: field('public.customers.notes', 'user.content.private', 'random', ['public.customers.notes']),
  nickname: field('crm.people.nickname', 'user.name', 'equality', ['crm.people.nickname'], { sealsEmpty: true }),
  iban: field('crm.legacy.iban', 'user.financial', 'equality', ['crm.legacy.iban']),
} as const

interface ColumnSpec {
  readonly name: string
  readonly typeOid?: number
  readonly field?: Field
  readonly isGuarded?: boolean
}

let oids = 16_384

const relation = (schema: string, name: string, specs: readonly ColumnSpec[], options: { kind?: RelationKind; primaryKey?: readonly string[]; definition?: string } = {}): Relation => {
  oids += 1
  return {
    oid: oids,
    schema,
    name,
    kind: options.kind ?? 'table',
    columns: specs.map(
      (spec, index): Column => ({
        attnum: index + 1,
        name: spec.name,
        typeOid: spec.typeOid ?? TEXT_OID,
        typmod: -1,
        isNotNull: false,
        hasDefault: false,
        isGenerated: false,
        field: spec.field,
        isGuarded: spec.isGuarded ?? spec.field !== undefined,
      }),
    ),
    primaryKey: options.primaryKey ?? [],
    definition: options.definition,
    isProtected: specs.some(spec => spec.field !== undefined),
    rowTypeOid: oids + 100_000,
  }
}

const view = (schema: string, name: string, columns: readonly string[], definition: string, kind: RelationKind = 'view'): Relation =>
  relation(schema, name, columns.map(column => ({ name: column })), { kind, definition })

const RELATIONS: readonly Relation[] = [
  relation(
    'public',
    'customers',
    [
      { name: 'id', typeOid: 23 },
      { name: 'full_name', field: FIELDS.fullName },
      { name: 'email', field: FIELDS.email },
      { name: 'phone', field: FIELDS.phone },
      { name: 'ssn', field: FIELDS.ssn },
      { name: 'dob', field: FIELDS.dob },
      { name: 'salary', typeOid: 1700 },
      { name: 'notes', field: FIELDS.notes },
      { name: 'tags', typeOid: 1009 },
      { name: 'region' },
    ],
    { primaryKey: ['id'] },
  ),
  relation('public', 'orders', [{ name: 'id', typeOid: 23 }, { name: 'customer_email', field: FIELDS.email }, { name: 'total', typeOid: 1700 }, { name: 'contact' }], {
    primaryKey: ['id'],
  }),
  relation('public', 'products', [{ name: 'id', typeOid: 23 }, { name: 'title' }, { name: 'price', typeOid: 1700 }], { primaryKey: ['id'] }),
  relation('crm', 'people', [{ name: 'id', typeOid: 23 }, { name: 'nickname', field: FIELDS.nickname }], { primaryKey: ['id'] }),
  relation('crm', 'legacy', [{ name: 'id', typeOid: 23 }, { name: 'iban', field: FIELDS.iban, isGuarded: false }], { primaryKey: ['id'] }),
  relation('archive', 'customers', [{ name: 'id', typeOid: 23 }, { name: 'ssn' }], { primaryKey: ['id'] }),
  view('public', 'v_customers', ['i', 's', 'f'], ' SELECT customers.id AS i,\n    customers.ssn AS s,\n    customers.full_name AS f\n   FROM public.customers;'),
  view('public', 'v_nested', ['i', 's'], ' SELECT v_customers.i,\n    v_customers.s\n   FROM public.v_customers;'),
  view('public', 'v_computed', ['id', 'label', 'known'], " SELECT c.id,\n    ((c.full_name || ' '::text) || c.phone) AS label,\n    'x'::text AS known\n   FROM public.customers c;"),
  view('public', 'v_broken', ['id'], " SELECT customers.id\n   FROM public.customers\n  WHERE (customers.ssn = '900-11'::text);"),
  view('public', 'v_loop', ['id'], ' SELECT v_loop.id FROM public.v_loop;'),
  view('public', 'm_customers', ['id', 'email'], ' SELECT customers.id,\n    customers.email\n   FROM public.customers;', 'matview'),
]

const ROUTINES: readonly RoutineInfo[] = [
  { schema: 'public', name: 'get_ssn', namesProtected: true, isDeclared: false },
  { schema: 'public', name: 'norm_email', namesProtected: true, isDeclared: true },
  { schema: 'public', name: 'harmless', namesProtected: false, isDeclared: false },
]

export const catalogOf = (relations: readonly Relation[]): Catalog => ({
  version: 1,
  serverVersion: 180_000,
  relationByOid: oid => relations.find(each => each.oid === oid),
  relation: (schema, name) => relations.find(each => each.schema === schema && each.name === name),
  relationsNamed: name => relations.filter(each => each.name === name),
  routinesNamed: name => ROUTINES.filter(routine => routine.name === name),
  type: () => undefined,
  membershipsOf: () => new Set(),
  findings: [],
})

export const CATALOG: Catalog = catalogOf(RELATIONS)

export const CONTEXT: PlanContext = { catalog: CATALOG, searchPath: ['public'], missing: 'forward', changed: new Set(), preparedNamed: () => undefined }

export const plan = (text: string, context: Partial<PlanContext> = {}): TextPlan => planText(text, { ...CONTEXT, ...context })

/** A plan in one line: uses, sealed parameters and literals; or the refusal. What the tables of the tests compare. */
export const describePlan = (text: string, context: Partial<PlanContext> = {}): string => {
  const result = plan(text, context)
  switch (result.outcome) {
    case 'planned': {
      const uses = result.statements.flatMap(statement => statement.uses.map(use => `${use.kind} ${use.column}${use.isExplicit ? '' : '*'}`))
      const params = [...(result.statements[0]?.params ?? [])].map(([number, { field: { columns }, isArray }]) => `$${String(number)}${isArray ? '[]' : ''}→${columns[0]?.column ?? ''}`)
      return [...uses.toSorted(), ...params, ...result.splices.map(spliceText)].join(', ')
    }
    case 'refused':
      return `${result.error.sqlState} ${result.error.message}`
    case 'syntax_error':
      return `syntax: ${result.message} at ${String(result.position)}`
    case 'stale':
      return `stale: ${result.names.join(', ')}`
    default:
      return assertNever(result)
  }
}

const spliceText = ({ replacement }: Splice): string =>
  replacement.kind === 'text' ? `“${replacement.text}”` : `seal(${replacement.plan.field.columns[0]?.column ?? ''}${replacement.plan.isArray ? '[]' : ''} ${replacement.value})`

/** The text after its splices, sealed values shown as `<value>`. */
export const applySplices = (text: string, splices: readonly Splice[]): string => {
  const bytes = Buffer.from(text)
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, replacement } of splices) {
    parts.push(bytes.subarray(at, start), Buffer.from(replacement.kind === 'text' ? replacement.text : `'<${replacement.value.replaceAll("'", "''")}>'`))
    at = end
  }
  parts.push(bytes.subarray(at))
  return Buffer.concat(parts).toString('utf8')
}

const role = (name: string, read: readonly ReadRule[], rights: Partial<Role> = {}): Role => ({
  name,
  match: { dbUser: [name], memberOf: undefined, address: undefined },
  read,
  search: [],
  write: [],
  overwrite: [],
  writesSealed: false,
  ...rights,
})

export const CRM: Role = role('crm', [{ pattern: 'user.*', treatment: { action: 'reveal' } }], { search: ['user.*'], write: ['user.*'] })
export const SUPPORT: Role = role('support', [{ pattern: '*', treatment: { action: 'mask', mask: { kind: 'redact' } } }], { search: ['user.contact.email'], write: ['user.*'] })
export const GUEST: Role = role('guest', [{ pattern: '*', treatment: { action: 'deny' } }])
