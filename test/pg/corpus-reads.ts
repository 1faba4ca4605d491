/**
 * Statements by which a role without the right to see protected columns could try to reach them. Ids are those of the
 * collection that the cases come from; a letter behind the number is a variant, and X marks cases of our own.
 */

/** What a reader who may see everything gets. */
export type Expected =
  /** What the unprotected twin gives, result or SQLSTATE. */
  | 'equal'
  /** pgveil refuses it; `reason` is part of the message. Refused although the twin answers, since sealed values can't do it. */
  | { readonly refused: '0A000' | '42501' | '54001'; readonly reason: string }

export interface ReadCase {
  readonly id: string
  /** One Query message each, or Parse/Bind/Execute each. */
  readonly sql: readonly string[]
  /** `equal` if absent. */
  readonly expected?: Expected
  /** The statement leaves the order of its rows open, and sealed values hash otherwise. */
  readonly isUnordered?: true
  /** The answer differs from run to run (process ids, statistics). */
  readonly isUnstable?: true
  /** The binary form differs: a date inside a record is text there. */
  readonly isTextOnly?: true
  /** Run between BEGIN and ROLLBACK. */
  readonly isUndone?: true
}

const unsupported = (reason: string): Expected => ({ refused: '0A000', reason })

/** Refused: the function would work on the sealed text. */
const on = (column: string): Expected => unsupported(`is not supported on the sealed column public.customers.${column}`)
const ssn: Expected = on('ssn')

const RENAMING: readonly ReadCase[] = [
  { id: 'A1', sql: ['SELECT ssn AS id FROM customers'] },
  { id: 'A2', sql: ['SELECT ssn AS "region", email "phone", * FROM customers'] },
  { id: 'A3', sql: ['SELECT x FROM customers AS t(a,b,c,d,x)'] },
  { id: 'A4', sql: ['SELECT c.ssn, "c"."ssn", public.customers.ssn FROM customers c, public.customers WHERE c.id = customers.id'] },
  { id: 'A5', sql: ['SELECT q.z FROM (SELECT ssn AS z FROM customers) q'] },
  { id: 'A6', sql: ['WITH w(region) AS (SELECT ssn FROM customers) SELECT region FROM w'] },
  { id: 'A7', sql: ['SELECT s FROM v_customers'] },
  { id: 'A7b', sql: ['SELECT * FROM v_contacts'] },
  { id: 'A8', sql: ['TABLE customers'] },
  { id: 'A9', sql: ['SELECT U&"\\0073\\0073\\006e" FROM customers'] },
  { id: 'A10', sql: ['/* x */ sElEcT/**/"ssn" -- ssn\nFROM"customers"'] },
  { id: 'A11', sql: ['SELECT ssn, ssn, ssn AS a, ssn AS a FROM customers WHERE id = 1'] },
]

