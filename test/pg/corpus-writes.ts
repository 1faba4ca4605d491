/**
 * Statements that write to protected columns in every shape; each would store its literal as given unless it is sealed or
 * refused. Ids are those of the collection that the cases come from; a letter behind the number marks a variant, X our own.
 */

export interface WriteCase {
  readonly id: string
  readonly sql: readonly string[]
  /** What the client streams when a COPY asks for it. */
  readonly copy?: string
  /** Parameters of the last statement, which is then run by the extended protocol. */
  readonly params?: readonly (string | null)[]
  /** Absent: the table ends up as the twin does. Else nothing is changed, and the message holds this. */
  readonly refused?: { readonly sqlState: string; readonly reason: string }
  /** Run by itself before; the twin gets it too. Past the proxy, as superuser. */
  readonly before?: string
  readonly after?: string
}

const INTO = 'INSERT INTO customers(id,full_name,ssn)'
const cannot = (reason: string): NonNullable<WriteCase['refused']> => ({ sqlState: '0A000', reason })

const INSERTS: readonly WriteCase[] = [
  { id: 'W1', sql: [`${INTO} VALUES (9,'n','900-'||'11')`], refused: cannot('writing a computed value') },
  { id: 'W1b', sql: [`${INTO} VALUES (9,'n','900-11')`] },
  { id: 'W2', sql: [`${INTO} VALUES ($1,$2,$3)`], params: ['9', 'n', '900-11'] },
  { id: 'W3', sql: [`${INTO} VALUES (9,'n',$q$900-11$q$)`] },
  { id: 'W3b', sql: [`${INTO} VALUES (9,'n',E'900\\x2d11')`] },
  { id: 'W3c', sql: [`${INTO} VALUES (9,U&'\\006e',U&'900\\002d11')`] },
  { id: 'W3d', sql: [`${INTO} VALUES (9,U&'!006e' UESCAPE '!',U&'900!002d11' UESCAPE '!')`] },
  { id: 'W4', sql: [`${INTO} VALUES (9,'n','900-11'),(10,'m','900-12'),(11,'o',NULL)`] },
  { id: 'W5', sql: [`WITH v(s) AS (VALUES('900-11')) ${INTO} SELECT 9,'n',s FROM v`] },
  { id: 'W6', sql: [`${INTO} SELECT 9,'n','900-11'`] },
  { id: 'W6b', sql: [`${INTO} SELECT 9,'n','900-11' WHERE NOT EXISTS (SELECT FROM customers WHERE ssn = '900-11')`] },
  { id: 'W6c', sql: [`${INTO} SELECT * FROM (VALUES (9,'n','900-11'),(10,'m','900-12')) AS v(a,b,c)`] },
  { id: 'W7', sql: [`${INTO} VALUES(1,'n','x') ON CONFLICT (id) DO UPDATE SET ssn='900-11'`] },
  { id: 'W8', sql: [`${INTO} VALUES(1,'n','900-11') ON CONFLICT (id) DO UPDATE SET ssn=EXCLUDED.ssn, full_name=EXCLUDED.full_name RETURNING id, ssn`] },
  { id: 'W8b', sql: ["INSERT INTO customers(id,full_name,email) VALUES(9,'n','wolfhart@canary-four.example') ON CONFLICT (email) DO UPDATE SET phone='900-11'"] },
  { id: 'W8c', sql: ["INSERT INTO customers(id,full_name,email) VALUES(9,'n','wolfhart@canary-four.example') ON CONFLICT DO NOTHING"] },
  { id: 'W8d', sql: ["INSERT INTO customers(id,full_name,email) VALUES(9,'n','wolfhart@canary-four.example')"] },
  { id: 'W16', sql: [`INSERT INTO customers VALUES (9,'n','e@900-11',NULL,'900-11','1999-12-31',5,'note 900-11',ARRAY['t'],'r')`] },
  { id: 'W16b', sql: [`INSERT INTO customers VALUES (9,'n',DEFAULT,DEFAULT,'900-11')`] },
  { id: 'W17', sql: [`SELECT 1; ${INTO} VALUES(9,'n','900-11')`] },
  { id: 'W18', sql: [`WITH i AS (${INTO} VALUES(9,'n','900-11') RETURNING id, ssn) SELECT * FROM i`] },
  { id: 'W19', sql: [`DO $$BEGIN ${INTO} VALUES(9,'n','900-11'); END$$`], refused: cannot('DO works on a protected table') },
  { id: 'W20', sql: [`${INTO} SELECT a,b,c FROM UNNEST($1::int[],$2::text[],$3::text[]) AS u(a,b,c)`], params: ['{9,10}', '{n,m}', '{900-11,NULL}'] },
  {
    id: 'W21', refused: cannot('the columns of the inserted query'),
    sql: [`INSERT INTO customers SELECT * FROM jsonb_populate_record(NULL::customers,'{"id":9,"full_name":"n","ssn":"900-11"}')`],
  },
  { id: 'W29', sql: [`${INTO} VALUES(9,'n','900'\n      '-11')`] },
  { id: 'W33', sql: [`PREPARE p AS ${INTO} VALUES(9,'n',$1::text)`, "EXECUTE p('900-11')", 'DEALLOCATE p'], refused: cannot('PREPARE with a value for a sealed column') },
  { id: 'W33b', sql: [`${INTO} VALUES(9,'n',$1::text)`], params: ['900-11'] },
  { id: 'W33c', sql: [`${INTO} VALUES(9,'n',CAST($1 AS varchar))`], params: ['900-11'] },
  { id: 'W34', sql: [`${INTO} VALUES(9,'n','900-11'::varchar(3))`] },
  { id: 'W34b', sql: [`${INTO} VALUES(9,'n',$1::varchar(3))`], params: ['900-11'] },
  { id: 'W34c', sql: [`${INTO} VALUES(9,'n','900-11'::text COLLATE "C")`] },
  { id: 'W35', sql: [`${INTO} VALUES(9,'n',upper('900-11'))`], refused: cannot('writing a computed value') },
  { id: 'W36', sql: [`${INTO} VALUES(9,'n',(SELECT '900-11'))`] },
  { id: 'W37', sql: [`${INTO} VALUES(9,'n',coalesce(NULL,'900-11'))`] },
  { id: 'W38', sql: ["INSERT INTO customers(id,full_name,notes,dob) VALUES(9,'n','','2001-02-03')"] },
  { id: 'W38b', sql: ["INSERT INTO customers(id,full_name,dob) VALUES(9,'n',date '2001-02-03')"] },
  { id: 'W38c', sql: ["INSERT INTO customers(id,full_name,dob) VALUES(9,'n','2001-02-30')"] },
  { id: 'W38d', sql: ["INSERT INTO customers(id,full_name,dob) VALUES(9,'n','not a day')"] },
  { id: 'W39', sql: [`${INTO} VALUES(9,'n','')`] },
  { id: 'W39b', sql: [`${INTO} VALUES(9,NULL,'900-11')`] },
  { id: 'W40', sql: [`${INTO} VALUES(9,'n',9001)`] },
  { id: 'W41', sql: [`${INTO} SELECT 9,'n',region FROM customers WHERE id=1`], refused: cannot('writing a computed value') },
  { id: 'W42', sql: ['INSERT INTO v_customers VALUES (9,\'900-11\')'] },
]

