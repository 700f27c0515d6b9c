-- 0025: whoever else handles what the hotel holds of guests is told. Processors and recipients stand in a list of the hotel. Which of them a request for
-- rights concerns is frozen when it is carried out; each is told before the guest is answered; what it confirms is kept whenever it comes.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- the list
create table hotel.processor (            -- captured, never deleted: a company beside the hotel, which field groups it holds, how it is reached
  property_id uuid not null references hotel.property (property_id),
  processor_id uuid not null,
  name text not null check (length(btrim(name)) between 2 and 120),
  kind text not null check (kind in ('processor', 'recipient')),
  groups smallint not null check (groups between 1 and 255),
  reached text not null check (length(btrim(reached)) between 3 and 300),      -- an address of the company, not of a person
  added_by uuid not null, added_at timestamptz not null default clock_timestamp(),
  ended_by uuid, ended_at timestamptz,
  primary key (property_id, processor_id),
  foreign key (property_id, added_by) references hotel.staff (property_id, staff_id),
  foreign key (property_id, ended_by) references hotel.staff (property_id, staff_id),
  check ((ended_at is null) = (ended_by is null))
);
create unique index processor_by_name on hotel.processor (property_id, lower(btrim(name))) where ended_at is null;

create function hotel.processor_moves() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if old.ended_at is not null
     or (new.property_id, new.processor_id, new.added_by, new.added_at) is distinct from (old.property_id, old.processor_id, old.added_by, old.added_at) then
    raise exception 'what has ended stays as it was; add it anew' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger processor_moves before update on hotel.processor for each row execute function hotel.processor_moves();
alter table hotel.processor enable always trigger processor_moves;
create trigger processor_stays before delete on hotel.processor for each row execute function ledger.refuse();
alter table hotel.processor enable always trigger processor_stays;

-- ---------------------------------------------------------------------------------------------------------- whom a request concerns, and what they were told
create table hotel.rights_concern (       -- append only, written by the database alone: the list as it stood when the request was carried out
  property_id uuid not null, case_id uuid not null, processor_id uuid not null,
  name text not null, kind text not null, groups smallint not null check (groups between 1 and 255),
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, case_id, processor_id),
  foreign key (property_id, case_id) references hotel.rights_request (property_id, case_id),
  foreign key (property_id, processor_id) references hotel.processor (property_id, processor_id)
);
create table hotel.rights_told (          -- append only: that one of them was told, and that it confirmed; each once
  property_id uuid not null, case_id uuid not null, processor_id uuid not null,
  act text not null check (act in ('told', 'confirmed')),
  on_day date not null,
  how text not null default '' check (how in ('', 'letter', 'mail', 'portal')),
  reference text not null default '' check (length(reference) <= 80),          -- a word of theirs by which the confirmation is found again
  by_id uuid not null, at timestamptz not null default clock_timestamp(),
  primary key (property_id, case_id, processor_id, act),
  foreign key (property_id, case_id, processor_id) references hotel.rights_concern (property_id, case_id, processor_id),
  foreign key (property_id, by_id) references hotel.staff (property_id, staff_id),
  check ((act = 'told') = (how <> '')), check (act = 'confirmed' or reference = '')
);
create index rights_told_on on hotel.rights_told (property_id, on_day) where act = 'told';

-- The field groups of a request that others must hear of: what is deleted, corrected or only stored from now on.
create function hotel.rights_groups_told(p uuid, of_case uuid) returns int language sql stable security definer set search_path = pg_catalog as $$
  select coalesce(bit_or(l.groups), 0)::int from hotel.rights_line l
   where l.property_id = p and l.case_id = of_case and l.what like 'group.%' and l.disposition in ('correct', 'delete', 'stop')
$$;
-- How much still stands against an answer: lines undecided, or decided and not done; and whoever was not told of what they hold.
create or replace function hotel.rights_lines_left(p uuid, of_case uuid) returns bigint language sql stable security definer set search_path = pg_catalog as $$
  select (select count(*) from hotel.rights_line l
           where l.property_id = p and l.case_id = of_case
             and (l.disposition is null or (l.disposition in ('copy', 'correct', 'delete', 'stop') and l.done_at is null)))
       + (select count(*) from hotel.rights_concern c
           where c.property_id = p and c.case_id = of_case and c.groups & hotel.rights_groups_told(p, of_case) <> 0
             and not exists (select 1 from hotel.rights_told t
                              where t.property_id = p and t.case_id = of_case and t.processor_id = c.processor_id and t.act = 'told'))
