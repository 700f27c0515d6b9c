-- 0001: the whole first schema. Every table leads with property_id (also its distribution key on Citus), identities are random.
-- Schemas: hotel  facts in clear but pseudonymous (office writes, keeper reads)   vault  sealed field groups
--          keys   wrapped keys, credentials, tickets (keeper alone)               ledger append-only entries and captured facts
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create schema hotel;
create schema vault;
create schema keys;
create schema ledger;

revoke all on schema hotel, vault, keys, ledger from public;
alter default privileges revoke execute on functions from public;

-- ---------------------------------------------------------------------------------------------------------- hotel: the house
create table hotel.property (
  property_id uuid primary key,
  code text not null check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  name_zh text not null, name_en text not null,
  time_zone text not null,
  business_date date not null,
  night_audit_at time not null default '04:00',
  presence_by text not null check (presence_by in ('door', 'badge_desk', 'attested')),
  generated boolean not null default false          -- its people are generated: said wherever a record is shown
);

create table hotel.room (
  property_id uuid not null references hotel.property (property_id),
  number text not null check (length(number) between 1 and 10),
  floor text not null default '', type text not null default '',
  state text not null default 'VC' check (state in ('VC', 'VD', 'OC', 'OD', 'VI', 'OOO', 'OOS')),
  primary key (property_id, number)
);

create table hotel.guest (
  property_id uuid not null references hotel.property (property_id),
  guest_id uuid not null,
  generated boolean not null default false,
  source text not null default 'desk', source_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (property_id, guest_id),
  unique (property_id, source, source_id)
);

create table hotel.reservation (
  property_id uuid not null references hotel.property (property_id),
  reservation_id uuid not null,
  number text not null,
  source text not null default 'desk', source_id text not null, source_version text not null default '',
  booked_on date, status_on date, lead_days int, changes int not null default 0, waiting_days int not null default 0,
  market_segment text not null default '', distribution_channel text not null default '',
  agent text not null default '', company text not null default '', customer_type text not null default '',
  deposit_type text not null default '', country text not null default '', country_as_given text not null default '',
  repeated_guest boolean, previous_cancellations int, previous_kept int,
  parking_spaces int not null default 0, special_requests int not null default 0, group_code text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  primary key (property_id, reservation_id),
  unique (property_id, number),
  unique (property_id, source, source_id)
);

create table hotel.stay (
  property_id uuid not null, stay_id uuid not null, reservation_id uuid not null,
  state text not null check (state in ('inquired', 'waitlisted', 'tentative', 'confirmed', 'in_house', 'checked_out', 'cancelled', 'no_show')),
  arrival date not null, departure date not null check (departure >= arrival),
  actual_in_at timestamptz, actual_out_at timestamptz, left_on date, checked_in_on date,
  room_number text, room_type_reserved text not null default '', room_type_assigned text not null default '',
  adults int not null default 1 check (adults between 0 and 200), children int not null default 0 check (children between 0 and 200),
  babies int not null default 0 check (babies between 0 and 200),
  meal text not null default '', rate numeric(12, 2), currency text not null default '', expected_time time,
  balance numeric(12, 2) not null default 0,
  version int not null default 1,
  primary key (property_id, stay_id),
  foreign key (property_id, reservation_id) references hotel.reservation (property_id, reservation_id),
  foreign key (property_id, room_number) references hotel.room (property_id, number)
);
create index stay_by_reservation on hotel.stay (property_id, reservation_id);
create index stay_by_state on hotel.stay (property_id, state, arrival);
create index stay_by_departure on hotel.stay (property_id, state, departure);
create unique index stay_one_in_room on hotel.stay (property_id, room_number) where state = 'in_house';

