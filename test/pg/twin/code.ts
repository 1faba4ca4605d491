/** Code inside the database. Each case has a connection of its own, since such code leaves the search_path in doubt. */
import { refused, same, unsupported } from './case.js'
import type { TwinCase } from './case.js'

export const CODE: readonly TwinCase[] = [
  unsupported('it uses a relation that was changed in a transaction which is still open', ['alter table customers add column nick text', "update customers set nick = 'x' where id = 1", 'select id, nick from customers order by id']),
  unsupported('RENAME of a schema with protected tables', 'alter schema public rename to old'),
  unsupported('CREATE TRIGGER on public.customers', 'create trigger t before insert on customers for each row execute function suppress_redundant_updates_trigger()'),
  unsupported('CREATE FUNCTION with code that works on a protected table', "create function f() returns void language sql as 'update customers set name = lower(name)'"),
  unsupported('CREATE FUNCTION with code that works on a protected table', ["create function f() returns void language sql begin atomic update customers set name = 'x'; end", 'select f()']),
  unsupported('CREATE FUNCTION with code that works on a protected table', ["create function f() returns text language sql begin atomic select name from customers where email = 'bob@x.de'; end", 'select f()']),
  unsupported('this function is not supported on the sealed column public.customers.name', ["create function f(customers) returns text language sql as 'select $1.name || ''x'''", 'select f(c) from customers c']),
  unsupported('writing a computed value is not supported on the sealed column public.customers.name', ["create function f(text) returns text language sql as 'select $1'", "update customers set name = f('x')"]),
  unsupported('this function is not supported on the sealed column public.customers.name', ["create function f(text) returns text language sql as 'select $1'", 'select f(name) from customers']),
  unsupported('DO works on a protected table', "do $$ begin update customers set name = 'x'; end $$"),
  // The guard in the database.
  refused('23514', 'customers_name_sealed', "do $$ begin execute 'update cus' || 'tomers set name = ''x'''; end $$"),
  same("do $$ begin raise notice 'x'; end $$"),
  same("call no_such('x')"),
  same(['prepare p(int) as select name from customers where id = $1', 'execute p(1)']),
  unsupported('PREPARE with a value for a sealed column', ["prepare p as select id from customers where email = 'bob@x.de'", 'execute p']),
  unsupported('PREPARE with a value for a sealed column', ["prepare p as update customers set name = 'x'", 'execute p']),
  unsupported('copying the rows of a prepared statement to a new table', ['prepare p as select id, name from customers order by id', 'create table k as execute p']),
  same(['prepare p as select id, region from customers order by id', 'create table k as execute p', 'select * from k order by id']),
  same('execute no_such'),
  unsupported('it uses a relation that was changed in a transaction which is still open', ['alter table visits detach partition visits_s', "insert into visits_s values (20, 's', 'plain')", "select who from visits_s where who = 'ann'"]),
]
