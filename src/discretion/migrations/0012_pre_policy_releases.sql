-- 0009: releases of the policy. A proposal and its exact bytes are kept for ever; signatures are added to it; the keeper alone brings one into
-- force, after it has verified every signature itself. What stands in `state` is for people to read: nothing is decided by it alone.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table hotel.policy_signer (        -- whose key may sign, in which role: registered by the keeper's operator, never by the house
  property_id uuid not null references hotel.property (property_id),
  public_key bytea not null check (octet_length(public_key) = 32),
  signer_id uuid not null, role text not null,
  at timestamptz not null default clock_timestamp(), ended_at timestamptz,
  primary key (property_id, public_key),
  foreign key (property_id, signer_id) references hotel.staff (property_id, staff_id)
);
create table hotel.policy_text (          -- the exact bytes behind a hash
  property_id uuid not null references hotel.property (property_id),
  hash bytea not null check (hash = sha256(body)), body bytea not null check (octet_length(body) between 1 and 262144),
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, hash)
);
create table hotel.policy_release (
  property_id uuid not null references hotel.property (property_id),
  release_id uuid not null, number int not null check (number > 0),
  hash bytea not null, author_id uuid not null,
  kind text not null check (kind in ('regular', 'tightening')),
  engine text not null check (length(engine) between 1 and 40),
  previous bytea not null check (octet_length(previous) = 32), previous_id uuid,   -- what was in force when it was proposed; no id: what the keeper was started with
  activate_at timestamptz not null check (activate_at = date_trunc('second', activate_at)),
  note text not null check (length(btrim(note)) between 3 and 500),
  report jsonb not null check (pg_column_size(report) < 262144),  -- checks, difference and replay, as the author's machine found them
  state text not null default 'proposed' check (state in ('proposed', 'signed', 'active', 'superseded', 'withdrawn')),
  at timestamptz not null default clock_timestamp(), activated_at timestamptz, ended_at timestamptz,
  primary key (property_id, release_id), unique (property_id, number),
  foreign key (property_id, hash) references hotel.policy_text (property_id, hash),
  foreign key (property_id, author_id) references hotel.staff (property_id, staff_id),
  foreign key (property_id, previous_id) references hotel.policy_release (property_id, release_id),
  check (hash <> previous), check ((state in ('active', 'superseded')) = (activated_at is not null)),
  check ((state in ('superseded', 'withdrawn')) = (ended_at is not null))
);
create unique index policy_release_one_active on hotel.policy_release (property_id) where state = 'active';
create index policy_release_waiting on hotel.policy_release (property_id, activate_at) where state = 'signed';

create table hotel.release_signature (    -- append only; over `statement` of discretion.policy.release
  property_id uuid not null, release_id uuid not null, signer_id uuid not null, as_role text not null,
  public_key bytea not null, signature bytea not null check (octet_length(signature) = 64),
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, release_id, signer_id), unique (property_id, release_id, public_key),
  foreign key (property_id, release_id) references hotel.policy_release (property_id, release_id),
  foreign key (property_id, public_key) references hotel.policy_signer (property_id, public_key)
);

-- A signature is taken only from a registered key, in a role its person holds today, never from the author.
create function hotel.signature_allowed() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare r record;
begin
  select * into r from hotel.policy_release q where q.property_id = new.property_id and q.release_id = new.release_id for update;
  if r.state is null or r.state not in ('proposed', 'signed') then
    raise exception 'the release is not open to signatures' using errcode = '42501';
  end if;
  if new.signer_id = r.author_id then
    raise exception 'nobody signs a release of their own' using errcode = '42501';
  end if;
  if not exists (select 1 from hotel.policy_signer s
                   join hotel.staff t on t.property_id = new.property_id and t.staff_id = s.signer_id and t.active
                   join hotel.staff_role o on o.property_id = new.property_id and o.staff_id = s.signer_id and o.role = s.role
                    and o.from_on <= current_date and (o.until_on is null or o.until_on >= current_date)
                  where s.property_id = new.property_id and s.public_key = new.public_key and s.signer_id = new.signer_id
                    and s.role = new.as_role and s.ended_at is null) then
    raise exception 'this key may not sign in this role' using errcode = '42501';
  end if;
  return new;
end $$;
create function hotel.signature_counted() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update hotel.policy_release q set state = 'signed'
   where q.property_id = new.property_id and q.release_id = new.release_id and q.state = 'proposed'
     and (select count(*) >= case q.kind when 'regular' then 2 else 1 end and (q.kind = 'tightening' or bool_or(s.as_role = 'privacy'))
            from hotel.release_signature s where s.property_id = q.property_id and s.release_id = q.release_id);
  return null;