create table hotel.occupant (
  property_id uuid not null, stay_id uuid not null, position smallint not null check (position between 0 and 500),
  guest_id uuid, state text not null default 'unknown' check (state in ('unknown', 'incomplete', 'expected', 'on_board', 'departed', 'cancelled')),
  is_primary boolean not null default false, relation text not null default '', guardian_reached boolean,
  age_category text not null default '' check (age_category in ('', 'adult', 'child', 'infant')),
  arrival date, departure date,
  primary key (property_id, stay_id, position),
  foreign key (property_id, stay_id) references hotel.stay (property_id, stay_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id)
);
create index occupant_by_guest on hotel.occupant (property_id, guest_id);

create table hotel.room_segment (
  property_id uuid not null, stay_id uuid not null, position smallint not null, room_number text not null,
  from_at timestamptz not null, until_at timestamptz,
  primary key (property_id, stay_id, position),
  foreign key (property_id, stay_id) references hotel.stay (property_id, stay_id)
);

create table hotel.stay_act (              -- append only: what was done to a stay, by whom, and what it was before
  property_id uuid not null, act_id uuid not null, stay_id uuid not null,
  act text not null, from_state text, to_state text not null, staff_id uuid,
  at timestamptz not null default clock_timestamp(), business_date date not null, details jsonb not null default '{}',
  primary key (property_id, act_id),
  foreign key (property_id, stay_id) references hotel.stay (property_id, stay_id)
);
create index stay_act_by_stay on hotel.stay_act (property_id, stay_id, at);

create table hotel.mark (
  property_id uuid not null, mark_id uuid not null, guest_id uuid not null,
  kind text not null check (kind in ('incognito', 'sealed', 'vip', 'do_not_rent', 'restriction', 'hold')),
  reason_code text not null check (length(btrim(reason_code)) > 0),
  author_id uuid not null, second_id uuid, from_at timestamptz not null default clock_timestamp(), until_at timestamptz, ended_at timestamptz,
  primary key (property_id, mark_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  check (kind not in ('sealed', 'do_not_rent') or (second_id is not null and second_id <> author_id and until_at is not null
         and until_at <= from_at + interval '12 months'))
);
create index mark_by_guest on hotel.mark (property_id, guest_id);

-- ---------------------------------------------------------------------------------------------------------- hotel: staff facts
create table hotel.staff (
  property_id uuid not null references hotel.property (property_id),
  staff_id uuid not null, number text not null check (number ~ '^[A-Za-z0-9-]{1,20}$'), name text not null,
  language text not null default '', active boolean not null default true,
  created_at timestamptz not null default clock_timestamp(),
  primary key (property_id, staff_id),
  unique (property_id, number)
);

create table hotel.staff_role (
  property_id uuid not null, staff_id uuid not null, role text not null,
  from_on date not null default current_date, until_on date,
  primary key (property_id, staff_id, role, from_on),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id)
);

create table hotel.shift (
  property_id uuid not null, shift_id uuid not null, staff_id uuid not null, duty text not null,
  starts_at timestamptz not null, ends_at timestamptz not null check (ends_at > starts_at and ends_at <= starts_at + interval '24 hours'),
  ended_at timestamptz,
  primary key (property_id, shift_id),
  unique (property_id, staff_id, duty, starts_at),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id)
);
create index shift_by_staff on hotel.shift (property_id, staff_id, ends_at);

create table hotel.badge (
  property_id uuid not null, number text not null check (number ~ '^[A-Za-z0-9-]{4,40}$'), staff_id uuid not null, active boolean not null default true,
  primary key (property_id, number),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id)
);

create table hotel.presence (             -- append only: "in" or "out", and how it is known
  property_id uuid not null, event_id uuid not null, staff_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  how text not null check (how in ('door', 'badge_desk', 'attested')), attested_by uuid,
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, event_id),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id),
  check ((how = 'attested') = (attested_by is not null)), check (attested_by is distinct from staff_id)
);
create index presence_by_staff on hotel.presence (property_id, staff_id, at desc);

