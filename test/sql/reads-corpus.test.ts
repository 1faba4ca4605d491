/** Read statements that leak from proxies which only mask by column name or origin: what the planner makes of each. */
import t from 'tap'
import { loadParser } from '../../src/sql/parser.js'
import { describePlan } from './support/fixture.js'

await loadParser()

const CASES: Readonly<Record<string, readonly (readonly [sql: string, plan: string])[]>> = {
  'A1': [
    ['SELECT ssn AS id FROM customers', 'output ssn'],
  ],
  'A3': [
    ['SELECT x FROM customers AS t(a,b,c,d,x)', 'output ssn'],
  ],
  'A5': [
    ['SELECT q.z FROM (SELECT ssn AS z FROM customers) q', 'output ssn'],
  ],
  'A7': [
    ['SELECT s FROM v_customers', 'output ssn'],
  ],
  'A9': [
    [String.raw`SELECT U&"\0073\0073\006e" FROM customers`, 'output ssn'],
  ],
  'B1': [
    ["SELECT ssn || '' FROM customers", 'output ssn'],
  ],
  'B3': [
    ["SELECT coalesce(ssn,'') FROM customers", 'output ssn'],
    ['SELECT CASE WHEN true THEN ssn END FROM customers', 'output ssn'],
    ["SELECT NULLIF(ssn,'') FROM customers", 'null_test ssn, output ssn'],
    ["SELECT greatest(ssn,'') FROM customers", '0A000 GREATEST is not supported on the sealed column public.customers.ssn'],
  ],
  'B5': [
    ["SELECT reverse(ssn), translate(ssn,'0123456789','abcdefghij') FROM customers", '0A000 the function reverse is not supported on the sealed column public.customers.ssn'],
  ],
  'B7': [
    ["SELECT format('%s',ssn) FROM customers", 'output ssn'],
  ],
  'B9': [
    ['SELECT ssn COLLATE "C" FROM customers', 'output ssn'],
  ],
  'B11': [
    ["SELECT regexp_split_to_table(ssn,'-') FROM customers", '0A000 the function regexp_split_to_table is not supported on the sealed column public.customers.ssn'],
  ],
  'C1': [
    ['SELECT max(ssn) FROM customers WHERE id=1', '0A000 the function max is not supported on the sealed column public.customers.ssn'],
  ],
  'C3': [
    ['SELECT (array_agg(ssn))[1] FROM customers', 'output ssn'],
  ],
  'C5': [
    ['SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) FROM customers', ''],
  ],
  'D1': [
    ['SELECT c FROM customers c', 'output dob*, output email*, output full_name*, output notes*, output phone*, output ssn*'],
  ],
  'D3': [
    ['SELECT (c).ssn FROM customers c', 'output ssn'],
    ['SELECT (c).* FROM customers c', 'output dob*, output email*, output full_name*, output notes*, output phone*, output ssn*'],
  ],
  'D5': [
    ['SELECT row_to_json(c) FROM customers c', 'output dob*, output email*, output full_name*, output notes*, output phone*, output ssn*'],
    ['SELECT json_agg(c) FROM customers c', 'output dob*, output email*, output full_name*, output notes*, output phone*, output ssn*'],
    ["SELECT to_jsonb(c)->>'ssn' FROM customers c", '0A000 the operator ->> is not supported on the sealed column public.customers.full_name'],
  ],
  'D7': [
    ['SELECT (jsonb_populate_record(NULL::customers,to_jsonb(c))).ssn FROM customers c', '0A000 the function jsonb_populate_record is not supported on the sealed column public.customers.full_name'],
  ],
  'D9': [
    ["SELECT table_to_xml('customers',true,false,'')", ''],
  ],
  'D11': [
    ["SELECT jsonb_path_query(notes,'$.iban') FROM customers", '0A000 the function jsonb_path_query is not supported on the sealed column public.customers.notes'],
  ],
  'E1': [
    ['SELECT full_name FROM customers UNION ALL SELECT ssn FROM customers', 'output full_name, output ssn'],
  ],
  'E3': [
    ['VALUES ((SELECT ssn FROM customers WHERE id=1))', 'output ssn'],
  ],
  'E5': [
    ['SELECT v.x FROM customers c, LATERAL (VALUES (c.ssn)) v(x)', 'output ssn'],
  ],
  'E7': [
    ['WITH RECURSIVE r(v,n) AS (SELECT ssn,1 FROM customers UNION ALL SELECT v,n+1 FROM r WHERE n<2) SELECT v FROM r', 'output ssn'],
  ],
  'E9': [
    ['SELECT * FROM ROWS FROM (get_ssn(1), generate_series(1,1)) AS t(a,b)', '0A000 pgveil cannot protect this statement: the function public.get_ssn works on a protected table'],
  ],
  'E11': [
    ['WITH u AS (UPDATE customers SET region=region RETURNING *) SELECT * FROM u', 'output dob*, output email*, output full_name*, output notes*, output phone*, output ssn*'],
  ],
  'E13': [
    ['UPDATE customers SET notes=to_jsonb(ssn) RETURNING notes', '0A000 writing a row, array or document is not supported on the sealed column public.customers.notes'],
  ],
  'E15': [
    ["INSERT INTO customers(id,full_name) VALUES (1,'x') ON CONFLICT (id) DO UPDATE SET region='x' RETURNING customers.ssn", 'insert full_name, output ssn, seal(full_name x)'],
  ],
  'E17': [
    ['CREATE TABLE t AS SELECT ssn AS a FROM customers;  SELECT a FROM t', '0A000 pgveil cannot protect this statement: copying to a new table of public.customers.ssn'],
    ['SELECT ssn INTO t FROM customers', '0A000 copying to a new table is not supported on the sealed column public.customers.ssn'],
    ['CREATE MATERIALIZED VIEW m AS SELECT ssn FROM customers', '0A000 pgveil cannot protect this statement: copying to a new table of public.customers.ssn'],
  ],
  'E19': [
    ['ALTER TABLE customers RENAME COLUMN ssn TO nickname; SELECT nickname FROM customers', '0A000 pgveil cannot protect this statement: RENAME on public.customers'],
  ],
  'F1': [
    ['COPY customers TO STDOUT', 'output dob*, output email*, output full_name*, output notes*, output phone*, output ssn*'],
  ],
  'F3': [
    ['BEGIN; DECLARE k CURSOR FOR SELECT ssn FROM customers; FETCH ALL FROM k', 'output ssn'],
    ['FETCH ALL FROM k', ''],
  ],
  'F5': [
    ['SELECT 1; SELECT ssn FROM customers', 'output ssn'],
  ],
  'F9': [
    ["DO $$BEGIN RAISE NOTICE '%',(SELECT ssn FROM customers WHERE id=1); END$$", '0A000 pgveil cannot protect this statement: DO works on a protected table'],
  ],
  'F11': [
    ["SELECT set_config('my.x',(SELECT ssn FROM customers WHERE id=1),false); SHOW my.x", '0A000 the function set_config is not supported on the sealed column public.customers.ssn'],
  ],
  'F13': [
    ['SELECT lo_from_bytea(4711,ssn::bytea) FROM customers WHERE id=1; SELECT lo_get(4711)', '0A000 a cast to a type other than text is not supported on the sealed column public.customers.ssn'],
  ],
  'F15': [
    ["ANALYZE customers; SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename='customers'", ''],
  ],
  'F19': [
    ["COPY customers TO PROGRAM 'cat >&2'", '0A000 COPY with a file or program of the server is not supported on the sealed column public.customers.full_name'],
  ],
  'F23': [
    ['SELECT query FROM pg_stat_activity;  SELECT query FROM pg_stat_statements', ''],
  ],
  'F25': [
    ['SELECT * FROM customers_2019;  SELECT ssn FROM ONLY customers', 'output ssn'],
  ],
  'G1': [
    ['SELECT ssn::int FROM customers', '0A000 a cast to a type other than text is not supported on the sealed column public.customers.ssn'],
    ['SELECT ssn::uuid, ssn::regclass FROM customers', '0A000 a cast to a type other than text is not supported on the sealed column public.customers.ssn'],
    ['SELECT ssn::int[] FROM customers', '0A000 a cast to a type other than text is not supported on the sealed column public.customers.ssn'],
  ],
  'G3': [
    ["SELECT to_date(ssn,'Mon') FROM customers", '0A000 the function to_date is not supported on the sealed column public.customers.ssn'],
  ],
  'G5': [
    ["SELECT has_table_privilege(email,'select') FROM customers", '0A000 this function is not supported on the sealed column public.customers.email'],
  ],
  'G7': [
    ["SELECT pg_size_bytes(email), encode('x',email) FROM customers", '0A000 this function is not supported on the sealed column public.customers.email'],
  ],
  'G9': [
    ["SELECT pg_get_serial_sequence(email,'id') FROM customers", '0A000 this function is not supported on the sealed column public.customers.email'],
  ],
  'G11': [
    [`SELECT ('{"a":'||ssn||'}')::json FROM customers`, '0A000 a cast to a type other than text is not supported on the sealed column public.customers.ssn'],
  ],
  'G13': [
    ["UPDATE customers SET ssn='' WHERE id=1", 'overwrite ssn'],
  ],
  'G15': [
    ['UPDATE customers SET email=(SELECT email FROM customers WHERE id=2) WHERE id=1', 'copy email, overwrite email'],
  ],
  'G17': [
    ['SELECT setseed(salary::float8), txid_status(salary::bigint) FROM customers', ''],
  ],
  'H1': [
    ["SELECT id FROM customers WHERE ssn LIKE '9%'", '0A000 LIKE is not supported on the sealed column public.customers.ssn'],
  ],
  'H3': [
    ["SELECT count(*) FROM customers WHERE ssn ~ '^9'", '0A000 the operator ~ is not supported on the sealed column public.customers.ssn'],
    ["SELECT count(*) FILTER (WHERE ssn ~ '^9') FROM customers", '0A000 the operator ~ is not supported on the sealed column public.customers.ssn'],
  ],
  'H5': [
    ['SELECT n FROM customers c JOIN generate_series(48,57) n ON ascii(substr(c.ssn,1,1))=n WHERE c.id=1', '0A000 the function substr is not supported on the sealed column public.customers.ssn'],
  ],
  'H7': [
    ['SELECT * FROM generate_series(1,99) LIMIT (SELECT ascii(ssn)-47 FROM customers WHERE id=1)', '0A000 the function ascii is not supported on the sealed column public.customers.ssn'],
  ],
  'H9': [
    ['SELECT corr(salary,id), stddev(salary) FROM customers WHERE id IN (1,2)', ''],
  ],
  'H11': [
    ['SELECT DISTINCT ON (left(ssn,1)) id FROM customers', '0A000 the function left is not supported on the sealed column public.customers.ssn'],
  ],
  'H13': [
    ["SELECT id FROM customers EXCEPT SELECT id FROM customers WHERE ssn<'5'", '0A000 the operator < is not supported on the sealed column public.customers.ssn'],
  ],
  'H15': [
    ["SELECT CASE WHEN ssn LIKE '9%' THEN pg_sleep(1) END FROM customers WHERE id=1", '0A000 LIKE is not supported on the sealed column public.customers.ssn'],
  ],
  'F7': [
    ['SET standard_conforming_strings=off', ''],
    [String.raw`SELECT 'a\'' , ssn FROM customers --'`, ''],
  ],
  'C5 over a sealed column': [
    ['SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ssn) FROM customers', '0A000 ORDER BY in an aggregate is not supported on the sealed column public.customers.ssn'],
  ],
}

for (const [name, cases] of Object.entries(CASES)) {
  void t.test(name, t => {
    for (const [sql, expected] of cases) t.equal(describePlan(sql), expected, sql)
    t.end()
  })
}