const EXPRESSIONS: readonly ReadCase[] = [
  { id: 'B1', sql: ["SELECT ssn || '' FROM customers"] },
  { id: 'B1b', sql: ["SELECT 'a' || ssn || '-' || full_name || E'\\n' FROM customers"] },
  { id: 'B2', sql: ['SELECT ssn::text, CAST(ssn AS text) FROM customers'] },
  { id: 'B2b', sql: ['SELECT ssn::varchar FROM customers'] },
  { id: 'B2c', sql: ['SELECT ssn::varchar(4), ssn::char(3), ssn::name FROM customers'], expected: ssn },
  { id: 'B3', sql: ["SELECT coalesce(ssn,'') FROM customers"] },
  { id: 'B3b', sql: ['SELECT CASE WHEN true THEN ssn END FROM customers'] },
  { id: 'B3c', sql: ["SELECT NULLIF(ssn,'') FROM customers"] },
  { id: 'B3d', sql: ["SELECT greatest(ssn,'') FROM customers"], expected: ssn },
  { id: 'B4', sql: ["SELECT left(ssn,3), right(ssn,4), substr(ssn,1,3), split_part(ssn,'-',1) FROM customers"], expected: ssn },
  { id: 'B5', sql: ["SELECT reverse(ssn), translate(ssn,'0123456789','abcdefghij') FROM customers"], expected: ssn },
  { id: 'B6', sql: ['SELECT upper(full_name), lower(full_name), initcap(full_name) FROM customers'], expected: on('full_name') },
  { id: 'B6b', sql: ["SELECT md5(ssn), encode(ssn::bytea,'hex'), convert_to(ssn,'UTF8') FROM customers"], expected: ssn },
  { id: 'B6c', sql: ["SELECT length(ssn), octet_length(ssn), char_length(ssn), bit_length(ssn), ascii(ssn) FROM customers"], expected: ssn },
  { id: 'B7', sql: ["SELECT format('%s',ssn) FROM customers"] },
  { id: 'B7b', sql: ["SELECT concat(ssn,'/',region), concat_ws('|',full_name,ssn,region) FROM customers"] },
  { id: 'B7c', sql: ["SELECT format('%-20s',ssn), format('%I',ssn), format('%L',ssn) FROM customers"], expected: ssn },
  { id: 'B8', sql: ['SELECT quote_literal(ssn), quote_ident(ssn), quote_nullable(ssn) FROM customers'], expected: ssn },
  { id: 'B9', sql: ['SELECT ssn COLLATE "C" FROM customers'] },
  { id: 'B10', sql: ["SELECT replace(ssn,'-',''), trim(ssn), lpad(ssn,20,'x'), repeat(ssn,2) FROM customers"], expected: ssn },
  { id: 'B11', sql: ["SELECT regexp_split_to_table(ssn,'-') FROM customers"], expected: ssn },
  { id: 'B12', sql: ["SELECT regexp_replace(ssn,'-','','g'), regexp_matches(ssn,'\\d+') FROM customers"], expected: ssn },
  { id: 'B13', sql: ['SELECT dob + 1, extract(year FROM dob), age(dob) FROM customers'], expected: on('dob') },
  { id: 'B13b', sql: ['SELECT dob::text, id FROM customers'] },
  { id: 'B13c', sql: ['SELECT dob FROM customers'] },
  { id: 'B14', sql: ["SELECT to_tsvector('simple',notes), notes::json FROM customers"], expected: on('notes') },
]

const AGGREGATES: readonly ReadCase[] = [
  { id: 'C1', sql: ['SELECT max(ssn) FROM customers WHERE id=1'], expected: ssn },
  { id: 'C2', sql: ['SELECT min(ssn) FROM customers'], expected: ssn },
  { id: 'C3', sql: ['SELECT (array_agg(ssn))[1] FROM customers'] },
  { id: 'C3b', sql: ['SELECT array_agg(full_name), array_agg(notes) FROM customers'] },
  { id: 'C4', sql: ["SELECT string_agg(ssn,','), string_agg(full_name,'; ') FROM customers"] },
  { id: 'C4b', sql: ["SELECT string_agg(ssn,',' ORDER BY ssn) FROM customers"], expected: ssn },
  { id: 'C4c', sql: ["SELECT string_agg(ssn,',' ORDER BY id DESC) FROM customers"] },
  { id: 'C5', sql: ['SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) FROM customers'] },
  { id: 'C5b', sql: ['SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ssn), mode() WITHIN GROUP (ORDER BY ssn) FROM customers'], expected: ssn },
  { id: 'C6', sql: ['SELECT lag(ssn) OVER (ORDER BY id), first_value(ssn) OVER (ORDER BY id) FROM customers'] },
  { id: 'C6b', sql: ['SELECT row_number() OVER (ORDER BY ssn) FROM customers'], expected: ssn },
  { id: 'C7', sql: ['SELECT count(ssn), count(*), count(DISTINCT ssn) FROM customers'] },
  { id: 'C8', sql: ['SELECT ssn, count(*) FROM customers GROUP BY ssn'], isUnordered: true },
  { id: 'C8b', sql: ['SELECT notes, count(*) FROM customers GROUP BY notes'], expected: on('notes') },
  { id: 'C8c', sql: ['SELECT id, notes FROM customers GROUP BY id, notes'], isUnordered: true },
  { id: 'C9', sql: ['SELECT DISTINCT ssn FROM customers'], isUnordered: true },
]

