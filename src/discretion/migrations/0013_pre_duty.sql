-- 0009: duty and training. Marks on shifts, shifts that change hands, notes to the next shift; courses, who must have completed which, tests
-- and their outcome; locks that name who released them. What the keeper reads is captured; notes and tests are not, so that they can be dropped.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- shifts
alter table hotel.shift
  add column source_id bytea check (octet_length(source_id) = 32),  -- digest of the UID of the calendar's event; the UID may name people
  add column begun_at timestamptz,                                  -- the on-duty mark of somebody who came early
  add column ended_by uuid,                                         -- who made the off-duty mark
  add check (begun_at is null or (begun_at < starts_at and begun_at >= starts_at - interval '30 minutes')),
  add check (ended_by is null or ended_at is not null);
create unique index shift_by_source on hotel.shift (property_id, source_id) where source_id is not null;

-- Who goes off duty leaves nothing open: approvals end by 0008's trigger, emergencies by this one; the same for who is locked.
create function hotel.end_emergencies_of(p uuid, staff uuid, of_duty text) returns void
language sql security definer set search_path = pg_catalog as $$
  update hotel.emergency e set ended_at = least(e.until_at, clock_timestamp())
   where e.property_id = p and e.staff_id = staff and (of_duty is null or e.duty = of_duty) and e.ended_at is null;
$$;
create function hotel.shift_ends_emergencies() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.ended_at is not null and old.ended_at is null then
    perform hotel.end_emergencies_of(new.property_id, new.staff_id, new.duty);
  end if;
  return null;
end $$;
create trigger shift_ends_emergencies after update of ended_at on hotel.shift for each row execute function hotel.shift_ends_emergencies();
alter table hotel.shift enable always trigger shift_ends_emergencies;
create function hotel.lock_ends_emergencies() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.kind = 'staff' then
    perform hotel.end_emergencies_of(new.property_id, new.target_id, null);
  end if;
  return null;
end $$;
create trigger lock_ends_emergencies after insert on hotel.lock for each row execute function hotel.lock_ends_emergencies();
alter table hotel.lock enable always trigger lock_ends_emergencies;

create table hotel.shift_swap (           -- a shift that somebody offers to a colleague, or to whoever holds the role
  property_id uuid not null, swap_id uuid not null, shift_id uuid not null, from_id uuid not null,
  for_id uuid check (for_id <> from_id),  -- null: for anybody who holds the role
  to_id uuid check (to_id <> from_id), offered_at timestamptz not null default clock_timestamp(), accepted_at timestamptz,
  decided_by uuid check (decided_by not in (from_id, to_id)), decided_at timestamptz,
  state text not null default 'offered' check (state in ('offered', 'waiting', 'done', 'refused', 'withdrawn')),
  primary key (property_id, swap_id),
  foreign key (property_id, shift_id) references hotel.shift (property_id, shift_id),
  foreign key (property_id, from_id) references hotel.staff (property_id, staff_id),
  foreign key (property_id, for_id) references hotel.staff (property_id, staff_id),
  foreign key (property_id, to_id) references hotel.staff (property_id, staff_id),
  check (state not in ('waiting', 'done') or (to_id is not null and accepted_at is not null))
);
create unique index shift_swap_one_open on hotel.shift_swap (property_id, shift_id) where state in ('offered', 'waiting');

create table hotel.handover (             -- a note to the next shift of a duty, or to one person; dropped after 30 days, so never captured
  property_id uuid not null, handover_id uuid not null, from_id uuid not null, shift_id uuid, duty text not null,
  to_duty text not null default '', to_id uuid, words text not null check (length(btrim(words)) between 1 and 1000),
  at timestamptz not null default clock_timestamp(), read_at timestamptz, read_by uuid,
  primary key (property_id, handover_id),
  foreign key (property_id, from_id) references hotel.staff (property_id, staff_id),
  foreign key (property_id, to_id) references hotel.staff (property_id, staff_id),
  check ((to_id is null) <> (to_duty = '')), check ((read_at is null) = (read_by is null))
);
create index handover_unread on hotel.handover (property_id, at) where read_at is null;

