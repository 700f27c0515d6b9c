-- 0021: a passkey signs a release of the policy; whoever may sign is told, and everybody before it comes into force.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- passkeys that sign releases
-- Of a passkey `public_key` is its SHA-256, `passkey` the key itself; a demo's people have none. Only the keeper writes here, as before.
alter table hotel.policy_signer
  add column kind text not null default 'key_file' check (kind in ('key_file', 'passkey', 'demo')),
  add column credential_id bytea, add column passkey bytea, add column rp_id text, add column origin text,
  add check (case kind when 'passkey' then credential_id is not null and passkey is not null and public_key = sha256(passkey)
                                       and rp_id is not null and origin is not null
                  else passkey is null and credential_id is null and rp_id is null and origin is null end);
create unique index policy_signer_by_credential on hotel.policy_signer (property_id, credential_id) where credential_id is not null;

-- Of a passkey `signature` is the browser's assertion, over a challenge made of the release's text and this nonce.
alter table hotel.release_signature
  drop constraint release_signature_signature_check,
  add column nonce bytea check (octet_length(nonce) = 16),
  add constraint release_signature_signature_check check (case when nonce is null then octet_length(signature) = 64 else octet_length(signature) <= 16384 end);

-- ---------------------------------------------------------------------------------------------------------- who is told
-- A proposal, and each signature that does not suffice yet: whoever may sign by passkey. With the last signature: everybody, before its moment.
create function hotel.release_told() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if tg_op = 'INSERT' then
    insert into hotel.notice (property_id, to_role, kind, subject_id, details)
    select new.property_id, r, 'release_proposed', new.release_id, jsonb_build_object('release', new.number)
      from unnest(array['privacy', 'general_manager', 'legal']) as r
     where exists (select 1 from hotel.staff_role o where o.property_id = new.property_id and o.role = r);
  elsif new.state = 'signed' and old.state = 'proposed' then
    insert into hotel.notice (property_id, to_role, kind, subject_id, details)
    select new.property_id, o.role, 'release_signed', new.release_id, jsonb_build_object('release', new.number)
      from (select distinct o.role from hotel.staff_role o where o.property_id = new.property_id) o;
  end if;
  return null;
end $$;
create trigger release_told after insert or update on hotel.policy_release for each row execute function hotel.release_told();
alter table hotel.policy_release enable always trigger release_told;
create function hotel.signature_told() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into hotel.notice (property_id, to_role, kind, subject_id, details)
  select new.property_id, r, 'release_signature', q.release_id, jsonb_build_object('release', q.number)
    from hotel.policy_release q, unnest(array['privacy', 'general_manager', 'legal']) as r
   where q.property_id = new.property_id and q.release_id = new.release_id and q.state = 'proposed' and r <> new.as_role
     and exists (select 1 from hotel.staff_role o where o.property_id = new.property_id and o.role = r);
  return null;
end $$;
create trigger signature_told after insert on hotel.release_signature for each row execute function hotel.signature_told();  -- after signature_counted, by name
alter table hotel.release_signature enable always trigger signature_told;

-- ---------------------------------------------------------------------------------------------------------- back at a shared terminal
-- Whoever is displaced at a shared terminal may come back for a while with four digits: a new session, which opens less (decision 0037).
alter table keys.session
  add column parked_at timestamptz,                      -- displaced then, and not come back since
  add column digit_tries smallint not null default 0 check (digit_tries between 0 and 5),
  add column by_digits boolean not null default false,
  add check (parked_at is null or (ended_at is not null and terminal_id is not null)),
  add check (not by_digits or terminal_id is not null);
create table keys.staff_digits (          -- four digits of a person, as a slow hash under a salt of their own
  property_id uuid not null, staff_id uuid not null,
  salt bytea not null check (octet_length(salt) = 16), hash bytea not null check (octet_length(hash) = 32),
  set_at timestamptz not null default clock_timestamp(),
  primary key (property_id, staff_id)
);

-- ---------------------------------------------------------------------------------------------------------- filters of reviewers
create table hotel.review_filter (        -- conditions that a reviewer keeps under a name; none names a guest. Nothing is decided by them: not captured
  property_id uuid not null, staff_id uuid not null, name text not null check (length(btrim(name)) between 1 and 40),
  query text not null check (length(query) between 1 and 1000 and query !~ 'guest:'), at timestamptz not null default clock_timestamp(),
  primary key (property_id, staff_id, name),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id)
);

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert, delete on hotel.review_filter to discretion_office;
grant update (query, at) on hotel.review_filter to discretion_office;
grant select, insert, update on keys.staff_digits to discretion_keeper;
grant insert (kind, credential_id, passkey, rp_id, origin) on hotel.policy_signer to discretion_keeper;
grant insert (property_id, release_id, signer_id, as_role, public_key, signature, nonce) on hotel.release_signature to discretion_keeper;
