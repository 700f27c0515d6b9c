-- 0018: how long what is kept. Rules of a hotel in versions, legal holds by two people, plans of what falls due. What falls due is computed here,
-- from the rules in force and nothing else: whoever holds the office's or the worker's role can have erased what the rules say, and no more.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table hotel.retention_rule (       -- one version of one rule; of each code at most one is in force
  property_id uuid not null references hotel.property (property_id),
  rule_id uuid not null, code text not null check (code ~ '^[A-Za-z][A-Za-z0-9-]{1,39}$'), version int not null check (version > 0),
  preset text not null check (preset ~ '^[A-Z]{2}$'), home text not null check (home ~ '^[A-Z]{3}$'),
  basis text not null check (basis in ('law', 'choice')),
  groups int not null check (groups between 1 and 511),              -- bits 0 to 7: field groups; 256: that there were stays
  whom text not null check (whom in ('any', 'domestic', 'foreign')),
  stays text not null check (stays in ('any', 'stayed', 'cancelled', 'no_show', 'never_arrived')),
  event text not null check (event in ('arrival', 'collection', 'departure')),
  keep_months int check (keep_months between 0 and 600), keep_days int check (keep_days between 0 and 3660),
  gone_months int check (gone_months between 0 and 600), gone_days int check (gone_days between 0 and 3660),
  law_zh text not null check (length(law_zh) between 1 and 400), law_en text not null check (length(law_en) between 1 and 400),
  note_zh text not null check (length(note_zh) <= 400), note_en text not null check (length(note_en) <= 400),
  is_certain boolean not null,
  set_by uuid, reason text not null default '' check (length(reason) <= 500),   -- nobody: the operator, at set-up
  from_at timestamptz not null default clock_timestamp(), ended_at timestamptz, ended_by uuid,
  primary key (property_id, rule_id), unique (property_id, code, version),
  foreign key (property_id, set_by) references hotel.staff (property_id, staff_id),
  check ((keep_months is null) = (keep_days is null)), check ((gone_months is null) = (gone_days is null)),
  check (keep_months is not null or gone_months is not null), check (ended_by is null or ended_at is not null),
  check (set_by is null or length(btrim(reason)) >= 3)
);
create unique index retention_rule_in_force on hotel.retention_rule (property_id, code) where ended_at is null;

create table hotel.legal_hold (           -- nothing of these groups goes: of one guest, of the guests of a case, or of everybody who stayed in some days
  property_id uuid not null references hotel.property (property_id),
  hold_id uuid not null, number text not null check (length(number) between 3 and 20),
  guest_id uuid, case_id uuid, first_day date, last_day date check (last_day >= first_day and last_day <= first_day + 92),
  groups int not null check (groups between 1 and 255),
  reason text not null check (length(btrim(reason)) between 3 and 500), reference text not null default '' check (length(reference) <= 80),
  proposed_by uuid not null, proposed_at timestamptz not null default clock_timestamp(),
  seconded_by uuid check (seconded_by <> proposed_by), seconded_at timestamptz,
  until_at timestamptz not null check (until_at > proposed_at and until_at <= proposed_at + interval '25 months'),
  ended_at timestamptz, ended_by uuid, end_reason text not null default '' check (length(end_reason) <= 500),
  primary key (property_id, hold_id), unique (property_id, number),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  foreign key (property_id, case_id) references hotel.case_file (property_id, case_id),
  foreign key (property_id, proposed_by) references hotel.staff (property_id, staff_id),
  foreign key (property_id, seconded_by) references hotel.staff (property_id, staff_id),
  foreign key (property_id, ended_by) references hotel.staff (property_id, staff_id),
  check (num_nonnulls(guest_id, case_id, first_day) = 1), check ((first_day is null) = (last_day is null)),
  check ((seconded_by is null) = (seconded_at is null)), check ((ended_by is null) = (ended_at is null)),
  check (ended_at is null or length(btrim(end_reason)) >= 3)
);
create index legal_hold_open on hotel.legal_hold (property_id) where ended_at is null;  -- few: read with every erasure

