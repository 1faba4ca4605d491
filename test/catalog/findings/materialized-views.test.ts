import t from 'tap'
import { checkCase } from '../live.js'

t.test('materialized views over protected columns block, through views and whole rows as well', t =>
  checkCase(t, {
    schema: `
      CREATE TABLE people (id int, email text, region text);
      CREATE VIEW mailable AS SELECT id, email FROM people;
      CREATE MATERIALIZED VIEW counts AS SELECT region, count(*) FROM people GROUP BY region;
      CREATE MATERIALIZED VIEW mails AS SELECT lower(email) AS email FROM people;
      CREATE MATERIALIZED VIEW documents AS SELECT id, to_jsonb(p) AS document FROM people p;
      CREATE MATERIALIZED VIEW through AS SELECT email FROM mailable;
      CREATE MATERIALIZED VIEW declared AS SELECT email FROM people;
      CREATE MATERIALIZED VIEW unrelated AS SELECT 1 AS one;`,
    columns: { 'public.people.email': '' },
    allowed: ['public.declared'],
    kinds: ['materialized_view'],
    expected: [
      ['declared', 'materialized_view', 'materialized view public.declared', 'public.people.email'],
      ['blocks', 'materialized_view', 'materialized view public.documents', 'public.people.email'],
      ['blocks', 'materialized_view', 'materialized view public.mails', 'public.people.email'],
      ['blocks', 'materialized_view', 'materialized view public.through', undefined],
    ],
  }))