const CONTAINERS: readonly ReadCase[] = [
  { id: 'D1', sql: ['SELECT c FROM customers c'], isTextOnly: true },
  { id: 'D1b', sql: ['SELECT c::text FROM customers c'] },
  { id: 'D2', sql: ['SELECT (c.*)::text, row(c.*) FROM customers c'], isTextOnly: true },
  { id: 'D3', sql: ['SELECT (c).ssn FROM customers c'] },
  { id: 'D3b', sql: ['SELECT (c).* FROM customers c'] },
  { id: 'D4', sql: ['SELECT row(id,ssn,full_name), ARRAY[ssn,full_name], array[[ssn],[email]] FROM customers'] },
  { id: 'D5', sql: ['SELECT row_to_json(c) FROM customers c'] },
  { id: 'D5b', sql: ['SELECT json_agg(c) FROM customers c'] },
  { id: 'D5c', sql: ["SELECT to_jsonb(c)->>'ssn' FROM customers c"], expected: unsupported('the operator ->>') },
  { id: 'D6', sql: ["SELECT json_build_object('a',ssn,'n',full_name), jsonb_build_array(ssn,notes), json_agg(notes) OVER () FROM customers"] },
  { id: 'D6b', sql: ["SELECT json_build_object('a',ssn,'n',full_name), jsonb_build_array(ssn,notes) FROM customers"] },
  { id: 'D6c', sql: ["SELECT json_object_agg(ssn,id) FROM customers"], expected: ssn },
  { id: 'D6d', sql: ["SELECT to_json(ssn), to_jsonb(notes), jsonb_agg(full_name) FROM customers GROUP BY id, ssn, notes"], isUnordered: true },
  { id: 'D6e', sql: ['SELECT to_json(ssn), to_jsonb(notes) FROM customers'] },
  { id: 'D7', sql: ['SELECT (jsonb_populate_record(NULL::customers,to_jsonb(c))).ssn FROM customers c'], expected: unsupported('the function jsonb_populate_record') },
  { id: 'D8', sql: ["SELECT key, value FROM customers c, jsonb_each_text(to_jsonb(c)) WHERE c.id = 1"], expected: unsupported('the function jsonb_each_text') },
  { id: 'D9', sql: ["SELECT table_to_xml('customers',true,false,'')"] },
  { id: 'D9b', sql: ["SELECT database_to_xml(true,false,'')"], isUnstable: true },
  { id: 'D9c', sql: ["BEGIN; DECLARE cx CURSOR FOR SELECT ssn FROM customers", "SELECT cursor_to_xml('cx',10,true,false,'')"], isUndone: true },
  { id: 'D10', sql: ["SELECT query_to_xml('SELECT ssn FROM customers',true,false,'')"], expected: unsupported('a query on a protected table') },
  { id: 'D10b', sql: ['SELECT xmlelement(name a, ssn), xmlforest(full_name AS n, notes) FROM customers'] },
  { id: 'D11', sql: ["SELECT jsonb_path_query(notes,'$.iban') FROM customers"], expected: on('notes') },
  { id: 'D12', sql: ['SELECT array_to_string(array_agg(ssn),$$,$$), unnest(array_agg(ssn)) FROM customers'] },
  { id: 'D12b', sql: ['SELECT unnest(ARRAY[ssn,email]) FROM customers'] },
]