create table hotel.retention_plan (       -- what falls due on a day, in numbers; the digest says of whom, so that another day's plan is never run
  property_id uuid not null references hotel.property (property_id),
  plan_id uuid not null, for_day date not null, how text not null check (how in ('command', 'night', 'page')),
  made_at timestamptz not null default clock_timestamp(), made_by uuid,
  digest bytea not null check (octet_length(digest) = 32), records int not null check (records >= 0), counts jsonb not null,
  state text not null default 'made' check (state in ('made', 'running', 'done')),
  run_at timestamptz, run_by uuid, done_at timestamptz,
  primary key (property_id, plan_id),
  foreign key (property_id, made_by) references hotel.staff (property_id, staff_id),
  foreign key (property_id, run_by) references hotel.staff (property_id, staff_id),
  check ((state = 'made') = (run_at is null)), check ((state = 'done') = (done_at is not null))
);
create index retention_plan_by_day on hotel.retention_plan (property_id, made_at);
create index retention_plan_running on hotel.retention_plan (property_id) where state = 'running';
create unique index retention_plan_one_a_night on hotel.retention_plan (property_id, for_day) where how = 'night';

-- ---------------------------------------------------------------------------------------------------------- what may happen to them
-- A version of a rule ends once and changes in nothing else.
create function hotel.rule_ends_once() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null or new.ended_at is null or to_jsonb(new) - array['ended_at', 'ended_by'] is distinct from to_jsonb(old) - array['ended_at', 'ended_by'] then
    raise exception 'a rule ends once; another version is another row' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger rule_ends_once before update on hotel.retention_rule for each row execute function hotel.rule_ends_once();
alter table hotel.retention_rule enable always trigger rule_ends_once;

-- Who may answer for a hold: people who work here and have one of these roles today.
create function hotel.may_hold(p uuid, staff uuid) returns boolean language sql stable security definer set search_path = pg_catalog as $$
  select exists (select 1 from hotel.staff t
                   join hotel.property h on h.property_id = p
                   join hotel.staff_role o on o.property_id = p and o.staff_id = t.staff_id and o.role in ('privacy', 'general_manager', 'legal')
                    and (clock_timestamp() at time zone h.time_zone)::date between o.from_on and coalesce(o.until_on, 'infinity')
                  where t.property_id = p and t.staff_id = staff and t.active)
$$;
-- A hold is proposed by one, seconded by another, ended by one with a reason; nothing else of it ever changes.
create function hotel.hold_moves() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if hotel.is_erasing(new.property_id) then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.seconded_by is not null or new.ended_at is not null or not hotel.may_hold(new.property_id, new.proposed_by) then
      raise exception 'a hold is proposed first, by somebody who may' using errcode = '42501';
    end if;
    return new;
  end if;
  if old.ended_at is not null
     or to_jsonb(new) - array['seconded_by', 'seconded_at', 'ended_at', 'ended_by', 'end_reason']
        is distinct from to_jsonb(old) - array['seconded_by', 'seconded_at', 'ended_at', 'ended_by', 'end_reason']
     or (old.seconded_by is not null and (new.seconded_by, new.seconded_at) is distinct from (old.seconded_by, old.seconded_at))
     or (old.seconded_by is null and new.seconded_by is not null and (new.ended_at is not null or not hotel.may_hold(new.property_id, new.seconded_by)))
     or (new.ended_at is not null and not hotel.may_hold(new.property_id, new.ended_by)) then
    raise exception 'a hold is seconded once and ended once, by somebody who may' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger hold_moves before insert or update on hotel.legal_hold for each row execute function hotel.hold_moves();
alter table hotel.legal_hold enable always trigger hold_moves;

