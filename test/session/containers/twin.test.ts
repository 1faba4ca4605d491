/** Every container against PostgreSQL itself: what is revealed must be the bytes which the server gives for the plain values. */
import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import type { TypeShape } from '../../../src/catalog/types.js'
import { revealValue } from '../../../src/session/containers/index.js'
import type { Container } from '../../../src/sql/types.js'
import { createDatabase, debianCluster, type TestDatabase } from '../../support/cluster.js'
import { fakeContext, fakeToken, HOSTILE_NAMES } from './fake-tokens.js'

interface Case {
  /** An expression over t(a text, b text). */
  readonly sql: string
  /** The server's function for the binary format; absent: not compared in binary. */
  readonly send?: string
  readonly quoting?: readonly Container[]
  readonly isXml?: boolean
  /** Not compared in text: the format does not tell the types inside. */
  readonly isBinaryOnly?: boolean
}

const CASES: readonly Case[] = [
  { sql: 'a', send: 'textsend' },
  { sql: 'a::varchar', send: 'varcharsend' },
  { sql: 'a::public.label', send: 'textsend' },
  { sql: 'ARRAY[a, b]', send: 'array_send' },
  { sql: "ARRAY[a, NULL, '', 'NULL', b]", send: 'array_send' },
  { sql: 'ARRAY[ARRAY[a, b], ARRAY[b, a]]', send: 'array_send' },
  { sql: 'array_fill(a, ARRAY[2, 2], ARRAY[0, -3])', send: 'array_send' },
  { sql: 'ARRAY[a::public.label, b::public.label]', send: 'array_send' },
  { sql: 'ARRAY[a, b]::public.labels', send: 'array_send' },
  { sql: 'ARRAY[a::varchar]', send: 'array_send' },
  { sql: 'row(a, 1, NULL, b)', send: 'record_send' },
  { sql: 'row(a)', send: 'record_send' },
  { sql: 't', send: 'record_send' },
  { sql: 'row(a, b, ARRAY[a, b])::public.person', send: 'record_send' },
  { sql: 'ARRAY[row(a, b, ARRAY[a, b])::public.person, row(b, a, NULL)::public.person]', send: 'array_send' },
  { sql: 'ARRAY[row(a, b), row(b, a)]', send: 'array_send' },
  { sql: 'row(row(a, b, ARRAY[a])::public.person, ARRAY[row(b, a, ARRAY[b, a])::public.person])::public.household', send: 'record_send' },
  { sql: 'row(row(a, ARRAY[b, a]), to_jsonb(a))', send: 'record_send', isBinaryOnly: true },
  { sql: "json_build_object('k', a, 'l', ARRAY[a, b], 'm', NULL)", send: 'json_send' },
  { sql: 'row_to_json(t)', send: 'json_send' },
  { sql: 'row_to_json(t, true)', send: 'json_send' },
  { sql: 'to_json(a)', send: 'json_send' },
  { sql: 'json_object(ARRAY[a], ARRAY[b])', send: 'json_send' },
  { sql: 'to_jsonb(a)', send: 'jsonb_send' },
  { sql: "jsonb_build_object('k', a, 'l', jsonb_build_array(a, b, 1.5, true, null), 'deep', jsonb_build_object('x', b))", send: 'jsonb_send' },
  { sql: 'jsonb_build_object(a, 1)', send: 'jsonb_send' },
  { sql: 'ARRAY[to_json(a), row_to_json(t)]', send: 'array_send' },
  { sql: 'ARRAY[to_jsonb(t)]', send: 'array_send' },
  { sql: "row(row_to_json(t), to_jsonb(b), ARRAY[to_jsonb(a)])::public.holder", send: 'record_send' },
  { sql: "ARRAY[row(row_to_json(t), to_jsonb(b), ARRAY[to_jsonb(a)])::public.holder]", send: 'array_send' },
  { sql: 'hstore(ARRAY[\'k\', a, \'n\', NULL, \'m\', b])', send: 'hstore_send' },
  { sql: "hstore(a, 'x')", send: 'hstore_send' },
  { sql: "ARRAY[hstore('k', a), hstore('l', b)]", send: 'array_send' },
  { sql: 'xmlelement(name p, xmlattributes(a AS x, b AS y), a)', send: 'xml_send', isXml: true },
  { sql: 'xmlelement(name p, xmlelement(name q, a), xmlcomment(\'c\'), xmlelement(name r, b))', send: 'xml_send', isXml: true },
  { sql: 'xmlforest(a, b)', send: 'xml_send', isXml: true },
  { sql: 'ARRAY[xmlelement(name p, a)]', send: 'array_send', isXml: true },
  { sql: 'row_to_json(t)::text', quoting: ['json'] },
  { sql: 'to_jsonb(t)::text', quoting: ['json'] },
  { sql: 'ARRAY[a, b]::text', quoting: ['array'] },
  { sql: 'row(a, b)::text', quoting: ['record'] },
  { sql: 'ARRAY[row(a, b)]::text', quoting: ['array', 'record'] },
  { sql: 'row(ARRAY[a, b])::text', quoting: ['record', 'array'] },
  { sql: 'ARRAY[row_to_json(t)]::text', quoting: ['array', 'json'] },
  { sql: 'xmlelement(name p, a)::text', quoting: ['xml'], isXml: true },
  { sql: "a || ' and ' || b", quoting: [] },
  { sql: "format('{\"name\":\"%s\"}', a)", quoting: [] },
]