create table hotel.training (
  property_id uuid not null, staff_id uuid not null, course text not null, version text not null,
  completed_on date not null, valid_until date not null check (valid_until > completed_on and valid_until <= completed_on + 1100),
  primary key (property_id, staff_id, course, version, completed_on),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id)
);

create table hotel.lock (
  property_id uuid not null, lock_id uuid not null,
  kind text not null check (kind in ('staff', 'terminal', 'session', 'guest')), target_id uuid not null,
  reason text not null check (length(btrim(reason)) > 0), by_id uuid not null,
  at timestamptz not null default clock_timestamp(), until_at timestamptz, released_at timestamptz,
  primary key (property_id, lock_id)
);
create index lock_by_target on hotel.lock (property_id, target_id);

-- A search leaves no name in an address: the page of results is known by a random number, for ten minutes.
create table hotel.find_result (
  property_id uuid not null, find_id uuid not null, session_id uuid not null, purpose text not null,
  guest_ids uuid[] not null, hits int not null, at timestamptz not null default clock_timestamp(),
  primary key (property_id, find_id)
);

-- ---------------------------------------------------------------------------------------------------------- vault and keys
create table vault.record (               -- one row a guest: box[i] is field group i, sealed, or null
  property_id uuid not null, guest_id uuid not null,
  version int not null default 1, boxes bytea[] not null check (array_length(boxes, 1) = 8),
  versions int[] not null check (array_length(versions, 1) = 8),
  age text not null default 'unknown' check (age in ('adult', 'minor', 'unknown')), minor_until date,
  written_at timestamptz not null default clock_timestamp(),
  primary key (property_id, guest_id)
);
create table vault.snapshot (             -- append only: the sealed copy of a record as it was at check-in
  property_id uuid not null, stay_id uuid not null, guest_id uuid not null, version int not null,
  boxes bytea[] not null, versions int[] not null, undone boolean not null default false,
  taken_at timestamptz not null default clock_timestamp(),
  primary key (property_id, stay_id, guest_id, version)
);
create table vault.token (                -- keyed hashes of exact values; padded, so that every record has as many
  property_id uuid not null, token bytea not null check (octet_length(token) = 16), guest_id uuid not null,
  primary key (property_id, token, guest_id)
);
create index token_by_guest on vault.token (property_id, guest_id);

create table keys.property_key (
  property_id uuid not null, name text not null, wrapped bytea not null, created_at timestamptz not null default clock_timestamp(),
  primary key (property_id, name)
);
create table keys.guest_key (
  property_id uuid not null, guest_id uuid not null, key_id uuid not null, wrapped bytea not null, tag_epoch int not null default 1,
  primary key (property_id, guest_id)
);
create table keys.staff_key (
  property_id uuid not null, staff_id uuid not null, key_id uuid not null, wrapped bytea not null,
  primary key (property_id, staff_id)
);
create table keys.credential (
  property_id uuid not null, credential_id bytea not null, staff_id uuid not null, public_key bytea not null, sign_count bigint not null,
  aaguid text not null default '', created_at timestamptz not null default clock_timestamp(), rests_until timestamptz, revoked_at timestamptz,
  primary key (property_id, credential_id)
);
create index credential_by_staff on keys.credential (property_id, staff_id);
create table keys.invitation (
  property_id uuid not null, invitation_id uuid not null, secret_hash bytea not null, staff_id uuid not null,
  kind text not null check (kind in ('enrolment', 'recovery')), by_id uuid, by_duty text not null default '', confirmed_by_id uuid,
  expires_at timestamptz not null, used_at timestamptz,
  primary key (property_id, invitation_id),
  check (confirmed_by_id is distinct from by_id or by_id is null), check (staff_id is distinct from by_id and staff_id is distinct from confirmed_by_id)
);
create table keys.challenge (
  property_id uuid not null, challenge_id uuid not null, challenge bytea not null, kind text not null check (kind in ('sign_in', 'enrolment')),
  invitation_id uuid, expires_at timestamptz not null, burned_at timestamptz,
  primary key (property_id, challenge_id)
);
create table keys.session (
  property_id uuid not null, session_id uuid not null, ticket_hash bytea not null, staff_id uuid not null,
  duty text, credential_id bytea, demo boolean not null default false,
  started_at timestamptz not null default clock_timestamp(), seen_at timestamptz not null default clock_timestamp(), ends_at timestamptz not null,
  ended_at timestamptz,
  primary key (property_id, session_id),
  unique (property_id, ticket_hash)
);
create index session_by_staff on keys.session (property_id, staff_id);
create table keys.usage_seen (            -- which guests a person opened on a day; purpose 0 = any, else a purpose with a limit of its own
  property_id uuid not null, staff_id uuid not null, day date not null, purpose smallint not null, guest_id uuid not null, level smallint not null,
  primary key (property_id, staff_id, day, purpose, guest_id)
) with (fillfactor = 90);
create table keys.usage_day (
  property_id uuid not null, staff_id uuid not null, day date not null, purpose smallint not null, clear int not null, masked int not null,
  primary key (property_id, staff_id, day, purpose)
) with (fillfactor = 50);