create function hotel.plan_moves() returns trigger language plpgsql as $$
begin
  if not ((old.state = 'made' and new.state = 'running') or (old.state = 'running' and new.state = 'done'))
     or to_jsonb(new) - array['state', 'run_at', 'run_by', 'done_at'] is distinct from to_jsonb(old) - array['state', 'run_at', 'run_by', 'done_at'] then
    raise exception 'a plan runs once' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger plan_moves before update on hotel.retention_plan for each row execute function hotel.plan_moves();
alter table hotel.retention_plan enable always trigger plan_moves;

-- ---------------------------------------------------------------------------------------------------------- holds
-- The groups of one guest that nothing erases, as a mask: by a mark `hold`, or by a legal hold of the guest, of a case that names them, or of days they stayed.
create or replace function hotel.held_groups(p uuid, guest uuid) returns int language sql stable security definer set search_path = pg_catalog as $$
  select coalesce(bit_or(x.groups), 0) from (
    select 255 as groups from hotel.mark m
     where m.property_id = p and m.guest_id = guest and m.kind = 'hold' and m.ended_at is null and m.from_at <= clock_timestamp()
       and (m.until_at is null or m.until_at > clock_timestamp())
    union all
    select h.groups from hotel.legal_hold h
     where h.property_id = p and h.ended_at is null and h.seconded_at is not null and h.until_at > clock_timestamp()
       and (h.guest_id = guest
            or exists (select 1 from hotel.case_guest c where c.property_id = p and c.case_id = h.case_id and c.guest_id = guest)
            or exists (select 1 from hotel.occupant o join hotel.stay s on s.property_id = p and s.stay_id = o.stay_id
                        where o.property_id = p and o.guest_id = guest and s.arrival <= h.last_day and coalesce(s.left_on, s.departure) >= h.first_day))) x
$$;
-- The same of everybody whom a hold is about.
create function hotel.holds_in_force(p uuid) returns table (guest_id uuid, groups int) language sql stable security definer set search_path = pg_catalog as $$
  with hold as (
    select h.* from hotel.legal_hold h
     where h.property_id = p and h.ended_at is null and h.seconded_at is not null and h.until_at > clock_timestamp()),
  one as (
    select m.guest_id, 255 as groups from hotel.mark m
     where m.property_id = p and m.kind = 'hold' and m.ended_at is null and m.from_at <= clock_timestamp()
       and (m.until_at is null or m.until_at > clock_timestamp())
    union all select h.guest_id, h.groups from hold h where h.guest_id is not null
    union all select c.guest_id, h.groups from hold h join hotel.case_guest c on c.property_id = p and c.case_id = h.case_id
    union all select o.guest_id, h.groups from hold h
      join hotel.stay s on s.property_id = p and s.arrival <= h.last_day and coalesce(s.left_on, s.departure) >= h.first_day
      join hotel.occupant o on o.property_id = p and o.stay_id = s.stay_id and o.guest_id is not null)
  select x.guest_id, bit_or(x.groups) from one x group by x.guest_id
$$;