const COMBINED: readonly ReadCase[] = [
  { id: 'E1', sql: ['SELECT full_name FROM customers UNION ALL SELECT ssn FROM customers'] },
  { id: 'E2', sql: ['SELECT region FROM customers UNION SELECT notes FROM customers'], expected: unsupported('a set operation other than UNION ALL') },
  { id: 'E2b', sql: ['SELECT ssn FROM customers INTERSECT SELECT ssn FROM customers WHERE id < 3'], isUnordered: true },
  { id: 'E3', sql: ['VALUES ((SELECT ssn FROM customers WHERE id=1))'] },
  { id: 'E4', sql: ['SELECT (SELECT ssn FROM customers WHERE id=1), ARRAY(SELECT ssn FROM customers)'] },
  { id: 'E5', sql: ['SELECT v.x FROM customers c, LATERAL (VALUES (c.ssn)) v(x)'] },
  { id: 'E6', sql: ['SELECT l.z FROM customers c CROSS JOIN LATERAL (SELECT c.ssn AS z) l'] },
  { id: 'E7', sql: ['WITH RECURSIVE r(v,n) AS (SELECT ssn,1 FROM customers UNION ALL SELECT v,n+1 FROM r WHERE n<2) SELECT v FROM r'] },
  { id: 'E8', sql: ['SELECT get_ssn(1), (all_customers()).ssn'] },
  { id: 'E8b', sql: ['SELECT get_ssn(1)'] },
  { id: 'E8c', sql: ['SELECT undeclared_ssn(1)'], expected: unsupported('undeclared_ssn') },
  { id: 'E9', sql: ['SELECT * FROM ROWS FROM (get_ssn(1), generate_series(1,1)) AS t(a,b)'] },
  { id: 'E10', sql: ['SELECT ssn FROM all_customers()'] },
  { id: 'E11', sql: ['WITH u AS (UPDATE customers SET region=region RETURNING *) SELECT * FROM u'], isUndone: true },
  { id: 'E12', sql: ['DELETE FROM customers WHERE id=4 RETURNING *'], isUndone: true },
  { id: 'E13', sql: ['UPDATE customers SET notes=to_jsonb(ssn) RETURNING notes'], expected: unsupported('writing a row, array or document'), isUndone: true },
  { id: 'E13b', sql: ['UPDATE customers SET region=ssn RETURNING region'], expected: unsupported('copying to an unprotected column'), isUndone: true },
  { id: 'E14', sql: ['INSERT INTO plain_notes SELECT id+100, ssn FROM customers RETURNING body'], expected: unsupported('copying to an unprotected column'), isUndone: true },
  { id: 'E15', sql: ["INSERT INTO customers(id,full_name) VALUES (1,'x') ON CONFLICT (id) DO UPDATE SET region='x' RETURNING customers.ssn"], isUndone: true },
  {
    id: 'E16', isUndone: true,
    sql: ["MERGE INTO customers c USING (VALUES (1)) v(i) ON c.id=v.i WHEN MATCHED THEN UPDATE SET region='m' RETURNING c.ssn"],
  },
  { id: 'E17', sql: ['CREATE TABLE t AS SELECT ssn AS a FROM customers', 'SELECT a FROM t'], expected: unsupported('copying to a new table'), isUndone: true },
  { id: 'E17b', sql: ['SELECT ssn AS a INTO t2 FROM customers', 'SELECT a FROM t2'], expected: unsupported('copying to a new table'), isUndone: true },
  { id: 'E17c', sql: ['CREATE TEMP VIEW tv AS SELECT ssn AS a FROM customers', 'SELECT a FROM tv'], expected: unsupported('which is still open'), isUndone: true },
  { id: 'E17d', sql: ['CREATE MATERIALIZED VIEW mv AS SELECT ssn AS a FROM customers', 'SELECT a FROM mv'], expected: unsupported('copying to a new table'), isUndone: true },
  { id: 'E17e', sql: ['CREATE TEMP TABLE tt AS SELECT id, ssn AS a FROM customers', 'SELECT a FROM tt'], expected: unsupported('copying to a new table'), isUndone: true },
  { id: 'E18', sql: ['CREATE VIEW nv AS SELECT ssn AS a FROM customers', 'SELECT a FROM nv'], expected: unsupported('which is still open'), isUndone: true },
  { id: 'E19', sql: ['ALTER TABLE customers RENAME COLUMN ssn TO nickname', 'SELECT nickname FROM customers'], expected: unsupported('RENAME on'), isUndone: true },
  { id: 'E20', sql: ['ALTER TABLE customers RENAME TO clients', 'SELECT ssn FROM clients'], expected: unsupported('RENAME on'), isUndone: true },
  { id: 'E21', sql: ["CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM customers LIMIT 1'", 'SELECT pg_temp.f()'], expected: unsupported('CREATE FUNCTION with code that works on a protected table'), isUndone: true },
]

