-- 0007: who outside may read a property's ledger in its published form: an auditor, a mirror, a witness. Only the SHA-256 of a reader's key
-- is kept. A key is ended and never forgotten; giving one and ending it are captured as facts are, so each is an entry in the ledger.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table hotel.ledger_reader (
  property_id uuid not null references hotel.property (property_id),
  reader_id uuid not null, name text not null check (length(name) between 1 and 80),
  key_hash bytea not null check (octet_length(key_hash) = 32),
  from_at timestamptz not null default clock_timestamp(), ended_at timestamptz,
  primary key (property_id, reader_id)
);
create unique index ledger_reader_by_name on hotel.ledger_reader (property_id, name) where ended_at is null;

create trigger capture_insert after insert on hotel.ledger_reader referencing new table as new_rows
  for each statement execute function ledger.capture_insert('ledger_reader');
create trigger capture_update after update on hotel.ledger_reader referencing old table as old_rows new table as new_rows
  for each statement execute function ledger.capture_update('ledger_reader');
create trigger capture_delete after delete on hotel.ledger_reader referencing old table as old_rows
  for each statement execute function ledger.capture_delete('ledger_reader');
create trigger refuse_truncate before truncate on hotel.ledger_reader for each statement execute function ledger.refuse();
alter table hotel.ledger_reader enable always trigger capture_insert;
alter table hotel.ledger_reader enable always trigger capture_update;
alter table hotel.ledger_reader enable always trigger capture_delete;
alter table hotel.ledger_reader enable always trigger refuse_truncate;

grant select, insert on hotel.ledger_reader to discretion_office;
grant update (ended_at) on hotel.ledger_reader to discretion_office;