-- What an erasure of a whole record takes of holds that are over: whose they were, and the words. One in force stops it before.
create function hotel.erase_part_holds(p uuid, guest uuid, erased int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  if erased <> 255 then
    return 0;
  end if;
  update hotel.legal_hold h set guest_id = hotel.nobody(), reason = 'erased', reference = '', end_reason = case when h.end_reason = '' then '' else 'erased' end
   where h.property_id = p and h.guest_id = guest;
  get diagnostics n = row_count;
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------- what falls due
-- The latest day from which a period is over on `today`; null for no period. A month from 31 January is 28 or 29 February, so a few days are tried.
create function hotel.over_since(today date, months int, days int) returns date language sql immutable set search_path = pg_catalog as $$
  select max(c.day) from generate_series(-4, 4) n
    cross join lateral (select (today - make_interval(months => months, days => days))::date + n as day) c
   where (c.day + make_interval(months => months, days => days))::date <= today
$$;

-- What rules say on a day of every guest of a property, whether they are the hotel's or are only being thought of. One pass over the stays, never one a guest.
-- The arrays are rules, in the order in which a group is ascribed to one. due: what goes, as a mask, 255 with the links; passed: bit n for rule n whose
-- limit is over; waits: limits over, but an obligation lasts; clash: the same where both are law; why_not: what stops all of it.
create function hotel.due_by(
  p uuid, today date, is_law boolean[], rule_groups int[], homes text[], guest_kinds text[], stay_bits int[], events text[],
  keep_months int[], keep_days int[], gone_months int[], gone_days int[]
) returns table (guest_id uuid, due int, passed bigint, waits int, clash int, held int, why_not text)
language plpgsql stable security definer set search_path = pg_catalog as $$
#variable_conflict use_column
begin
  return query
  with rule as materialized (
    select r.is_law, r.groups, r.home, r.guests, r.stays, r.event, hotel.over_since(today, r.km, r.kd) as kept_after,
           hotel.over_since(today, r.gm, r.gd) as gone_until, 1::bigint << (r.no - 1)::int as bit, r.km is not null as keeps
      from unnest(is_law, rule_groups, homes, guest_kinds, stay_bits, events, keep_months, keep_days, gone_months, gone_days)
           with ordinality as r (is_law, groups, home, guests, stays, event, km, kd, gm, gd, no)),
  line as (
    select o.guest_id, case when o.state = 'cancelled' or s.state = 'cancelled' then 2 when s.state in ('in_house', 'checked_out') then 1
                            when s.state = 'no_show' then 4 else 8 end as outcome,
           v.country, coalesce(s.checked_in_on, s.arrival) as arrival, coalesce(s.left_on, s.departure) as departure,
           case when s.state in ('in_house', 'checked_out') then coalesce(s.checked_in_on, s.arrival) else coalesce(v.booked_on, s.arrival) end as collection,
           o.state not in ('departed', 'cancelled') and s.state in ('inquired', 'waitlisted', 'tentative', 'confirmed', 'in_house') as is_open
      from hotel.occupant o
      join hotel.stay s on s.property_id = p and s.stay_id = o.stay_id
      join hotel.reservation v on v.property_id = p and v.reservation_id = s.reservation_id
     where o.property_id = p and o.guest_id is not null
    union all
    select g.guest_id, 16, '', d.day, d.day, d.day, false
      from hotel.guest g
      join hotel.property h on h.property_id = p
      cross join lateral (select (g.created_at at time zone h.time_zone)::date as day) d
     where g.property_id = p and g.source <> 'erased' and not exists (select 1 from hotel.occupant o where o.property_id = p and o.guest_id = g.guest_id)),
  said as (
    select l.guest_id, bool_or(l.is_open) as is_open, max(greatest(l.departure, l.collection)) as newest, bit_and(m.gone) as gone, bit_or(m.kept) as kept,
           bit_and(m.gone_law) as gone_law, bit_or(m.kept_law) as kept_law, bit_or(m.passed) as passed
      from line l
      cross join lateral (
        select coalesce(bit_or(r.groups) filter (where e.day <= r.gone_until), 0) as gone,
               coalesce(bit_or(r.groups) filter (where r.keeps and e.day > r.kept_after), 0) as kept,
               coalesce(bit_or(r.groups) filter (where r.is_law and e.day <= r.gone_until), 0) as gone_law,
               coalesce(bit_or(r.groups) filter (where r.is_law and r.keeps and e.day > r.kept_after), 0) as kept_law,
               coalesce(bit_or(r.bit) filter (where e.day <= r.gone_until), 0) as passed
          from rule r
          cross join lateral (select case r.event when 'arrival' then l.arrival when 'departure' then l.departure else l.collection end as day) e
         where r.stays & l.outcome <> 0 and (r.guests = 'any' or l.country = '' or (l.country = r.home) = (r.guests = 'domestic'))) m
     group by l.guest_id),
  named as (
    select distinct c.guest_id from hotel.case_guest c join hotel.case_file f on f.property_id = p and f.case_id = c.case_id and f.closed_at is null
     where c.property_id = p),
  marked as (
    select distinct m.guest_id from hotel.mark m
     where m.property_id = p and m.kind in ('restriction', 'do_not_rent') and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp())),
  ordered as (
    select e.guest_id, bit_or(e.groups) filter (where e.done_at is null) as waiting, max(e.done_at) as at, bit_or(e.groups) filter (where e.done_at is not null) as done,
           bool_or(e.groups = 255 or e.stopped is not null) as is_whole
      from hotel.erasure_order e where e.property_id = p and (e.stopped is null or e.stopped = 'unknown') group by e.guest_id),
  found as (
    select s.guest_id, s.is_open, s.passed, s.gone & s.kept as waits, s.gone_law & s.kept_law as clash, coalesce(h.groups, 0) as held,
           n.guest_id is not null as is_named, k.guest_id is not null as is_marked,
           case when coalesce(r.is_whole, false) then 0
                when s.gone & ~s.kept & 255 = 255 then case when s.kept & 256 = 0 then 255 else 255 & ~8 end
                else s.gone & ~s.kept & 255 end
           & case when s.gone & ~s.kept & 255 = 255 and s.kept & 256 = 0 then 255
                  else ~(coalesce(r.waiting, 0) | case when r.at > s.newest then coalesce(r.done, 0) else 0 end) end as goes
      from said s
      left join hotel.holds_in_force(p) h on h.guest_id = s.guest_id
      left join named n on n.guest_id = s.guest_id
      left join marked k on k.guest_id = s.guest_id
      left join ordered r on r.guest_id = s.guest_id)
  select f.guest_id, f.goes & ~f.held, f.passed, f.waits, f.clash, f.goes & f.held,
         case when f.goes = 0 then '' when f.is_open then 'open_stay' when f.is_named then 'open_case' when f.is_marked then 'marked'
              when f.goes & ~f.held = 0 then 'held' else '' end
    from found f where f.goes <> 0 or f.waits <> 0;