const SCHEMA = `
  CREATE EXTENSION IF NOT EXISTS hstore;
  CREATE DOMAIN label AS text; CREATE DOMAIN labels AS text[];
  CREATE TYPE person AS (name text, email text, tags text[]);
  CREATE TYPE household AS (head person, members person[]);
  CREATE TYPE holder AS (j json, jb jsonb, list jsonb[]);
  CREATE SCHEMA plain; CREATE SCHEMA sealed;
  CREATE TABLE plain.t (id int, a text, b text, is_xml boolean); CREATE TABLE sealed.t (id int, a text, b text, is_xml boolean);`

/** XML 1.0 has no place for most controls, and libxml's writer stops at them. */
// oxlint-disable-next-line no-control-regex -- controls are what it looks for
const isXmlText = (text: string): boolean => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)

const namePairs = (): [string, string][] => {
  const random = fc.sample(fc.array(fc.constantFrom(...Array.from('"\'\\,(){}[]<>&: \n\tN~.ü😀')), { maxLength: 6 }).map(parts => parts.join('')), { seed: 7, numRuns: 40 })
  const names = [...HOSTILE_NAMES, ...random]
  return names.map((name, i) => [name, names[(i * 7 + 3) % names.length] ?? ''])
}

const fillTables = async (database: TestDatabase): Promise<void> => {
  await database.query(SCHEMA)
  for (const [id, [a, b]] of namePairs().entries()) {
    const isXml = isXmlText(a) && isXmlText(b)
    await database.query('INSERT INTO plain.t VALUES ($1, $2, $3, $4)', [id, a, b, isXml])
    await database.query('INSERT INTO sealed.t VALUES ($1, $2, $3, $4)', [id, fakeToken(a), fakeToken(b), isXml])
  }
}

const loadShapes = async (database: TestDatabase): Promise<Map<number, TypeShape>> => {
  const { rows } = await database.query<{ oid: number; name: string; kind: string; element: number; delimiter: string; base: number; columns: number[] | null }>(`
    SELECT t.oid::int AS oid, typname AS name, CASE WHEN typcategory = 'A' AND typelem <> 0 THEN 'a' ELSE typtype::text END AS kind, typelem::int AS element, typdelim::text AS delimiter, typbasetype::int AS base,
      (SELECT array_agg(atttypid::int ORDER BY attnum) FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped) AS columns
    FROM pg_type t`)
  return new Map(rows.map((row): [number, TypeShape] => {
    switch (row.kind) {
      case 'a': return [row.oid, { kind: 'array', oid: row.oid, elementOid: row.element, delimiter: row.delimiter }]
      case 'c': return [row.oid, { kind: 'record', oid: row.oid, columnTypeOids: row.columns ?? undefined }]
      case 'd': return [row.oid, { kind: 'domain', oid: row.oid, baseOid: row.base }]
      default: return [row.oid, { kind: 'base', oid: row.oid, name: row.name }]
    }
  }))
}

/** Every row's value of the expression as the server sends it, with its type. */
const values = async (database: TestDatabase, schema: string, { sql, isXml = false }: Case, output: string): Promise<{ oid: number; bytes: Buffer }[]> => {
  const { rows } = await database.query<{ oid: number; bytes: Buffer }>(`
    SELECT pg_typeof(v)::oid::int AS oid, ${output} AS bytes
    FROM (SELECT id, (SELECT ${sql} FROM (SELECT s.a, s.b) t) AS v FROM ${schema}.t s WHERE is_xml OR NOT ${String(isXml)}) q ORDER BY id`)
  return rows
}

const compare = async (test: Test, database: TestDatabase, shapes: Map<number, TypeShape>, testCase: Case, format: 0 | 1): Promise<void> => {
  const output = format === 0 ? "convert_to(v::text, 'UTF8')" : `${testCase.send ?? ''}(v)`
  const twins = await values(database, 'plain', testCase, output)
  const sealed = await values(database, 'sealed', testCase, output)
  const context = fakeContext(shapes)
  for (const [i, { oid, bytes }] of sealed.entries()) {
    const revealed = revealValue(bytes, oid, format, testCase.quoting, context)
    const twin = twins[i]?.bytes ?? Buffer.alloc(0)
    if (revealed === undefined || revealed === null || !twin.equals(revealed)) {
      test.fail(`${testCase.sql} format ${format}, row ${i}`, { twin: twin.toString(), revealed: revealed && Buffer.from(revealed).toString() })
      return
    }
  }
  test.equal(context.counts.ambiguous, 0, `${testCase.sql} format ${format}: ${sealed.length} rows equal their twins`)
}

const compareAll = async (test: Test, database: TestDatabase): Promise<void> => {
  await fillTables(database)
  const shapes = await loadShapes(database)
  for (const testCase of CASES) {
    if (testCase.isBinaryOnly !== true) await compare(test, database, shapes, testCase, 0)
    if (testCase.send !== undefined) await compare(test, database, shapes, testCase, 1)
  }
}

void t.test('hostile names come out of every container as from an unprotected twin', async test => {
  await compareAll(test, await createDatabase(test))
})

void t.test('the same on PostgreSQL 15', async test => {
  const cluster = await debianCluster(test)
  if (cluster === undefined) {
    test.plan(0, 'PostgreSQL 15 is not installed')
    return
  }
  await compareAll(test, await createDatabase(test, { cluster }))
})