end $$;
create trigger signature_allowed before insert on hotel.release_signature for each row execute function hotel.signature_allowed();
create trigger signature_counted after insert on hotel.release_signature for each row execute function hotel.signature_counted();

-- A release moves forward only, and what it was made of never changes.
create function hotel.release_moves() returns trigger language plpgsql as $$
begin
  if not ((old.state = 'proposed' and new.state in ('proposed', 'signed', 'withdrawn')) or (old.state = 'signed' and new.state in ('active', 'withdrawn'))
       or (old.state = 'active' and new.state = 'superseded'))
     or (new.property_id, new.release_id, new.number, new.hash, new.author_id, new.kind, new.engine, new.previous, new.previous_id, new.activate_at, new.note, new.report, new.at)
        is distinct from
        (old.property_id, old.release_id, old.number, old.hash, old.author_id, old.kind, old.engine, old.previous, old.previous_id, old.activate_at, old.note, old.report, old.at)
     or (old.state = 'active' and new.activated_at is distinct from old.activated_at) then
    raise exception 'a release moves forward only' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger release_moves before update on hotel.policy_release for each row execute function hotel.release_moves();

-- Into force, in the transaction of its entry: its predecessor is superseded, and what was asked under it ends. 1 row, or 0 when something else is in force.
create function hotel.activate_release(p uuid, release uuid, before uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.policy_release q set state = 'superseded', ended_at = clock_timestamp()
   where q.property_id = p and q.release_id = before and q.state = 'active';
  update hotel.policy_release q set state = 'active', activated_at = clock_timestamp()
   where q.property_id = p and q.release_id = release and q.state = 'signed' and q.activate_at <= clock_timestamp()
     and q.previous_id is not distinct from before
     and not exists (select 1 from hotel.policy_release o where o.property_id = p and o.state = 'active');
  get diagnostics n = row_count;
  if n = 0 then
    return 0;  -- whoever called takes the whole transaction back
  end if;
  -- What else was proposed was compared with a text that is gone.
  update hotel.policy_release q set state = 'withdrawn', ended_at = clock_timestamp()
   where q.property_id = p and q.previous_id is not distinct from before and q.state in ('proposed', 'signed');
  update hotel.access_request q
     set state = case q.state when 'pending' then 'cancelled' else 'revoked' end, why = 'policy_changed', ended_at = clock_timestamp()
   where q.property_id = p and q.state in ('pending', 'approved')
     and q.policy <> (select r.hash from hotel.policy_release r where r.property_id = p and r.release_id = release);
  return n;
end $$;
create function hotel.withdraw_release(p uuid, release uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.policy_release q set state = 'withdrawn', ended_at = clock_timestamp()
   where q.property_id = p and q.release_id = release and q.state in ('proposed', 'signed');
  get diagnostics n = row_count;
  return n;
end $$;
create function hotel.end_signer(p uuid, key bytea) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.policy_signer s set ended_at = clock_timestamp() where s.property_id = p and s.public_key = key and s.ended_at is null;
  get diagnostics n = row_count;
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------- captured, append only
call ledger.capture_changes(array['policy_signer', 'policy_text', 'policy_release', 'release_signature']);
do $$
declare t text;
begin
  foreach t in array array['policy_text', 'release_signature'] loop
    execute format('create trigger append_only before update or delete on hotel.%I for each row execute function ledger.refuse()', t);
    execute format('alter table hotel.%I enable always trigger append_only', t);
  end loop;
  foreach t in array array['policy_signer', 'policy_release'] loop
    execute format('create trigger never_deleted before delete on hotel.%I for each row execute function ledger.refuse()', t);
    execute format('alter table hotel.%I enable always trigger never_deleted', t);
  end loop;
end $$;
alter table hotel.release_signature enable always trigger signature_allowed;
alter table hotel.release_signature enable always trigger signature_counted;
alter table hotel.policy_release enable always trigger release_moves;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select on hotel.policy_signer, hotel.policy_text, hotel.policy_release, hotel.release_signature to discretion_office, discretion_keeper;
grant insert (property_id, hash, body) on hotel.policy_text to discretion_office;
grant insert (property_id, release_id, number, hash, author_id, kind, engine, previous, previous_id, activate_at, note, report) on hotel.policy_release to discretion_office;
grant insert (property_id, release_id, signer_id, as_role, public_key, signature) on hotel.release_signature to discretion_office;
grant insert (property_id, public_key, signer_id, role) on hotel.policy_signer to discretion_keeper;
grant execute on function hotel.withdraw_release to discretion_office;
grant execute on function hotel.activate_release, hotel.end_signer to discretion_keeper;
