-- 0009: doors and shared terminals. Door controllers report who came and went, each over a source of its own that is bound to one property; the
-- secret of a source is in a file and never here. A badge seen at two hotels within the time it takes to get from one to the other clears the
-- presence at both: the office, which knows both, writes a row into each hotel's presence, and the keeper reads its own hotel's rows alone.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- presence
alter table hotel.presence add column badge text;       -- the badge that said it; only while that badge is in use does the event count
alter table hotel.presence drop constraint presence_how_check;
alter table hotel.presence add constraint presence_how_check
  check (how in ('door', 'badge_desk', 'attested', 'elsewhere', 'conflict'));
-- elsewhere: seen at another hotel later; conflict: seen at two hotels at once, so at neither
alter table hotel.presence add check (how not in ('elsewhere', 'conflict') or direction = 'out');
create index presence_to_report on hotel.presence (property_id, at) where how in ('attested', 'conflict');

-- ---------------------------------------------------------------------------------------------------------- door controllers
create table hotel.door_source (
  property_id uuid not null references hotel.property (property_id),
  source_id uuid not null, name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  format text not null check (format in ('discretion', 'kisi', 'verkada')),
  doors jsonb not null default '{}' check (jsonb_typeof(doors) = 'object'),   -- what a door says where its controller does not: in or out
  from_at timestamptz not null default clock_timestamp(), ended_at timestamptz,
  primary key (property_id, source_id)
);
create unique index door_source_by_name on hotel.door_source (property_id, name) where ended_at is null;

create table hotel.door_event (           -- what a source has reported; the same event id of a source is one event
  property_id uuid not null, source_id uuid not null, event_id text not null check (length(event_id) between 1 and 80),
  staff_id uuid,                          -- nobody: a badge that is not known here, counted and no more
  door text not null check (length(door) between 1 and 80), direction text not null check (direction in ('in', 'out')),
  at timestamptz not null, received_at timestamptz not null default clock_timestamp(),
  footage text not null default '' check (length(footage) <= 120),   -- where to look it up; no picture is kept here
  primary key (property_id, source_id, event_id),
  foreign key (property_id, source_id) references hotel.door_source (property_id, source_id),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id)
);
create index door_event_by_staff on hotel.door_event (property_id, staff_id, at);

create table hotel.travel_time (          -- minutes from this hotel to another one of the installation; 30 where nothing is said
  property_id uuid not null references hotel.property (property_id),
  to_property_id uuid not null check (to_property_id <> property_id),
  minutes int not null check (minutes between 1 and 1440),
  primary key (property_id, to_property_id)
);

-- ---------------------------------------------------------------------------------------------------------- shared terminals
create table hotel.terminal (
  property_id uuid not null references hotel.property (property_id),
  terminal_id uuid not null, name text not null check (length(btrim(name)) between 1 and 60), place text not null check (length(place) <= 120),
  added_by uuid not null, added_at timestamptz not null default clock_timestamp(),
  enrolled_at timestamptz, ended_at timestamptz, ended_why text not null default '' check (ended_why in ('', 'removed', 'copied')),
  primary key (property_id, terminal_id),
  check ((ended_at is null) = (ended_why = ''))
);
create unique index terminal_by_name on hotel.terminal (property_id, name) where ended_at is null;

-- Hashes alone. The secret changes with each person; the one before counts until the new one has been seen (an answer may be lost), and when it
-- comes back after that, somebody has a copy.
create table hotel.terminal_secret (
  property_id uuid not null, terminal_id uuid not null,
  code_hash bytea check (octet_length(code_hash) = 32), code_until_at timestamptz,
  secret_hash bytea check (octet_length(secret_hash) = 32), previous_hash bytea check (octet_length(previous_hash) = 32),
  seen_at timestamptz,                    -- when the present secret first came back
  primary key (property_id, terminal_id),
  foreign key (property_id, terminal_id) references hotel.terminal (property_id, terminal_id),
  check ((code_hash is null) = (code_until_at is null))
);

alter table keys.session add column terminal_id uuid;   -- the shared terminal it began at: a lock or the end of that one is this one's too

-- ---------------------------------------------------------------------------------------------------------- captured, append only
call ledger.capture_changes(array['door_source', 'travel_time', 'terminal']);
create trigger append_only before update or delete on hotel.door_event for each row execute function ledger.refuse();
alter table hotel.door_event enable always trigger append_only;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert on hotel.door_source, hotel.door_event, hotel.travel_time, hotel.terminal, hotel.terminal_secret to discretion_office;
grant update (ended_at) on hotel.door_source to discretion_office;
grant update (minutes) on hotel.travel_time to discretion_office;
grant update (enrolled_at, ended_at, ended_why) on hotel.terminal to discretion_office;
grant update (code_hash, code_until_at, secret_hash, previous_hash, seen_at) on hotel.terminal_secret to discretion_office;
grant select on hotel.badge, hotel.terminal to discretion_keeper;