const UPDATES: readonly WriteCase[] = [
  { id: 'W9', sql: ["UPDATE customers SET (ssn,phone)=('900-11','a@b') WHERE id=1"] },
  { id: 'W10', sql: ["UPDATE customers SET (ssn,phone)=(SELECT '900-11','x') WHERE id=1"] },
  { id: 'W11', sql: ["UPDATE customers SET (ssn,phone)=ROW('900-11','x') WHERE id=2"] },
  { id: 'W12', sql: ["UPDATE customers SET ssn=v.s FROM (VALUES (1,'900-11'),(2,'900-12')) v(i,s) WHERE id=v.i"] },
  { id: 'W13', sql: ["UPDATE customers SET ssn=CASE WHEN id=1 THEN '900-11' ELSE ssn END"] },
  { id: 'W14', sql: ["UPDATE customers SET ssn=coalesce(ssn,'900-11'), notes=NULL WHERE id IN (3,4)"] },
  { id: 'W15', sql: ["UPDATE customers SET ssn=overlay(ssn placing '900-11' from 1)"], refused: cannot('overlay') },
  { id: 'W15b', sql: ["UPDATE customers SET ssn=ssn||'900-11'"], refused: cannot('writing a row, array or document') },
  { id: 'W15c', sql: ['UPDATE customers SET email=lower(email)'], refused: cannot('lower') },
  { id: 'W15d', sql: ['UPDATE customers SET email=phone'], refused: cannot('writing a value of public.customers.phone') },
  { id: 'W15e', sql: ['UPDATE customers SET ssn=region'], refused: cannot('writing a computed value') },
  { id: 'W15f', sql: ['UPDATE customers a SET ssn=b.ssn FROM customers b WHERE a.id=1 AND b.id=2'] },
  { id: 'W22', sql: ['UPDATE customers SET ssn=$1, full_name=$2, dob=$3 WHERE email=$4 RETURNING ssn, dob'], params: ['900-11', 'new', '1960-01-01', 'wolfhart@canary-four.example'] },
  { id: 'W23', sql: ["UPDATE v_customers SET s='900-11' WHERE i=1"] },
  { id: 'W24', sql: ["MERGE INTO customers c USING (VALUES (1,'900-11'),(9,'900-12')) v(i,s) ON c.id=v.i WHEN MATCHED THEN UPDATE SET ssn=v.s WHEN NOT MATCHED THEN INSERT (id,full_name,ssn) VALUES (v.i,'n',v.s)"], refused: cannot('MERGE') },
  { id: 'W25b', sql: ["ALTER TABLE customers ALTER COLUMN ssn SET DEFAULT '900-11'"], refused: cannot('on public.customers') },
  { id: 'W25c', sql: ['ALTER TABLE customers ALTER COLUMN ssn TYPE varchar(3)'], refused: cannot('on public.customers') },
  { id: 'W26', sql: ["UPDATE ONLY customers AS k SET ssn=DEFAULT WHERE k.ssn='912-84-7731'"] },
  { id: 'W27', sql: ["UPDATE customers SET notes['ssn']='\"900-11\"'"], refused: cannot('an assignment to a part of the value') },
  { id: 'W28', sql: ["UPDATE customers SET notes = ARRAY['900-11']"], refused: cannot('writing a row, array or document') },
  { id: 'W30', sql: ["UPDATE customers_2019 SET ssn='900-11'"] },
  { id: 'W30b', sql: ["UPDATE customers SET ssn='900-11' WHERE ssn='655-10-4482'"] },
]

