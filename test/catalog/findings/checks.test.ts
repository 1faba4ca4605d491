import t from 'tap'
import { checkCase } from '../live.js'

t.test('a CHECK on a protected column blocks, unless it only tests for NULL or the empty string', t =>
  checkCase(t, {
    schema: `
      CREATE TABLE people (id int, email text, note varchar(40), text text,
        CONSTRAINT long_enough CHECK (length(email) > 5),
        CONSTRAINT not_empty CHECK (email <> ''), CONSTRAINT given CHECK (email IS NOT NULL AND note <> '' AND id > 0),
        CONSTRAINT either CHECK (email IS NOT NULL OR note IS NOT NULL), CONSTRAINT lowered CHECK (lower(note) = note),
        CONSTRAINT cast_only CHECK (id::text <> 'text'), CONSTRAINT literal CHECK (id::text <> 'it''s email' AND email <> ''));
      CREATE FUNCTION whole(people) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
      ALTER TABLE people ADD CONSTRAINT whole_row CHECK (whole(people.*));`,
    columns: { 'public.people.email': '', 'public.people.note': '', 'public.people.text': '' },
    kinds: ['check'],
    expected: [
      ['blocks', 'check', 'public.people constraint long_enough', 'public.people.email'],
      ['blocks', 'check', 'public.people constraint lowered', 'public.people.note'],
      ['blocks', 'check', 'public.people constraint whole_row', 'public.people.email'],
    ],
  }))

t.test("comparison with '' is no longer harmless when '' is sealed too", t =>
  checkCase(t, {
    schema: "CREATE TABLE people (email text, CONSTRAINT not_empty CHECK (email <> ''), CONSTRAINT given CHECK (email IS NOT NULL))",
    columns: { 'public.people.email': 'empty: sealed' },
    kinds: ['check'],
    expected: [['blocks', 'check', 'public.people constraint not_empty', 'public.people.email']],
  }))

t.test('a declared CHECK does not block', t =>
  checkCase(t, {
    schema: 'CREATE TABLE people (email text, CONSTRAINT long_enough CHECK (length(email) > 5))',
    columns: { 'public.people.email': '' },
    allowed: ['public.long_enough'],
    kinds: ['check'],
    expected: [['declared', 'check', 'public.people constraint long_enough', 'public.people.email']],
  }))