end $$;
-- What falls due by the rules in force; laws first, so that a group is ascribed to one.
create function hotel.retention_due(p uuid, today date)
returns table (guest_id uuid, due int, passed bigint, waits int, clash int, held int, why_not text)
language sql stable security definer set search_path = pg_catalog as $$
  select d.guest_id, d.due, d.passed, d.waits, d.clash, d.held, d.why_not
    from (select array_agg(r.basis = 'law' order by r.basis desc, r.code) as is_law, array_agg(r.groups order by r.basis desc, r.code) as groups,
                 array_agg(r.home order by r.basis desc, r.code) as homes, array_agg(r.whom order by r.basis desc, r.code) as whom,
                 array_agg(case r.stays when 'any' then 31 when 'stayed' then 1 when 'cancelled' then 2 when 'no_show' then 4 else 30 end
                           order by r.basis desc, r.code) as stays,
                 array_agg(r.event order by r.basis desc, r.code) as events,
                 array_agg(r.keep_months order by r.basis desc, r.code) as km, array_agg(r.keep_days order by r.basis desc, r.code) as kd,
                 array_agg(r.gone_months order by r.basis desc, r.code) as gm, array_agg(r.gone_days order by r.basis desc, r.code) as gd
            from hotel.retention_rule r where r.property_id = p and r.ended_at is null) a
   cross join lateral hotel.due_by(p, today, a.is_law, a.groups, a.homes, a.whom, a.stays, a.events, a.km, a.kd, a.gm, a.gd) d
$$;

