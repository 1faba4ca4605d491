import t from 'tap'
import { checkCase } from '../live.js'

const SCHEMA = `
  CREATE TABLE people (id int, email text) PARTITION BY RANGE (id);
  CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM (0) TO (10);`

t.test('a partition whose parent is not in the policy blocks: rows could be written past it', t =>
  checkCase(t, {
    schema: SCHEMA,
    columns: { 'public.people_1.email': '' },
    kinds: ['inheritance'],
    expected: [['blocks', 'inheritance', 'public.people_1', 'public.people_1.email']],
  }))

t.test('a partition with a field other than its parent blocks', t =>
  checkCase(t, {
    schema: SCHEMA,
    columns: { 'public.people.email': '', 'public.people_1.email': '' },
    kinds: ['inheritance'],
    expected: [['blocks', 'inheritance', 'public.people_1', 'public.people_1.email']],
  }))

t.test('a partition follows its parent', t =>
  checkCase(t, { schema: SCHEMA, columns: { 'public.people.email': '' }, kinds: ['inheritance'], expected: [] }))