$$;

-- Once a request is carried out, the list as it stands then says whom it concerns.
create function hotel.rights_concerns() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into hotel.rights_concern (property_id, case_id, processor_id, name, kind, groups)
  select new.property_id, new.case_id, r.processor_id, r.name, r.kind, r.groups & g.mask
    from hotel.processor r cross join (select hotel.rights_groups_told(new.property_id, new.case_id) as mask) g
   where r.property_id = new.property_id and r.ended_at is null and r.groups & g.mask <> 0;
  return null;
end $$;
create trigger rights_concerns after update of carried_at on hotel.rights_request for each row
  when (old.carried_at is null and new.carried_at is not null) execute function hotel.rights_concerns();
alter table hotel.rights_request enable always trigger rights_concerns;

-- Told is whom the request concerns, of what is really decided, before the answer; confirmed is what was told before. No day lies ahead.
create function hotel.rights_told_is_true() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare q hotel.rights_request; first date; held int;
begin
  select * into q from hotel.rights_request r where r.property_id = new.property_id and r.case_id = new.case_id for update;
  select c.groups into held from hotel.rights_concern c
   where c.property_id = new.property_id and c.case_id = new.case_id and c.processor_id = new.processor_id;
  if new.act = 'told' then
    if q.state = 'in_work' and held & hotel.rights_groups_told(new.property_id, new.case_id) <> 0 then
      select (q.carried_at at time zone h.time_zone)::date into first from hotel.property h where h.property_id = new.property_id;
    end if;
  else
    select t.on_day into first from hotel.rights_told t
     where t.property_id = new.property_id and t.case_id = new.case_id and t.processor_id = new.processor_id and t.act = 'told';
  end if;
  if first is null or new.on_day < first or new.on_day > hotel.today(new.property_id) then
    raise exception 'nobody is told of what does not concern them, and nobody confirms what they were not told' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger rights_told_is_true before insert on hotel.rights_told for each row execute function hotel.rights_told_is_true();
alter table hotel.rights_told enable always trigger rights_told_is_true;

alter table hotel.rights_act
  drop constraint rights_act_act_check,
  add constraint rights_act_act_check
    check (act in ('received', 'identity', 'taken_up', 'decided', 'proposed', 'seconded', 'sent_back', 'carried_out', 'copied',
                   'corrected', 'handed_over', 'supplemented', 'prolonged', 'told', 'confirmed', 'answered', 'closed', 'withdrawn', 'lifted'));

-- ---------------------------------------------------------------------------------------------------------- captured, append only
call ledger.capture_changes(array['processor', 'rights_concern', 'rights_told']);
do $$
declare t text;
begin
  foreach t in array array['rights_concern', 'rights_told'] loop
    execute format('create trigger append_only before update or delete on hotel.%I for each row execute function ledger.refuse()', t);
    execute format('alter table hotel.%I enable always trigger append_only', t);
  end loop;
end $$;

-- What an erasure takes of these: the words by which confirmations are found again. Which company was told when stays as proof, and names nobody.
call ledger.may_be_erased(array['hotel.rights_told']);
alter table hotel.rights_told alter column reference set statistics 0;
create function hotel.erase_part_told(p uuid, guest uuid, erased int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  if erased <> 255 then
    return 0;
  end if;
  update hotel.rights_told t set reference = 'erased'
   where t.property_id = p and t.reference <> ''
     and t.case_id in (select q.case_id from hotel.rights_request q where q.property_id = p and q.guest_id = guest);
  get diagnostics n = row_count;
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select on hotel.processor, hotel.rights_concern, hotel.rights_told to discretion_office;
grant insert (property_id, processor_id, name, kind, groups, reached, added_by) on hotel.processor to discretion_office;
grant update (name, kind, groups, reached, ended_by, ended_at) on hotel.processor to discretion_office;
grant insert (property_id, case_id, processor_id, act, on_day, how, reference, by_id) on hotel.rights_told to discretion_office;
-- PostgreSQL 17 on: the keeper may write the file anew, so that nothing of an erased guest is left in it (0016).
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then
    execute 'grant maintain on hotel.rights_told to discretion_keeper';
  end if;
end $$;