-- ---------------------------------------------------------------------------------------------------------- ledger
create table ledger.head (
  property_id uuid primary key, origin text not null, vkey text not null,
  size bigint not null check (size >= 0), root bytea not null check (octet_length(root) = 32),
  stack bytea not null check (octet_length(stack) % 32 = 0)
) with (fillfactor = 50);
create table ledger.entry (               -- leaf and opening of one entry; parts may become null, nothing else changes
  property_id uuid not null, idx bigint not null check (idx >= 0),
  leaf bytea not null check (octet_length(leaf) = 120), leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  request_id uuid not null, guest_key_id uuid, staff_key_id uuid, guest_part bytea, staff_part bytea, context_part bytea,
  primary key (property_id, idx), unique (property_id, request_id)
);
create table ledger.sequence (
  property_id uuid not null, guest_id uuid not null, tag_epoch int not null, seq bigint not null, last_idx bigint not null default -1,
  primary key (property_id, guest_id, tag_epoch)
) with (fillfactor = 50);
create table ledger.checkpoint (
  property_id uuid not null, size bigint not null, note bytea not null, primary key (property_id, size)
);
create table ledger.fact_change (         -- what the office changed, captured by triggers it cannot disable; entry_idx is set once, by the keeper
  property_id uuid not null, change_id uuid not null, at timestamptz not null, fact text not null, op text not null, by_role text not null,
  row_count int not null, rows jsonb not null, rows_before jsonb, entry_idx bigint,
  primary key (property_id, change_id)
);
create index fact_change_waiting on ledger.fact_change (property_id, at) where entry_idx is null;

-- ---------------------------------------------------------------------------------------------------------- append only
create function ledger.refuse() returns trigger language plpgsql as $$
begin raise exception 'append only: % on this table is refused', tg_op using errcode = '42501'; end $$;

create function ledger.entry_only_forgets() returns trigger language plpgsql as $$
begin
  if (new.property_id, new.idx, new.leaf, new.leaf_hash, new.request_id, new.guest_key_id, new.staff_key_id)
     is distinct from (old.property_id, old.idx, old.leaf, old.leaf_hash, old.request_id, old.guest_key_id, old.staff_key_id)
     or (new.guest_part is not null and new.guest_part is distinct from old.guest_part)
     or (new.staff_part is not null and new.staff_part is distinct from old.staff_part)
     or (new.context_part is not null and new.context_part is distinct from old.context_part) then
    raise exception 'an entry never changes; a part may only be erased' using errcode = '42501';
  end if;
  return new;
end $$;

create function ledger.head_only_grows() returns trigger language plpgsql as $$
begin
  if new.property_id <> old.property_id or new.origin <> old.origin or new.vkey <> old.vkey or new.size <= old.size then
    raise exception 'a tree head only grows' using errcode = '42501';
  end if;
  return new;
