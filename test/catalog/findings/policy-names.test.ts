import t from 'tap'
import { checkCase } from '../live.js'

t.test('tables and columns that the database lacks are named, and so are views in the policy', t =>
  checkCase(t, {
    schema: 'CREATE TABLE people (email text); CREATE VIEW mails AS SELECT email FROM people',
    columns: { 'public.people.email': '', 'public.people.fax': '', 'public.persons.email': '', 'public.mails.email': '' },
    kinds: ['missing_table', 'missing_column', 'not_a_table'],
    expected: [
      ['blocks', 'not_a_table', 'public.mails', undefined],
      ['blocks', 'missing_column', 'public.people', 'public.people.fax'],
      ['blocks', 'missing_table', 'public.persons', undefined],
    ],
  }))
