/** Statements other than queries and changes of rows. */
import { same, unsupported } from './case.js'
import type { TwinCase } from './case.js'

export const UTILITIES: readonly TwinCase[] = [
  unsupported('copying to a new table of public.customers.name', 'create table cp as select * from customers'),
  same('create table cp2 as select id,region from customers'),
  unsupported('copying to a new table is not supported on the sealed column public.customers.name', 'select * into cp3 from customers'),
  unsupported('copying to a new table of public.customers.name', 'create temp table tt as select name from customers'),
  same('create view nv as select name, email from customers where id=1'),
  unsupported('copying to a new table of public.customers.name', 'create materialized view mv as select name from customers'),
  unsupported('the function max is not supported on the sealed column public.customers.email', 'explain select max(email) from customers'),
  same('table customers'),
  same('values ((select name from customers where id=1))'),
  same('lock table customers in share mode'),
  same('declare c1 cursor for select name from customers'),
  same('begin; declare c1 cursor for select name from customers where id=1; fetch c1; commit'),
  same("begin; update customers set name='tx' where id=1; rollback"),
  same('truncate nothing'),
  same('analyze customers'),
  same('show search_path'),
]
