/** Write statements that store a value as given unless it is sealed or refused: what the planner makes of each. */
import t from 'tap'
import { loadParser } from '../../src/sql/parser.js'
import { describePlan } from './support/fixture.js'

await loadParser()

const CASES: Readonly<Record<string, readonly (readonly [sql: string, plan: string])[]>> = {
  'W1': [
    ["INSERT INTO customers(id,full_name,ssn) VALUES (9,'n','900-'||'11')", '0A000 writing a computed value is not supported on the sealed column public.customers.ssn'],
  ],
  'W3': [
    ["INSERT INTO customers(id,full_name,ssn) VALUES (9,'n',$q$900-11$q$)", 'insert full_name, insert ssn, seal(full_name n), seal(ssn 900-11)'],
    [String.raw`INSERT INTO customers(id,full_name,ssn) VALUES (9,'n',E'900\x2d11')`, 'insert full_name, insert ssn, seal(full_name n), seal(ssn 900-11)'],
    [String.raw`INSERT INTO customers(id,full_name,ssn) VALUES (9,'n',U&'900\002d11')`, 'insert full_name, insert ssn, seal(full_name n), seal(ssn 900-11)'],
  ],
  'W5': [
    ["INSERT INTO customers(id,full_name,ssn) WITH v(s) AS (VALUES('900-11')) SELECT 9,'n',s FROM v", 'insert full_name, insert ssn, seal(ssn 900-11), seal(full_name n)'],
  ],
  'W7': [
    ["INSERT INTO customers(id,full_name,ssn) VALUES(1,'n','x') ON CONFLICT (id) DO UPDATE SET ssn='900-11'", 'insert full_name, insert ssn, overwrite ssn, seal(full_name n), seal(ssn x), seal(ssn 900-11)'],
  ],
  'W9': [
    ["UPDATE customers SET (ssn,phone)=('900-11','a@b')", 'overwrite phone, overwrite ssn, seal(ssn 900-11), seal(phone a@b)'],
  ],
  'W11': [
    ["UPDATE customers SET (ssn,phone)=ROW('900-11','x')", 'overwrite phone, overwrite ssn, seal(ssn 900-11), seal(phone x)'],
  ],
  'W13': [
    ["UPDATE customers SET ssn=CASE WHEN id=1 THEN '900-11' ELSE ssn END", 'copy ssn, overwrite ssn, seal(ssn 900-11)'],
  ],
  'W15': [
    ["UPDATE customers SET ssn=overlay(ssn placing '900-11' from 1)", '0A000 the function overlay is not supported on the sealed column public.customers.ssn'],
  ],
  'W17': [
    ["SELECT 1; INSERT INTO customers(id,full_name,ssn) VALUES(9,'n','900-11')", 'insert full_name, insert ssn, seal(full_name n), seal(ssn 900-11)'],
  ],
  'W19': [
    ["DO $$BEGIN INSERT INTO customers(id,full_name,ssn) VALUES(9,'n','900-11'); END$$", '0A000 pgveil cannot protect this statement: DO works on a protected table'],
  ],
  'W21': [
    [`INSERT INTO customers SELECT * FROM jsonb_populate_record(NULL::customers,'{"id":9}')`, '0A000 pgveil cannot protect this statement: the columns of the inserted query are not known'],
  ],
  'W23': [
    ["UPDATE v_customers SET s='900-11' WHERE i=1", 'overwrite ssn, seal(ssn 900-11)'],
  ],
  'W25': [
    ["ALTER TABLE customers ADD COLUMN ssn2 text DEFAULT '900-11'; UPDATE customers SET ssn=ssn2", '0A000 pgveil cannot protect this statement: it uses a relation that was changed in a transaction which is still open'],
  ],
  'W27': [
    ["UPDATE customers SET notes['ssn']='x'", '0A000 an assignment to a part of the value is not supported on the sealed column public.customers.notes'],
  ],
  'W31': [
    ['COPY customers(id,full_name,ssn) FROM STDIN', 'overwrite full_name, overwrite ssn'],
  ],
  'W33': [
    ["PREPARE p AS INSERT INTO customers(id,full_name,ssn) VALUES(9,'n',$1::text)", '0A000 pgveil cannot protect this statement: PREPARE with a value for a sealed column'],
  ],
}

for (const [name, cases] of Object.entries(CASES)) {
  void t.test(name, t => {
    for (const [sql, expected] of cases) t.equal(describePlan(sql), expected, sql)
    t.end()
  })
}
