import t from 'tap'
import { checkCase } from '../live.js'

const SCHEMA = `
  CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, other text UNIQUE);
  CREATE TABLE mails (person int REFERENCES people, recipient text CONSTRAINT to_email REFERENCES people (email), copy text CONSTRAINT to_other REFERENCES people (other))`

t.test('both sides of a foreign key must be one equality field', t =>
  checkCase(t, {
    schema: SCHEMA,
    columns: { 'public.people.email': 'field: mail', 'public.mails.recipient': 'field: mail', 'public.people.other': '', 'public.mails.copy': '' },
    kinds: ['foreign_key'],
    expected: [['blocks', 'foreign_key', 'public.mails constraint to_other', 'public.mails.copy']],
  }))

t.test('a foreign key with one sealed side blocks, whichever it is', t =>
  checkCase(t, {
    schema: SCHEMA,
    columns: { 'public.people.email': '', 'public.mails.copy': '' },
    kinds: ['foreign_key'],
    expected: [
      ['blocks', 'foreign_key', 'public.mails constraint to_email', 'public.people.email'],
      ['blocks', 'foreign_key', 'public.mails constraint to_other', 'public.mails.copy'],
    ],
  }))
