import t from 'tap'
import { checkCase } from '../live.js'

t.test('columns of other types, without a guard or with a loose collation', t =>
  checkCase(t, {
    schema: `
      CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE DOMAIN mail AS text;
      CREATE TABLE people (id int, a text, b varchar(20), c mail, d date, e text COLLATE loose);
      CREATE STATISTICS harmless ON id, a FROM people;`,
    columns: Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(name => [`public.people.${name}`, ''])),
    kinds: ['guard', 'column_type', 'collation'],
    expected: [
      ['unguarded', 'guard', 'public.people', 'public.people.a'],
      ['unguarded', 'column_type', 'public.people', 'public.people.b'],
      ['unguarded', 'column_type', 'public.people', 'public.people.c'],
      ['unguarded', 'column_type', 'public.people', 'public.people.d'],
      ['blocks', 'collation', 'public.people', 'public.people.e'],
      ['unguarded', 'guard', 'public.people', 'public.people.e'],
    ],
  }))