end $$;

create function ledger.change_only_entered() returns trigger language plpgsql as $$
begin
  if old.entry_idx is not null or new.entry_idx is null
     or (new.property_id, new.change_id, new.at, new.fact, new.op, new.by_role, new.row_count, new.rows, new.rows_before)
        is distinct from (old.property_id, old.change_id, old.at, old.fact, old.op, old.by_role, old.row_count, old.rows, old.rows_before) then
    raise exception 'a captured change never changes; it is entered once' using errcode = '42501';
  end if;
  return new;
end $$;

create function ledger.session_user_name() returns text language sql stable as $$ select session_user::text $$;

-- One captured change a statement and property, so that an import of a thousand rows is one entry and not a thousand.
-- tg_argv[0] is the fact's name: tg_table_name would be a shard's name on Citus.
create function ledger.capture_insert() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into ledger.fact_change (property_id, change_id, at, fact, op, by_role, row_count, rows)
  select n.property_id, gen_random_uuid(), clock_timestamp(), tg_argv[0], 'insert', session_user, count(*), jsonb_agg(to_jsonb(n) - 'property_id')
    from new_rows n group by n.property_id;
  return null;
end $$;
create function ledger.capture_update() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into ledger.fact_change (property_id, change_id, at, fact, op, by_role, row_count, rows, rows_before)
  select n.property_id, gen_random_uuid(), clock_timestamp(), tg_argv[0], 'update', session_user, n.n, n.rows, o.rows
    from (select property_id, count(*) as n, jsonb_agg(to_jsonb(r) - 'property_id') as rows from new_rows r group by property_id) n
    left join (select property_id, jsonb_agg(to_jsonb(r) - 'property_id') as rows from old_rows r group by property_id) o using (property_id);
  return null;
end $$;
create function ledger.capture_delete() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into ledger.fact_change (property_id, change_id, at, fact, op, by_role, row_count, rows)
  select o.property_id, gen_random_uuid(), clock_timestamp(), tg_argv[0], 'delete', session_user, count(*), jsonb_agg(to_jsonb(o) - 'property_id')
    from old_rows o group by o.property_id;
  return null;
end $$;

do $$
declare t text; d text;
begin
  foreach t in array array['property', 'stay', 'occupant', 'mark', 'staff', 'staff_role', 'shift', 'badge', 'presence', 'training', 'lock'] loop
    execute format('create trigger capture_insert after insert on hotel.%I referencing new table as new_rows for each statement execute function ledger.capture_insert(%L)', t, t);
    execute format('create trigger capture_update after update on hotel.%I referencing old table as old_rows new table as new_rows for each statement execute function ledger.capture_update(%L)', t, t);
    execute format('create trigger capture_delete after delete on hotel.%I referencing old table as old_rows for each statement execute function ledger.capture_delete(%L)', t, t);
    execute format('create trigger refuse_truncate before truncate on hotel.%I for each statement execute function ledger.refuse()', t);
    foreach d in array array['capture_insert', 'capture_update', 'capture_delete', 'refuse_truncate'] loop
      execute format('alter table hotel.%I enable always trigger %I', t, d);
    end loop;
  end loop;
  foreach t in array array['hotel.stay_act', 'hotel.presence', 'vault.snapshot', 'ledger.checkpoint'] loop
    execute format('create trigger append_only before update or delete on %s for each row execute function ledger.refuse()', t);
    execute format('alter table %s enable always trigger append_only', t);
  end loop;
  foreach t in array array['hotel.stay_act', 'vault.snapshot', 'ledger.checkpoint', 'ledger.entry', 'ledger.head', 'ledger.fact_change'] loop
    execute format('create trigger append_only_truncate before truncate on %s for each statement execute function ledger.refuse()', t);
    execute format('alter table %s enable always trigger append_only_truncate', t);
  end loop;
  foreach t in array array['ledger.entry', 'ledger.head', 'ledger.fact_change'] loop
    execute format('create trigger never_deleted before delete on %s for each row execute function ledger.refuse()', t);
    execute format('alter table %s enable always trigger never_deleted', t);
  end loop;
