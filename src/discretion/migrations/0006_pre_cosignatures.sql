-- 0006: the lines by which outside witnesses have cosigned a ledger's checkpoints, each kept once, as the witness wrote it. The keeper has
-- verified each before it stood here.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table ledger.cosignature (
  property_id uuid not null, size bigint not null, witness text not null check (length(witness) <= 200),
  line text not null check (length(line) <= 8000), at timestamptz not null,
  primary key (property_id, size, witness),
  foreign key (property_id, size) references ledger.checkpoint (property_id, size)
);

create trigger append_only before update or delete on ledger.cosignature for each row execute function ledger.refuse();
create trigger append_only_truncate before truncate on ledger.cosignature for each statement execute function ledger.refuse();
alter table ledger.cosignature enable always trigger append_only;
alter table ledger.cosignature enable always trigger append_only_truncate;

grant select, insert on ledger.cosignature to discretion_keeper;
grant select on ledger.cosignature to discretion_auditor;