const SIDE_ROADS: readonly ReadCase[] = [
  { id: 'F1', sql: ['COPY customers TO STDOUT'] },
  { id: 'F1b', sql: ['COPY customers TO STDOUT (FORMAT csv, HEADER)'] },
  { id: 'F1c', sql: ['COPY customers (ssn, notes) TO STDOUT (FORMAT binary)'], expected: unsupported('COPY in binary format') },
  { id: 'F2', sql: ['COPY (SELECT ssn AS x, full_name FROM customers) TO STDOUT'] },
  { id: 'F2b', sql: ["COPY (SELECT row_to_json(c) FROM customers c) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"] },
  { id: 'F3', sql: ['BEGIN', 'DECLARE k CURSOR FOR SELECT ssn FROM customers', 'FETCH ALL FROM k', 'ROLLBACK'] },
  { id: 'F3b', sql: ['BEGIN', 'DECLARE k BINARY CURSOR FOR SELECT ssn, dob FROM customers', 'FETCH 2 FROM k', 'MOVE 1 IN k', 'FETCH ALL FROM k', 'ROLLBACK'] },
  { id: 'F4', sql: ['BEGIN', 'DECLARE k SCROLL CURSOR WITH HOLD FOR SELECT c FROM customers c', 'COMMIT', 'FETCH LAST FROM k', 'CLOSE k'], isTextOnly: true },
  { id: 'F5', sql: ['SELECT 1', 'SELECT ssn FROM customers'] },
  { id: 'F6', sql: ['PREPARE ps(int) AS SELECT ssn FROM customers WHERE id=$1', 'EXECUTE ps(1)', 'DEALLOCATE ps'] },
  { id: 'F7', sql: ['SET standard_conforming_strings=off', "SELECT 'a\\'' , ssn FROM customers --'", 'RESET standard_conforming_strings'], expected: unsupported('standard_conforming_strings') },
  { id: 'F8', sql: ["EXPLAIN (COSTS off) SELECT * FROM customers WHERE ssn='912-84-7731'"] },
  { id: 'F8b', sql: ['EXPLAIN (ANALYZE, VERBOSE) SELECT ssn FROM customers'], isUnstable: true },
  { id: 'F9', sql: ["DO $$BEGIN RAISE NOTICE '%',(SELECT ssn FROM customers WHERE id=1); END$$"], expected: unsupported('DO works on a protected table') },
  { id: 'F10', sql: ["DO $$BEGIN RAISE EXCEPTION '%',(SELECT ssn FROM customers WHERE id=1) USING detail=(SELECT notes FROM customers WHERE id=2); END$$"], expected: unsupported('DO works on a protected table') },
  { id: 'F10b', sql: ["DO $$BEGIN RAISE NOTICE '%',get_ssn(1); END$$"], isUnstable: true },
  { id: 'F11', sql: ["SELECT set_config('my.x',(SELECT ssn FROM customers WHERE id=1),false)", 'SHOW my.x'], expected: unsupported('the function set_config') },
  { id: 'F12', sql: ["LISTEN ch", "SELECT pg_notify('ch',(SELECT ssn FROM customers WHERE id=1))"], expected: unsupported('is not supported on the sealed column') },
  { id: 'F13', sql: ['SELECT lo_from_bytea(4711,ssn::bytea) FROM customers WHERE id=1', 'SELECT lo_get(4711)'], isUndone: true, expected: ssn },
  { id: 'F14', sql: ["SELECT pg_read_file('PG_VERSION')"] },
  { id: 'F15', sql: ['ANALYZE customers', "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename='customers'"], isUnstable: true },
  { id: 'F16', sql: ["SELECT * FROM pg_stats WHERE tablename='customers'"], isUnstable: true },
  { id: 'F17', sql: ['SELECT ssn, dob, notes, tags FROM customers WHERE id=1'] },
  { id: 'F19', sql: ["COPY customers TO PROGRAM 'cat >&2'"], expected: unsupported('a file or program of the server') },
  { id: 'F19b', sql: ["COPY customers TO '/tmp/out'"], expected: unsupported('a file or program of the server') },
  { id: 'F21', sql: ["SELECT get_raw_page('customers',0)"] },
  { id: 'F23', sql: ['SELECT query FROM pg_stat_activity'], isUnstable: true },
  { id: 'F23b', sql: ['SELECT query FROM pg_stat_statements'] },
  { id: 'F24', sql: ['SELECT * FROM pg_prepared_statements', 'SELECT * FROM pg_cursors'], isUnstable: true },
  { id: 'F25', sql: ['SELECT * FROM customers_2019'] },
  { id: 'F25b', sql: ['SELECT ssn FROM ONLY customers'] },
  { id: 'F26', sql: ['SELECT tableoid::regclass::text, ssn FROM customers'] },
]

