-- 0006: what outsiders hold against a ledger. The lines by which witnesses have cosigned its checkpoints, each kept once, as the witness wrote
-- it; the keeper has verified each before it stood here. And ledgers that were closed because they no longer agree with what was signed:
-- their rows stay as evidence, under the number of the ledger they were, and a successor begins in their place.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table ledger.cosignature (
  property_id uuid not null, size bigint not null, witness text not null check (length(witness) <= 200),
  line text not null check (length(line) <= 8000), at timestamptz not null,
  primary key (property_id, size, witness)
);

create trigger append_only before update or delete on ledger.cosignature for each row execute function ledger.refuse();
create trigger append_only_truncate before truncate on ledger.cosignature for each statement execute function ledger.refuse();
alter table ledger.cosignature enable always trigger append_only;
alter table ledger.cosignature enable always trigger append_only_truncate;

grant select, insert on ledger.cosignature to discretion_keeper;
grant select on ledger.cosignature to discretion_auditor;

create table ledger.closed_head (
  property_id uuid not null, number int not null check (number > 0), closed_at timestamptz not null default clock_timestamp(),
  origin text not null, vkey text not null, size bigint not null, root bytea not null, stack bytea not null,
  primary key (property_id, number)
);
create table ledger.closed_entry (like ledger.entry, number int not null check (number > 0), primary key (property_id, number, idx));
create table ledger.closed_checkpoint (like ledger.checkpoint, number int not null check (number > 0), primary key (property_id, number, size));
create table ledger.closed_cosignature (like ledger.cosignature, number int not null check (number > 0), primary key (property_id, number, size, witness));

do $$
declare t text;
begin
  foreach t in array array['ledger.closed_head', 'ledger.closed_entry', 'ledger.closed_checkpoint', 'ledger.closed_cosignature'] loop
    execute format('create trigger append_only before update or delete on %s for each row execute function ledger.refuse()', t);
    execute format('create trigger append_only_truncate before truncate on %s for each statement execute function ledger.refuse()', t);
    execute format('alter table %s enable always trigger append_only', t);
    execute format('alter table %s enable always trigger append_only_truncate', t);
  end loop;
end $$;

-- Close a ledger and let an empty one with another key take its place. For the administrator alone, while nothing runs: it lifts the
-- triggers that keep everybody else from this, and puts them back. `key` is the successor's, wrapped; the old one stays beside it.
create function ledger.close(p uuid, successor_origin text, successor_vkey text, key bytea) returns int
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
  update ledger.sequence set last_idx = -1 where property_id = p;  -- where a guest's last entry stands in the successor: nowhere yet
  update keys.property_key set name = 'ledger.' || closed where property_id = p and name = 'ledger';
  insert into keys.property_key (property_id, name, wrapped) values (p, 'ledger', key);
  return closed;
end $$;
revoke all on function ledger.close from public;

grant select on ledger.closed_head, ledger.closed_checkpoint to discretion_keeper;
grant select on ledger.closed_head, ledger.closed_checkpoint, ledger.closed_cosignature to discretion_auditor;
grant select (property_id, number, idx, leaf, leaf_hash) on ledger.closed_entry to discretion_auditor;
