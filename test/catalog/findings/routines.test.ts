import t from 'tap'
import { checkCase, live } from '../live.js'

const SCHEMA = `
  CREATE TABLE people (id int, email text);
  CREATE VIEW mailable AS SELECT email FROM people;
  CREATE TABLE "Odd Name" (email text);
  CREATE FUNCTION by_text() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM PEOPLE';
  CREATE FUNCTION by_view() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM public.mailable); END';
  CREATE FUNCTION by_quoted() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM "Odd Name"';
  CREATE FUNCTION by_standard() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM people; END;
  CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1 AS people_count';
  CREATE FUNCTION norm_email(text) RETURNS text LANGUAGE sql AS 'SELECT $1 /* people */';`

const COLUMNS = { 'public.people.email': '', 'public.Odd Name.email': '' }

t.test('functions whose body names a protected table or a view of it are told, and do not block', t =>
  checkCase(t, {
    schema: SCHEMA,
    columns: COLUMNS,
    allowed: ['public.norm_email'],
    kinds: ['function'],
    expected: [
      ['warning', 'function', 'function public.by_quoted', undefined],
      ['warning', 'function', 'function public.by_standard', undefined],
      ['warning', 'function', 'function public.by_text', undefined],
      ['warning', 'function', 'function public.by_view', undefined],
      ['declared', 'function', 'function public.norm_email', undefined],
    ],
  }))

t.test('routinesNamed leaves out built-in functions', async t => {
  const catalog = await (await live(t, SCHEMA, COLUMNS)).load()
  t.same(catalog.routinesNamed('lower'), [])
  t.same(catalog.routinesNamed('other'), [{ schema: 'public', name: 'other', namesProtected: false, isDeclared: false }])
  t.same(catalog.routinesNamed('by_text'), [{ schema: 'public', name: 'by_text', namesProtected: true, isDeclared: false }])
})