const ERRORS: readonly ReadCase[] = [
  ...['int', 'uuid', 'inet', 'bool', 'interval', 'money', 'int4range', 'pg_lsn', 'date', 'regclass', 'int[]', 'numeric', 'json', 'xml', 'bytea', '"char"', 'name'].map(
    (type, index): ReadCase => ({ id: `G1${String.fromCharCode(97 + index)}`, sql: [`SELECT ssn::${type} FROM customers`], expected: ssn }),
  ),
  { id: 'G2', sql: ['SELECT CAST(ssn AS timestamp), notes::jsonb FROM customers'], expected: unsupported('a cast to a type other than text') },
  { id: 'G3', sql: ["SELECT to_date(ssn,'Mon') FROM customers"], expected: ssn },
  { id: 'G4', sql: ["SELECT to_number(ssn,'999'), to_timestamp(ssn,'YYYY') FROM customers"], expected: ssn },
  { id: 'G5', sql: ["SELECT has_table_privilege(email,'select') FROM customers"], expected: on('email') },
  { id: 'G6', sql: ['SELECT nextval(ssn), currval(email) FROM customers'], expected: unsupported('the function nextval') },
  { id: 'G7', sql: ["SELECT pg_size_bytes(email), encode('x',email) FROM customers"], expected: on('email') },
  { id: 'G8', sql: ['SELECT set_config(email,ssn,false) FROM customers'], expected: unsupported('the function set_config') },
  { id: 'G9', sql: ["SELECT pg_get_serial_sequence(email,'id') FROM customers"], expected: on('email') },
  { id: 'G10', sql: ["SELECT make_interval(secs => ssn::float8) FROM customers"], expected: ssn },
  { id: 'G11', sql: [`SELECT ('{"a":'||ssn||'}')::json FROM customers`], expected: unsupported('a cast to a type other than text') },
  { id: 'G12', sql: ["INSERT INTO customers(id,full_name) SELECT 1, full_name FROM customers WHERE id=2"], expected: 'equal', isUndone: true },
  { id: 'G13', sql: ["UPDATE customers SET ssn='' WHERE id=1"], isUndone: true },
  { id: 'G14', sql: ['INSERT INTO customers(id,full_name,ssn) SELECT 9,NULL,ssn FROM customers WHERE id=1'], isUndone: true },
  { id: 'G15', sql: ['UPDATE customers SET email=(SELECT email FROM customers WHERE id=2) WHERE id=1'], isUndone: true },
  { id: 'G16', sql: ['ALTER TABLE customers ADD CONSTRAINT u UNIQUE (ssn), ADD CHECK (id < 1)'], expected: unsupported('a key over a sealed column'), isUndone: true },
  { id: 'G17', sql: ['SELECT setseed(salary::float8), txid_status(salary::bigint) FROM customers'] },
  { id: 'G18', sql: ['SELECT 1/(ssn IS NULL)::int FROM customers'] },
  { id: 'G19', sql: ['SELECT nosuch(ssn) FROM customers'], expected: unsupported('this function is not supported') },
  { id: 'G20', sql: ['SELECT ssn + 1 FROM customers'], expected: ssn },
]