const COPIES: readonly WriteCase[] = [
  { id: 'W31', sql: ['COPY customers(id,full_name,ssn) FROM STDIN'], copy: '9\tn\t900-11\n10\tm\\tx\t\\N\n' },
  { id: 'W31b', sql: ["COPY customers(ssn,id,full_name) FROM STDIN (FORMAT csv, HEADER, DELIMITER ';', NULL 'nil')"], copy: 'ssn;id;full_name\n"900-11";9;"a ""n"";\nb"\nnil;10;m\n' },
  { id: 'W31c', sql: ['COPY customers FROM STDIN'], copy: '9\tn\te@900-11\t\\N\t900-11\t1999-12-31\t5\tnote\\n900-11\t{t}\tr\n' },
  { id: 'W31d', sql: ['COPY customers(id,full_name,dob) FROM STDIN'], copy: '9\tn\t2001-02-30\n' },
  { id: 'W31e', sql: ['COPY customers(id,full_name,ssn) FROM STDIN (FORMAT binary)'], copy: '', refused: cannot('COPY in binary format') },
  { id: 'W31f', sql: ['COPY customers(id,full_name,ssn) FROM STDIN'], copy: 'x\tn\t900-11\n' },
  { id: 'W31g', sql: ["COPY customers FROM PROGRAM 'echo'"], refused: cannot('a file or program of the server') },
  { id: 'W31h', sql: ['COPY customers(id,full_name,ssn) FROM STDIN'], copy: '9\tn\t\n\\.\n' },
]

const TRIGGER = `
CREATE FUNCTION normalise() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.email = lower(NEW.email); RETURN NEW; END$$;
CREATE TRIGGER normalise BEFORE INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION normalise()`
const NO_TRIGGER = 'DROP FUNCTION IF EXISTS normalise CASCADE'

/** Code in the database that came behind the proxy's back: the guard refuses what it did to a sealed value. */
const DATABASE_CODE: readonly WriteCase[] = [
  { id: 'X1', before: TRIGGER, after: NO_TRIGGER, sql: ["INSERT INTO customers(id,full_name,email) VALUES (9,'n','Upper@900-11')"], refused: { sqlState: '23514', reason: 'sealed' } },
  { id: 'X2', before: TRIGGER, after: NO_TRIGGER, sql: ['UPDATE customers SET region = $1 WHERE id = 1'], params: ['x'], refused: { sqlState: '23514', reason: 'sealed' } },
  {
    id: 'W25', refused: cannot('writing a computed value'),
    before: "ALTER TABLE customers ADD COLUMN ssn2 text DEFAULT 'of no one'", after: 'ALTER TABLE customers DROP COLUMN ssn2',
    sql: ['UPDATE customers SET ssn=ssn2'],
  },
  { id: 'X3', before: 'ALTER TABLE customers ADD COLUMN extra text', after: 'ALTER TABLE customers DROP COLUMN extra', sql: ["INSERT INTO customers(id,full_name,extra) VALUES (9,'n','plain')"] },
]

export const WRITE_CASES: readonly WriteCase[] = [...INSERTS, ...UPDATES, ...COPIES, ...DATABASE_CODE]
