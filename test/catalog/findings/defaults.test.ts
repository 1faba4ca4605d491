import t from 'tap'
import { checkCase } from '../live.js'

t.test('DEFAULTs that are plain values block; NULL and the empty string do not', t =>
  checkCase(t, {
    schema: `CREATE TABLE people (a text DEFAULT 'unknown', b text DEFAULT '', c text DEFAULT NULL, d varchar(9) DEFAULT '', e text DEFAULT CURRENT_USER, other text DEFAULT 'x')`,
    columns: Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(name => [`public.people.${name}`, ''])),
    kinds: ['default'],
    expected: [
      ['blocks', 'default', 'public.people.a default', 'public.people.a'],
      ['blocks', 'default', 'public.people.e default', 'public.people.e'],
    ],
  }))

t.test('the default of an empty string blocks where that is sealed', t =>
  checkCase(t, {
    schema: "CREATE TABLE people (a text DEFAULT '')",
    columns: { 'public.people.a': 'empty: sealed' },
    kinds: ['default'],
    expected: [['blocks', 'default', 'public.people.a default', 'public.people.a']],
  }))

t.test('generated columns block when they compute on a protected one', t =>
  checkCase(t, {
    schema: `CREATE TABLE people (id int, email text,
      search tsvector GENERATED ALWAYS AS (to_tsvector('simple', email)) STORED,
      double int GENERATED ALWAYS AS (id * 2) STORED, has_email bool GENERATED ALWAYS AS (email <> '') STORED,
      allowed text GENERATED ALWAYS AS (email || 'x') STORED)`,
    columns: { 'public.people.email': '' },
    allowed: ['public.people.allowed'],
    kinds: ['generated_column'],
    expected: [
      ['declared', 'generated_column', 'public.people.allowed generated column', 'public.people.email'],
      ['blocks', 'generated_column', 'public.people.search generated column', 'public.people.email'],
    ],
  }))