end $$;
create trigger only_forgets before update on ledger.entry for each row execute function ledger.entry_only_forgets();
create trigger only_grows before update on ledger.head for each row execute function ledger.head_only_grows();
create trigger only_entered before update on ledger.fact_change for each row execute function ledger.change_only_entered();
alter table ledger.entry enable always trigger only_forgets;
alter table ledger.head enable always trigger only_grows;
alter table ledger.fact_change enable always trigger only_entered;

-- ---------------------------------------------------------------------------------------------------------- the round
-- The only way into the ledger, and the only way out of the vault: one statement advances the head by compare-and-swap, inserts the
-- entries, counts, and returns the sealed boxes of exactly the guests and groups that the entries just inserted were allowed.
-- open_guests[i] is null, or the guest of entry i; open_groups[i] the bit mask of its allowed groups. A lost race raises 40001.
create function ledger.record_round(
  p uuid, old_size bigint, old_root bytea, new_size bigint, new_root bytea, new_stack bytea,
  leaves bytea[], hashes bytea[], requests uuid[], guest_keys uuid[], staff_keys uuid[],
  guest_parts bytea[], staff_parts bytea[], context_parts bytea[],
  seq_guests uuid[], seq_epochs int[], seq_values bigint[], seq_idx bigint[],
  seen_staff uuid[], seen_day date, seen_purpose smallint[], seen_guests uuid[], seen_levels smallint[],
  day_staff uuid[], day_purpose smallint[], day_clear int[], day_masked int[],
  changes uuid[], change_idx bigint[],
  open_guests uuid[], open_groups int[]
) returns table (entry_no int, boxes bytea[], versions int[])
language plpgsql security definer set search_path = pg_catalog as $$
begin
  update ledger.head h set size = new_size, root = new_root, stack = new_stack
   where h.property_id = p and h.size = old_size and h.root = old_root;
  if not found then
    raise exception 'another round was first' using errcode = '40001';
  end if;
  insert into ledger.entry (property_id, idx, leaf, leaf_hash, request_id, guest_key_id, staff_key_id, guest_part, staff_part, context_part)
  select p, old_size + u.n - 1, u.leaf, u.hash, u.request, u.gk, u.sk, u.gp, u.sp, u.cp
    from unnest(leaves, hashes, requests, guest_keys, staff_keys, guest_parts, staff_parts, context_parts)
         with ordinality as u (leaf, hash, request, gk, sk, gp, sp, cp, n);
  if array_length(seq_guests, 1) > 0 then
    update ledger.sequence s set seq = u.seq, last_idx = u.idx
      from unnest(seq_guests, seq_epochs, seq_values, seq_idx) as u (guest, epoch, seq, idx)
     where s.property_id = p and s.guest_id = u.guest and s.tag_epoch = u.epoch;
  end if;
  if array_length(seen_staff, 1) > 0 then
    insert into keys.usage_seen as t (property_id, staff_id, day, purpose, guest_id, level)
    select p, u.staff, seen_day, u.purpose, u.guest, u.level
      from unnest(seen_staff, seen_purpose, seen_guests, seen_levels) as u (staff, purpose, guest, level)
        on conflict (property_id, staff_id, day, purpose, guest_id) do update set level = greatest(t.level, excluded.level);
  end if;
  if array_length(day_staff, 1) > 0 then
    insert into keys.usage_day as t (property_id, staff_id, day, purpose, clear, masked)
    select p, u.staff, seen_day, u.purpose, u.clear, u.masked
      from unnest(day_staff, day_purpose, day_clear, day_masked) as u (staff, purpose, clear, masked)
        on conflict (property_id, staff_id, day, purpose) do update set clear = excluded.clear, masked = excluded.masked;
  end if;
  if array_length(changes, 1) > 0 then
    update ledger.fact_change c set entry_idx = u.idx
      from unnest(changes, change_idx) as u (id, idx)
     where c.property_id = p and c.change_id = u.id and c.entry_idx is null;
  end if;
  return query
  select u.n::int,
         array[case when u.groups & 1 <> 0 then r.boxes[1] end, case when u.groups & 2 <> 0 then r.boxes[2] end,
               case when u.groups & 4 <> 0 then r.boxes[3] end, case when u.groups & 8 <> 0 then r.boxes[4] end,
               case when u.groups & 16 <> 0 then r.boxes[5] end, case when u.groups & 32 <> 0 then r.boxes[6] end,
               case when u.groups & 64 <> 0 then r.boxes[7] end, case when u.groups & 128 <> 0 then r.boxes[8] end],
         r.versions
    from unnest(open_guests, open_groups) with ordinality as u (guest, groups, n)
    join vault.record r on r.property_id = p and r.guest_id = u.guest
   where u.guest is not null and u.groups <> 0;
