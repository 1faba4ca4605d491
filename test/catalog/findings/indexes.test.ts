import t from 'tap'
import { checkCase } from '../live.js'

t.test('uniqueness needs equality; expressions and predicates on a protected column block', t =>
  checkCase(t, {
    schema: `
      CREATE TABLE people (id int PRIMARY KEY, email text, note text, span int4range, score text);
      CREATE UNIQUE INDEX fine_unique ON people (email);
      CREATE INDEX fine_plain ON people (note);
      CREATE UNIQUE INDEX fine_include ON people (id) INCLUDE (note);
      CREATE INDEX fine_partial ON people (id) WHERE email <> '' AND note IS NOT NULL;
      CREATE UNIQUE INDEX bad_unique ON people (id, note);
      CREATE UNIQUE INDEX bad_lower ON people (lower(email));
      CREATE INDEX bad_partial ON people (id) WHERE note LIKE 'vip%';
      CREATE INDEX ok_other ON people (lower(score));
      ALTER TABLE people ADD CONSTRAINT fine_exclude EXCLUDE USING btree (email WITH =);
      CREATE TABLE logins (email text PRIMARY KEY);`,
    columns: { 'public.people.email': '', 'public.people.note': 'protect: random', 'public.logins.email': 'protect: random' },
    kinds: ['unique_index', 'primary_key', 'exclusion', 'expression_index'],
    expected: [
      ['blocks', 'primary_key', 'public.logins index logins_pkey', 'public.logins.email'],
      ['blocks', 'expression_index', 'public.people index bad_lower', 'public.people.email'],
      ['blocks', 'expression_index', 'public.people index bad_partial', 'public.people.note'],
      ['blocks', 'unique_index', 'public.people index bad_unique', 'public.people.note'],
    ],
  }))

t.test('EXCLUDE over random values blocks', t =>
  checkCase(t, {
    schema: 'CREATE TABLE people (email text, CONSTRAINT odd EXCLUDE USING hash (email WITH =))',
    columns: { 'public.people.email': 'protect: random' },
    kinds: ['exclusion', 'unique_index'],
    expected: [['blocks', 'exclusion', 'public.people index odd', 'public.people.email']],
  }))
