/** INSERT, with and without ON CONFLICT. */
import { same, unsupported } from './case.js'
import type { TwinCase } from './case.js'

export const INSERTS: readonly TwinCase[] = [
  same("insert into customers(id,name,email) values (20,'I20','i20@x.de') on conflict (email) do nothing returning id"),
  same("insert into customers(id,name,email) values (21,'I21','i20@x.de') on conflict (email) do update set name=excluded.name returning id,name"),
  same("insert into customers(id,name,email) values (20,'I22','i22@x.de') on conflict (id) do update set name='lit', email=excluded.email where customers.email='i20@x.de' returning id,name,email"),
  same("insert into customers(id,name) select 30,'S30' returning name"),
  unsupported('writing a row, array or document is not supported on the sealed column public.customers.email', "insert into customers(id,name,email) select id+100,name,email||'x' from customers where id=1"),
  same('insert into customers(id,name) select id+100,name from customers where id=1 returning name'),
  same("insert into customers(id,name) with w as (select 'W'::text as n) select 31,n from w returning name"),
  same('insert into customers values (40,default,default,default,default,default) returning *'),
  same("insert into customers(id,name) select unnest(array[60,61]), unnest(array['u60','u61']) returning name"),
  same("insert into customers select 62,'p',null,null,null,null returning *"),
  unsupported('writing a row, array or document is not supported on the sealed column public.customers.name', "insert into customers as c (id,name) values (96,'alias') on conflict (id) do update set name=excluded.name||'x'"),
  same("insert into customers as c (id,name) values (96,'alias') on conflict (id) do update set name=excluded.name where c.name is not null returning c.name"),
  same("insert into customers(id,name,email) values (97,'n','c97@x.de') on conflict on constraint customers_email_key do update set name='q' returning *"),
]