end $$;

-- The present house, for a search by name: opens only against an entry of a search that is already in the ledger.
create function vault.present_house(p uuid, request uuid, back_days int)
returns table (guest_id uuid, identity bytea, identity_version int, contact bytea, contact_version int, key_id uuid, wrapped bytea,
               stay_id uuid, room_number text, arrival date, departure date, state text, incognito boolean)
language sql stable security definer set search_path = pg_catalog as $$
  select distinct on (o.guest_id) o.guest_id, r.boxes[1], r.versions[1], r.boxes[2], r.versions[2], k.key_id, k.wrapped,
         s.stay_id, s.room_number, s.arrival, s.departure, s.state,
         exists (select 1 from hotel.mark m where m.property_id = p and m.guest_id = o.guest_id and m.kind in ('incognito', 'sealed')
                  and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp()))
    from hotel.property h
    join hotel.stay s on s.property_id = h.property_id and (
           (s.state = 'confirmed' and s.arrival <= h.business_date and s.departure >= h.business_date) or s.state = 'in_house'
           or (s.state = 'checked_out' and s.left_on >= h.business_date - back_days))
    join hotel.occupant o on o.property_id = p and o.stay_id = s.stay_id and o.guest_id is not null
    join vault.record r on r.property_id = p and r.guest_id = o.guest_id
    join keys.guest_key k on k.property_id = p and k.guest_id = o.guest_id
   where h.property_id = p and exists (select 1 from ledger.entry e where e.property_id = p and e.request_id = request)
   order by o.guest_id, (s.state = 'in_house') desc, (s.state = 'confirmed') desc, s.arrival desc
$$;

-- Who holds an exact value; opens only against an entry of a search that is already in the ledger. At most 17: above 16 the answer is "refine".
create function vault.holders(p uuid, request uuid, value bytea) returns setof uuid
language sql stable security definer set search_path = pg_catalog as $$
  select t.guest_id from vault.token t
   where t.property_id = p and t.token = value
     and exists (select 1 from ledger.entry e where e.property_id = p and e.request_id = request)
   order by t.guest_id limit 17
$$;

-- ---------------------------------------------------------------------------------------------------------- rights
grant usage on schema hotel to discretion_keeper, discretion_office, discretion_worker;
grant usage on schema vault, keys, ledger to discretion_keeper;
grant usage on schema ledger to discretion_auditor;

grant select, insert, update on hotel.property, hotel.room, hotel.guest, hotel.reservation, hotel.stay, hotel.occupant, hotel.room_segment,
  hotel.mark, hotel.staff, hotel.staff_role, hotel.shift, hotel.badge, hotel.training, hotel.lock to discretion_office;