-- ---------------------------------------------------------------------------------------------------------- training
create table hotel.course (
  property_id uuid not null references hotel.property (property_id),
  course text not null check (course ~ '^[a-z][a-z0-9_-]{0,39}$'),
  name_zh text not null check (length(btrim(name_zh)) between 1 and 80), name_en text not null check (length(btrim(name_en)) between 1 and 80),
  months int not null check (months between 1 and 36),              -- how long a completion counts
  primary key (property_id, course)
);
create table hotel.course_version (       -- append only: what was read and asked stays known
  property_id uuid not null, course text not null, version text not null check (length(btrim(version)) between 1 and 40),
  content jsonb not null, made_at timestamptz not null default clock_timestamp(),
  primary key (property_id, course, version),
  foreign key (property_id, course) references hotel.course (property_id, course)
);
create table hotel.course_role (          -- a course that a duty needs; the keeper reads it
  property_id uuid not null, course text not null, role text not null, from_at timestamptz not null default clock_timestamp(), ended_at timestamptz,
  primary key (property_id, course, role, from_at),
  foreign key (property_id, course) references hotel.course (property_id, course)
);
create index course_role_by_role on hotel.course_role (property_id, role) where ended_at is null;
create unique index course_role_once on hotel.course_role (property_id, course, role) where ended_at is null;

create table hotel.course_attempt (       -- one test: its order is drawn here, its answers are taken once
  property_id uuid not null, attempt_id uuid not null, staff_id uuid not null, course text not null, version text not null,
  drawn jsonb not null, begun_at timestamptz not null default clock_timestamp(),
  submitted_at timestamptz, correct int, questions int not null check (questions between 1 and 40), passed boolean,
  primary key (property_id, attempt_id),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id),
  foreign key (property_id, course, version) references hotel.course_version (property_id, course, version),
  check ((submitted_at is null) = (correct is null) and (submitted_at is null) = (passed is null))
);
create index course_attempt_by_staff on hotel.course_attempt (property_id, staff_id, begun_at);

alter table hotel.training
  add column how text not null default 'recorded' check (how in ('file', 'recorded', 'test')),
  add column by_id uuid check (by_id <> staff_id),                  -- who recorded it: never the person
  add column attempt_id uuid;
alter table hotel.training add check ((how = 'test') = (attempt_id is not null));
create unique index training_by_attempt on hotel.training (property_id, attempt_id) where attempt_id is not null;

-- A test counts once, by its own person, within two hours of its beginning, and a completion by test only after one that was passed.
create function hotel.attempt_moves() returns trigger language plpgsql as $$
begin
  if old.submitted_at is not null or old.begun_at < clock_timestamp() - interval '2 hours'
     or (new.property_id, new.attempt_id, new.staff_id, new.course, new.version, new.drawn, new.begun_at, new.questions)
        is distinct from (old.property_id, old.attempt_id, old.staff_id, old.course, old.version, old.drawn, old.begun_at, old.questions) then
    raise exception 'a test is answered once' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger attempt_moves before update on hotel.course_attempt for each row execute function hotel.attempt_moves();
alter table hotel.course_attempt enable always trigger attempt_moves;
create function hotel.training_by_test() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.how = 'test' and not exists (
       select 1 from hotel.course_attempt a
        where a.property_id = new.property_id and a.attempt_id = new.attempt_id and a.staff_id = new.staff_id
          and a.course = new.course and a.version = new.version and a.passed) then
    raise exception 'no such test was passed' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger training_by_test before insert or update on hotel.training for each row execute function hotel.training_by_test();
alter table hotel.training enable always trigger training_by_test;

