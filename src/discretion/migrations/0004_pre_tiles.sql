-- 0004: the full tiles of each ledger, each kept once and never changed. What is not full yet is read from the entries, so that nothing
-- is written for it. ledger.tile.root is the hash that the tile has in the level above.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table ledger.tile (
  property_id uuid not null, level smallint not null check (level between 0 and 63), n bigint not null check (n >= 0),
  root bytea not null check (octet_length(root) = 32), data bytea not null check (octet_length(data) = 8192),
  primary key (property_id, level, n)
);
alter table ledger.tile alter column data set storage external;  -- hashes do not compress

create trigger append_only before update or delete on ledger.tile for each row execute function ledger.refuse();
create trigger append_only_truncate before truncate on ledger.tile for each statement execute function ledger.refuse();
alter table ledger.tile enable always trigger append_only;
alter table ledger.tile enable always trigger append_only_truncate;

grant select, insert on ledger.tile to discretion_keeper;
grant select on ledger.tile to discretion_auditor;
