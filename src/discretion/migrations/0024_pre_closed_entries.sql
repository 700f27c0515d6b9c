-- 0024: a guest's list goes back beyond a closed ledger. Its entries are found by the guest's key and proved by the tiles that were under its
-- checkpoints; a guest's question names the ledger that an entry stands in; and the index of entries by guest ends with the ledger it is of.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- what is read of a closed ledger
create index closed_entry_by_guest on ledger.closed_entry (property_id, guest_key_id, number, idx);
create table ledger.closed_tile (         -- the hash that each full tile of a closed ledger has in the level above, as it was when it was closed
  property_id uuid not null, number int not null check (number > 0), level smallint not null, n bigint not null, root bytea not null,
  primary key (property_id, number, level, n)
);
create trigger append_only before update or delete on ledger.closed_tile for each row execute function ledger.refuse();
create trigger append_only_truncate before truncate on ledger.closed_tile for each statement execute function ledger.refuse();
alter table ledger.closed_tile enable always trigger append_only;
alter table ledger.closed_tile enable always trigger append_only_truncate;

-- Close a ledger and let an empty one with another key take its place; as it was, and with the tiles kept and the index by guest begun anew: an
-- index that outlived its ledger would name entries of others.
create or replace function ledger.close(p uuid, successor_origin text, successor_vkey text, key bytea) returns int
language plpgsql set search_path = pg_catalog as $$
declare
  closed int := (select count(*) + 1 from ledger.closed_head where property_id = p);
  t text;
begin
  insert into ledger.closed_head (property_id, number, origin, vkey, size, root, stack)
  select property_id, closed, origin, vkey, size, root, stack from ledger.head where property_id = p;
  insert into ledger.closed_entry select e.*, closed from ledger.entry e where property_id = p;
  insert into ledger.closed_checkpoint select c.*, closed from ledger.checkpoint c where property_id = p;
  insert into ledger.closed_cosignature select c.*, closed from ledger.cosignature c where property_id = p;
  insert into ledger.closed_tile (property_id, number, level, n, root)
  select property_id, closed, level, n, root from ledger.tile where property_id = p;
  foreach t in array array['cosignature', 'checkpoint', 'tile', 'entry', 'head'] loop
    execute format('alter table ledger.%I disable trigger user', t);
    if t <> 'head' then
      execute format('delete from ledger.%I where property_id = $1', t) using p;
    end if;
  end loop;
  update ledger.head set origin = successor_origin, vkey = successor_vkey, size = 0, root = sha256(''), stack = '' where property_id = p;
  for t in select format('alter table %s enable always trigger %I', g.tgrelid::regclass, g.tgname) from pg_trigger g
            where not g.tgisinternal and g.tgrelid in ('ledger.cosignature'::regclass, 'ledger.checkpoint'::regclass,
                  'ledger.tile'::regclass, 'ledger.entry'::regclass, 'ledger.head'::regclass) loop
    execute t;
  end loop;
  delete from ledger.guest_entry where property_id = p;
  update ledger.guest_index set next_idx = 0 where property_id = p;
  update ledger.sequence set last_idx = -1 where property_id = p;  -- where a guest's last entry stands in the successor: nowhere yet
  update keys.property_key set name = 'ledger.' || closed where property_id = p and name = 'ledger';
  insert into keys.property_key (property_id, name, wrapped) values (p, 'ledger', key);
  return closed;
end $$;

-- Where a ledger was closed before this: the index is made again from the successor's entries, with the next checkpoint.
delete from ledger.guest_entry g using ledger.closed_head h where g.property_id = h.property_id;
update ledger.guest_index i set next_idx = 0 from ledger.closed_head h where i.property_id = h.property_id;

-- ---------------------------------------------------------------------------------------------------------- what is known beside it
-- The number of the closed ledger that the entry stands in; 0: the ledger that was in use when the question was asked.
alter table hotel.entry_question add column ledger int not null default 0 check (ledger >= 0);

-- Which ledgers of a hotel were closed: number, origin, when.
create function hotel.closed_ledgers(p uuid) returns table (number int, origin text, closed_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
  select h.number, h.origin, h.closed_at from ledger.closed_head h where h.property_id = p
$$;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select on ledger.closed_entry, ledger.closed_tile to discretion_keeper;
grant execute on function hotel.closed_ledgers to discretion_office;