-- Orders what a plan found, in parts, and returns how many; -1 when something else falls due by now, -2 when the plan was run or is none.
create function hotel.run_retention(p uuid, plan uuid, staff uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare
  q record; guests uuid[]; masks int[]; found bytea; n int; today date;
begin
  select r.* into q from hotel.retention_plan r where r.property_id = p and r.plan_id = plan and r.state = 'made' for update;
  if q.plan_id is null then
    return -2;
  end if;
  select h.business_date into today from hotel.property h where h.property_id = p for share;
  if q.for_day <> today then
    return -1;
  end if;
  select array_agg(d.guest_id order by d.guest_id), array_agg(d.due order by d.guest_id),
         sha256(coalesce(string_agg(uuid_send(d.guest_id) || int4send(d.due), '' order by d.guest_id), ''))
    into guests, masks, found
    from hotel.retention_due(p, today) d where d.due <> 0 and d.why_not = '';
  if found <> q.digest then
    return -1;
  end if;
  n := coalesce(array_length(guests, 1), 0);
  update hotel.retention_plan set state = 'running', run_at = clock_timestamp(), run_by = staff where property_id = p and plan_id = plan;
  for i in 0 .. (n - 1) / 2000 loop  -- one captured change for each part
    insert into hotel.erasure_order (property_id, order_id, guest_id, groups, why, plan_id, ordered_by)
    select p, gen_random_uuid(), u.guest, u.mask, 'retention', plan, staff
      from unnest(guests[i * 2000 + 1 : i * 2000 + 2000], masks[i * 2000 + 1 : i * 2000 + 2000]) as u (guest, mask);
  end loop;
  return n;
end $$;

-- A plan whose orders are all carried out or stopped is done; how many were done, stopped, and wait.
create function hotel.retention_progress(p uuid, plan uuid) returns table (done int, stopped int, waiting int)
language plpgsql security definer set search_path = pg_catalog as $$
#variable_conflict use_column
begin
  return query
  with o as (
    select count(*) filter (where e.done_at is not null)::int as done, count(*) filter (where e.done_at is null and e.stopped is not null)::int as stopped,
           count(*) filter (where e.done_at is null and e.stopped is null)::int as waiting
      from hotel.erasure_order e where e.property_id = p and e.plan_id = plan),
  ended as (
    update hotel.retention_plan r set state = 'done', done_at = clock_timestamp() from o
     where r.property_id = p and r.plan_id = plan and r.state = 'running' and o.waiting = 0)
  select o.done, o.stopped, o.waiting from o;
end $$;

-- ---------------------------------------------------------------------------------------------------------- captured, append only
call ledger.capture_changes(array['retention_rule', 'legal_hold', 'retention_plan']);
do $$
declare t text;
begin
  foreach t in array array['retention_rule', 'legal_hold', 'retention_plan'] loop
    execute format('create trigger never_deleted before delete on hotel.%I for each row execute function ledger.refuse()', t);
    execute format('alter table hotel.%I enable always trigger never_deleted', t);
  end loop;
end $$;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert on hotel.retention_rule, hotel.retention_plan to discretion_office;
grant update (ended_at, ended_by) on hotel.retention_rule to discretion_office;
grant select on hotel.legal_hold to discretion_office;
grant insert (property_id, hold_id, number, guest_id, case_id, first_day, last_day, groups, reason, reference, proposed_by, until_at)
  on hotel.legal_hold to discretion_office;
grant update (seconded_by, seconded_at, ended_at, ended_by, end_reason) on hotel.legal_hold to discretion_office;
grant select on hotel.retention_rule to discretion_worker;
grant select, insert on hotel.retention_plan to discretion_worker;
grant execute on function hotel.held_groups to discretion_office, discretion_worker, discretion_keeper;
grant execute on function hotel.holds_in_force, hotel.may_hold, hotel.due_by to discretion_office;
grant execute on function hotel.retention_due, hotel.run_retention, hotel.retention_progress to discretion_office, discretion_worker;
-- PostgreSQL 17 on: the keeper may write these files anew, so that nothing of an erased guest is left in them (0016).
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then
    execute 'grant maintain on hotel.legal_hold to discretion_keeper';
  end if;
end $$;
