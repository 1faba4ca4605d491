import t from 'tap'
import { checkCase } from '../live.js'

t.test('triggers of a protected table block unless declared, disabled or internal', t =>
  checkCase(t, {
    schema: `
      CREATE TABLE people (id int PRIMARY KEY, email text);
      CREATE TABLE mails (person int REFERENCES people);
      CREATE TABLE other (id int);
      CREATE VIEW mailable AS SELECT id, email FROM people;
      CREATE FUNCTION lower_email() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.email = lower(NEW.email); RETURN NEW; END';
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER lowered BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION lower_email();
      CREATE TRIGGER touched BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION touch();
      CREATE TRIGGER off BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION lower_email();
      ALTER TABLE people DISABLE TRIGGER off;
      CREATE TRIGGER same BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
      CREATE TRIGGER through_view INSTEAD OF INSERT ON mailable FOR EACH ROW EXECUTE FUNCTION lower_email();
      CREATE TRIGGER elsewhere BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION lower_email();`,
    columns: { 'public.people.email': '' },
    allowed: ['public.touch'],
    kinds: ['trigger'],
    expected: [
      ['blocks', 'trigger', 'public.mailable trigger through_view', undefined],
      ['blocks', 'trigger', 'public.people trigger lowered', undefined],
      ['declared', 'trigger', 'public.people trigger touched', undefined],
    ],
  }))