grant select, insert on hotel.stay_act, hotel.presence to discretion_office;
grant select, insert, delete on hotel.find_result to discretion_office;
grant delete on hotel.occupant to discretion_office;

grant select on hotel.property, hotel.stay, hotel.find_result to discretion_worker;
grant update (business_date) on hotel.property to discretion_worker;
grant delete on hotel.find_result to discretion_worker;

grant select on hotel.property, hotel.stay, hotel.occupant, hotel.mark, hotel.staff, hotel.staff_role, hotel.shift, hotel.presence,
  hotel.training, hotel.lock to discretion_keeper;
grant insert (property_id, staff_id, number, name, language) on hotel.staff to discretion_keeper;
grant insert (property_id, staff_id, role) on hotel.staff_role to discretion_keeper;
-- The keeper seals without being able to read what is sealed: no SELECT on boxes, only on what it needs to replace one.
grant insert on vault.record, vault.token, vault.snapshot to discretion_keeper;
grant select (property_id, guest_id, version, versions, age, minor_until) on vault.record to discretion_keeper;
grant update (version, boxes, versions, age, minor_until, written_at) on vault.record to discretion_keeper;
grant select (property_id, guest_id), delete on vault.token to discretion_keeper;
grant select, insert on keys.property_key, keys.guest_key, keys.staff_key, keys.usage_seen, keys.usage_day to discretion_keeper;
grant update (wrapped, tag_epoch) on keys.guest_key to discretion_keeper;
grant select, insert, update on keys.credential, keys.invitation, keys.challenge, keys.session to discretion_keeper;
grant delete on keys.challenge to discretion_keeper;
grant select on ledger.head, ledger.entry, ledger.sequence, ledger.checkpoint, ledger.fact_change to discretion_keeper;
grant insert on ledger.head, ledger.sequence, ledger.checkpoint to discretion_keeper;
grant execute on function ledger.record_round, vault.present_house, vault.holders to discretion_keeper;

grant select on ledger.head, ledger.checkpoint to discretion_auditor;
grant select (property_id, idx, leaf, leaf_hash) on ledger.entry to discretion_auditor;

-- Snapshots copy sealed rows as they stand; the copy is made without opening anything.
create function vault.take_snapshot(p uuid, stay uuid, guests uuid[]) returns int
language sql security definer set search_path = pg_catalog as $$
  with taken as (
    insert into vault.snapshot (property_id, stay_id, guest_id, version, boxes, versions)
    select p, stay, r.guest_id,
           coalesce((select max(s.version) from vault.snapshot s where s.property_id = p and s.stay_id = stay and s.guest_id = r.guest_id), 0) + 1,
           r.boxes, r.versions
      from vault.record r where r.property_id = p and r.guest_id = any (guests) returning 1)
  select count(*)::int from taken
$$;
grant execute on function vault.take_snapshot to discretion_keeper;
revoke insert on vault.snapshot from discretion_keeper;

-- What a new set of boxes replaces: only the groups given change, and a writer who saw an older version is refused.
create function vault.replace_boxes(p uuid, guest uuid, seen_version int, new_boxes bytea[], new_versions int[], new_age text, new_minor_until date)
returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update vault.record r
     set boxes = array(select coalesce(new_boxes[i], r.boxes[i]) from generate_series(1, 8) i),
         versions = array(select coalesce(new_versions[i], r.versions[i]) from generate_series(1, 8) i),
         version = r.version + 1, age = coalesce(new_age, r.age), minor_until = case when new_age is null then r.minor_until else new_minor_until end,
         written_at = clock_timestamp()
   where r.property_id = p and r.guest_id = guest and r.version = seen_version;
  get diagnostics n = row_count;
  return n;
end $$;
grant execute on function vault.replace_boxes to discretion_keeper;
revoke update (version, boxes, versions, age, minor_until, written_at) on vault.record from discretion_keeper;
