import t from 'tap'
import { checkCase } from '../live.js'

t.test('row security on a protected column blocks, in the table and from another one', t =>
  checkCase(t, {
    schema: `
      CREATE TABLE people (id int, dept text, owner text);
      CREATE TABLE mails (person int);
      CREATE VIEW depts AS SELECT id, dept FROM people;
      CREATE FUNCTION sees(people) RETURNS bool LANGUAGE sql AS 'SELECT true';
      CREATE POLICY board ON people USING (dept <> 'board');
      CREATE POLICY writes ON people FOR INSERT WITH CHECK (dept = 'sales');
      CREATE POLICY own ON people USING (owner = CURRENT_USER);
      CREATE POLICY known ON people USING (dept IS NOT NULL AND owner = CURRENT_USER);
      CREATE POLICY whole ON people USING (sees(people));
      CREATE POLICY far ON mails USING (EXISTS (SELECT FROM people p WHERE p.id = person AND p.dept = 'sales'));
      CREATE POLICY near ON mails USING (EXISTS (SELECT FROM people p WHERE p.id = person AND p.owner = CURRENT_USER));
      CREATE POLICY by_view ON mails USING (EXISTS (SELECT FROM depts d WHERE d.id = person AND d.dept = 'sales'));`,
    columns: { 'public.people.dept': '' },
    allowed: ['public.writes'],
    kinds: ['rls_policy'],
    expected: [
      ['blocks', 'rls_policy', 'public.mails policy by_view', undefined],
      ['blocks', 'rls_policy', 'public.mails policy far', 'public.people.dept'],
      ['blocks', 'rls_policy', 'public.people policy board', 'public.people.dept'],
      ['blocks', 'rls_policy', 'public.people policy whole', 'public.people.dept'],
      ['declared', 'rls_policy', 'public.people policy writes', 'public.people.dept'],
    ],
  }))