create table hotel.training_reminder (    -- what somebody was reminded of, so that it happens once
  property_id uuid not null, staff_id uuid not null, course text not null, valid_until date not null, days int not null check (days in (-1, 0, 7, 30)),
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, staff_id, course, valid_until, days)
);
-- Reminds everybody whose training of a course they need ends within 30 days, within 7, or has ended; and of a course never completed. For the
-- worker, which reads none of the tables. Returns how many were reminded now.
create function hotel.remind_of_training(p uuid) returns int language sql security definer set search_path = pg_catalog as $$
  with day as (select (clock_timestamp() at time zone h.time_zone)::date as today from hotel.property h where h.property_id = p),
  held as (
    select distinct t.staff_id, r.role from hotel.staff t cross join day
      join hotel.staff_role r on r.property_id = p and r.staff_id = t.staff_id and r.from_on <= day.today
       and (r.until_on is null or r.until_on >= day.today)
     where t.property_id = p and t.active),
  needed as (
    select distinct h.staff_id, c.course from held h
      join hotel.course_role c on c.property_id = p and c.role = h.role and c.ended_at is null),
  due as (
    select n.staff_id, n.course, coalesce(g.valid_until, date '1970-01-01') as valid_until,
           case when g.valid_until is null then -1 when g.valid_until <= day.today then 0
                when g.valid_until <= day.today + 7 then 7 when g.valid_until <= day.today + 30 then 30 end as days
      from needed n cross join day
      left join lateral (select max(x.valid_until) as valid_until from hotel.training x
                          where x.property_id = p and x.staff_id = n.staff_id and x.course = n.course) g on true),
  fresh as (
    insert into hotel.training_reminder (property_id, staff_id, course, valid_until, days)
    select p, d.staff_id, d.course, d.valid_until, d.days from due d where d.days is not null
    on conflict do nothing returning staff_id, course, valid_until, days),
  told as (
    insert into hotel.notice (property_id, to_staff, kind, details)
    select p, f.staff_id, case when f.days < 0 then 'training_needed' else 'training_ends' end,
           jsonb_build_object('course', f.course) || case when f.days < 0 then '{}' else jsonb_build_object('until', f.valid_until, 'days', f.days) end
      from fresh f returning 1)
  select count(*)::int from told
$$;

-- ---------------------------------------------------------------------------------------------------------- locks
alter table hotel.lock add column released_by uuid;
alter table hotel.lock add check (released_by is null or released_at is not null);
create index lock_open on hotel.lock (property_id) where released_at is null;  -- few: read with every page and every new standing
-- A lock is set once and ends once, never by whom it locks.
create function hotel.lock_moves() returns trigger language plpgsql as $$
begin
  if old.released_at is not null
     or (new.property_id, new.lock_id, new.kind, new.target_id, new.reason, new.by_id, new.at, new.until_at)
        is distinct from (old.property_id, old.lock_id, old.kind, old.target_id, old.reason, old.by_id, old.at, old.until_at)
     or new.released_by = new.target_id then
    raise exception 'a lock ends once, by somebody else' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger lock_moves before update on hotel.lock for each row execute function hotel.lock_moves();
alter table hotel.lock enable always trigger lock_moves;

-- ---------------------------------------------------------------------------------------------------------- captured, append only
call ledger.capture_changes(array['shift_swap', 'course', 'course_role']);
create trigger append_only before update or delete on hotel.course_version for each row execute function ledger.refuse();
alter table hotel.course_version enable always trigger append_only;
create trigger append_only_truncate before truncate on hotel.course_version for each statement execute function ledger.refuse();
alter table hotel.course_version enable always trigger append_only_truncate;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert on hotel.shift_swap, hotel.handover, hotel.course, hotel.course_version, hotel.course_role, hotel.course_attempt
  to discretion_office;
grant update (to_id, accepted_at, decided_by, decided_at, state) on hotel.shift_swap to discretion_office;
grant update (read_at, read_by) on hotel.handover to discretion_office;
grant update (name_zh, name_en, months) on hotel.course to discretion_office;
grant update (ended_at) on hotel.course_role to discretion_office;
grant update (submitted_at, correct, passed) on hotel.course_attempt to discretion_office;
grant select on hotel.course_role to discretion_keeper;
grant select (property_id, at), delete on hotel.handover to discretion_worker;
grant execute on function hotel.remind_of_training to discretion_worker;