const ORACLES: readonly ReadCase[] = [
  { id: 'H1', sql: ["SELECT id FROM customers WHERE ssn LIKE '9%'"], expected: ssn },
  { id: 'H2', sql: ["SELECT id FROM customers WHERE ssn > '5'"], expected: ssn },
  { id: 'H2b', sql: ["SELECT id FROM customers WHERE ssn = '912-84-7731'"] },
  { id: 'H2c', sql: ["SELECT id FROM customers WHERE ssn IN ('912-84-7731','837-29-1164')"] },
  { id: 'H2d', sql: ["SELECT id FROM customers WHERE ssn <> '912-84-7731'"] },
  { id: 'H2e', sql: ["SELECT id FROM customers WHERE full_name = 'Quintessa Vandermolen'"], expected: on('full_name') },
  { id: 'H3', sql: ["SELECT count(*) FROM customers WHERE ssn ~ '^9'"], expected: ssn },
  { id: 'H3b', sql: ["SELECT count(*) FILTER (WHERE ssn LIKE '9%') FROM customers"], expected: ssn },
  { id: 'H4', sql: ["SELECT ssn = '912-84-7731' FROM customers"] },
  { id: 'H5', sql: ['SELECT n FROM customers c JOIN generate_series(48,57) n ON ascii(substr(c.ssn,1,1))=n WHERE c.id=1'], expected: ssn },
  { id: 'H6', sql: ['SELECT id FROM customers ORDER BY ssn'], expected: ssn },
  { id: 'H6b', sql: ['SELECT ssn FROM customers ORDER BY 1'], expected: ssn },
  { id: 'H6c', sql: ['SELECT ssn FROM customers ORDER BY id DESC LIMIT 2 OFFSET 1'] },
  { id: 'H7', sql: ['SELECT * FROM generate_series(1,99) LIMIT (SELECT ascii(ssn)-47 FROM customers WHERE id=1)'], expected: ssn },
  { id: 'H8', sql: ["SELECT id FROM customers WHERE ssn BETWEEN '8' AND '9'"], expected: ssn },
  { id: 'H9', sql: ['SELECT corr(salary,id), stddev(salary) FROM customers WHERE id IN (1,2)'] },
  { id: 'H10', sql: ["SELECT id FROM customers WHERE (ssn, id) < ('9', 3)"], expected: unsupported('the operator <') },
  { id: 'H11', sql: ['SELECT DISTINCT ON (left(ssn,1)) id FROM customers'], expected: ssn },
  { id: 'H12', sql: ['SELECT a.id FROM customers a JOIN customers b ON a.ssn = b.ssn'], isUnordered: true },
  { id: 'H12b', sql: ['SELECT a.id FROM customers a JOIN customers b USING (phone)'], isUnordered: true },
  { id: 'H12c', sql: ['SELECT a.id FROM customers a JOIN customers b ON a.ssn = b.phone'], expected: unsupported('comparison by = with public.customers.phone') },
  { id: 'H12d', sql: ['SELECT id FROM customers NATURAL JOIN (SELECT id, notes FROM customers) x'], expected: on('notes') },
  { id: 'H13', sql: ["SELECT id FROM customers EXCEPT SELECT id FROM customers WHERE ssn<'5'"], expected: ssn },
  { id: 'H14', sql: ["SELECT id FROM customers WHERE position('9' IN ssn) = 1 OR starts_with(ssn,'9')"], expected: ssn },
  { id: 'H15', sql: ["SELECT CASE WHEN ssn LIKE '9%' THEN pg_sleep(1) END FROM customers WHERE id=1"], expected: ssn },
  { id: 'H16', sql: ['SELECT id FROM customers c WHERE c = (SELECT d FROM customers d WHERE id=1)'], expected: unsupported('comparison by =') },
  { id: 'H17', sql: ["SELECT id FROM customers c WHERE c::text LIKE '%912%'"], expected: unsupported('LIKE') },
  { id: 'H18', sql: ["SELECT id FROM customers WHERE dob < '1970-01-01'"], expected: on('dob') },
  { id: 'H19', sql: ['SELECT id FROM customers WHERE ssn IS NULL', "SELECT id FROM customers WHERE notes = ''", "SELECT id FROM customers WHERE notes <> ''"] },
  { id: 'H20', sql: ["SELECT region, array_agg(ssn) FROM customers GROUP BY region HAVING max(ssn) > '8'"], expected: ssn },
]

export const READ_CASES: readonly ReadCase[] = [...RENAMING, ...EXPRESSIONS, ...AGGREGATES, ...CONTAINERS, ...COMBINED, ...SIDE_ROADS, ...ERRORS, ...ORACLES]
