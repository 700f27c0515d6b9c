-- name: as_it_stands
-- One moment of the whole database, in which nothing can be changed; and one way of writing values, whatever the server's usual one is.
begin isolation level repeatable read read only

-- name: plainly
set local role discretion_owner; set local statement_timeout = 0; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';
set local timezone = 'UTC'; set local extra_float_digits = 1; set local bytea_output = 'hex'

-- name: tables
-- Every table of ours with the columns that are stored and not computed, and about how many rows it has.
select c.relnamespace::regnamespace || '.' || c.relname, array_agg(a.attname::text order by a.attnum), greatest(c.reltuples, 0)::bigint
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
 where c.relnamespace::regnamespace::text in ('hotel', 'vault', 'keys', 'ledger') and c.relkind = 'r'
 group by c.oid order by 1

-- name: heads
select encode(uuid_send(property_id), 'hex'), size, encode(root, 'hex') from ledger.head order by 1

-- name: applied
select name, encode(sha256, 'hex') from migrations.applied order by name

-- name: foreign_keys
-- What says which rows belong together; and how it is made again.
select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint
 where contype = 'f' and connamespace::regnamespace::text in ('hotel', 'vault', 'keys', 'ledger') order by 1, 2

-- name: triggers
-- Every trigger of ours; each is always on, also for its owner and in replicas.
select tgrelid::regclass::text, quote_ident(tgname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
 where not tgisinternal and c.relnamespace::regnamespace::text in ('hotel', 'vault', 'keys', 'ledger') and tgenabled = 'A' order by 1, 2

-- name: other_triggers
-- Triggers in another state than that: loading would not know how to put them back.
select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid
 where not tgisinternal and c.relnamespace::regnamespace::text in ('hotel', 'vault', 'keys', 'ledger') and tgenabled <> 'A'

-- name: keys_beside
-- Where the keys of a key part wait: it may be newer than the data.
create temporary table guest_key_beside (like keys.guest_key) on commit drop

-- name: keys_back
-- To each guest of the data the same key as then, if it still was there when the key part was made. Counters stay those of the data.
update keys.guest_key k set wrapped = b.wrapped from pg_temp.guest_key_beside b
 where b.property_id = k.property_id and b.guest_id = k.guest_id and b.key_id = k.key_id

-- name: keys_gone
-- Keys that were destroyed between the data and the key part.
select count(*) from keys.guest_key where wrapped = ''
