import t from 'tap'
import { checkCase } from '../live.js'

t.test('partitioning by a protected column blocks, but by HASH of an equality field', t =>
  checkCase(t, {
    schema: `
      CREATE TABLE by_list (region text, email text) PARTITION BY LIST (region);
      CREATE TABLE by_hash (email text) PARTITION BY HASH (email);
      CREATE TABLE by_random (note text) PARTITION BY HASH (note);
      CREATE TABLE by_expression (email text) PARTITION BY HASH (lower(email));
      CREATE TABLE by_other (id int, email text) PARTITION BY RANGE (id);`,
    columns: {
      'public.by_list.region': '', 'public.by_hash.email': '', 'public.by_random.note': 'protect: random', 'public.by_expression.email': '', 'public.by_other.email': '',
    },
    kinds: ['partition_key'],
    expected: [
      ['blocks', 'partition_key', 'public.by_expression partition key', 'public.by_expression.email'],
      ['blocks', 'partition_key', 'public.by_list partition key', 'public.by_list.region'],
      ['blocks', 'partition_key', 'public.by_random partition key', 'public.by_random.note'],
    ],
  }))
