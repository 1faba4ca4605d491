/** Every form in which a constant can be written. */
import { same, unsupported } from './case.js'
import type { TwinCase } from './case.js'

export const LITERALS: readonly TwinCase[] = [
  same("insert into customers(id,name) values (41,$q$dollar$q$),(42,E'e\\x41'),(43,U&'\\0041u'),(44,N'nat') returning id,name"),
  same(`insert into customers(id,name) values (45,'a'
'b') returning name`),
  same("insert into customers(id,name) values (46,'x'::text),(47,'toolong'::varchar(3)),(48,cast('c' as text)) returning name"),
  same("insert into customers(id,email) values (49,'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')"),
  same("insert into customers(id,email) values (49,'erika@x.de')"),
  same("insert into customers(id,dob) values (50,'2024-02-30')"),
  same("insert into customers(id,dob) values (50,'x')"),
  same("insert into customers(id,dob) values (50,date '2024-02-29') returning dob"),
  same("insert into customers(id,dob) values (51,'20240229'::date) returning dob"),
  same("insert into customers(id,name) values (52,(select 'sub'))"),
  same('insert into customers(id,name) values (53,(select name from customers where id=1)) returning name'),
  unsupported('writing a computed value is not supported on the sealed column public.customers.name', "insert into customers(id,name) values (54,concat('a','b'))"),
  same('insert into customers(id,name) values (55,42)'),
  unsupported('writing a computed value is not supported on the sealed column public.customers.name', 'insert into customers(id,name) values (56,true)'),
  same('insert into customers(id,name) values (81,$q$dollar$q$) returning name'),
  same("insert into customers(id,name) values (82,E'e\\x41\\'') returning name"),
  same("insert into customers(id,name) values (83,U&'\\0041u') returning name"),
  same("insert into customers(id,name) values (84,U&'!0041u' uescape '!') returning name"),
  same("insert into customers(id,name) values (85,N'nat') returning name"),
  unsupported('writing a computed value is not supported on the sealed column public.customers.name', "insert into customers(id,name) values (86,b'101') returning name"),
  unsupported('writing a computed value is not supported on the sealed column public.customers.name', "insert into customers(id,name) values (87,x'1F') returning name"),
  same('insert into customers(id,name) values (88,1.5) returning name'),
  same('insert into customers(id,name) values (89,-7) returning name'),
  same("insert into customers(id,name) values (90,'it''s') returning name"),
  same("insert into customers(id,name) values (91,$$a'b$$), (92,null), (93,'') returning name"),
  same("insert into customers(id,name) values (94,'äöü😀') returning name"),
  same("/* ä */ insert /* ü */ into customers(id,name) values (95,'ä') /* x */ returning name -- done"),
]
