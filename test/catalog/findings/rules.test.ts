import t from 'tap'
import { checkCase } from '../live.js'

t.test('rules block; the body of a view does not', t =>
  checkCase(t, {
    schema: `
      CREATE TABLE people (id int, email text);
      CREATE TABLE inbox (mail text);
      CREATE VIEW mailable AS SELECT id, email FROM people WHERE email = 'x';
      CREATE VIEW ids AS SELECT 1 AS id;
      CREATE RULE forward AS ON INSERT TO inbox DO ALSO INSERT INTO people (email) VALUES (NEW.mail);
      CREATE RULE through_view AS ON DELETE TO mailable DO INSTEAD DELETE FROM people WHERE people.id = OLD.id;
      CREATE RULE quiet AS ON DELETE TO people DO INSTEAD NOTHING;
      CREATE RULE unrelated AS ON DELETE TO ids DO INSTEAD NOTHING;`,
    columns: { 'public.people.email': '' },
    allowed: ['public.quiet'],
    kinds: ['rule', 'view'],
    expected: [
      ['blocks', 'rule', 'public.inbox rule forward', undefined],
      ['blocks', 'rule', 'public.mailable rule through_view', undefined],
      ['declared', 'rule', 'public.people rule quiet', undefined],
    ],
  }))
