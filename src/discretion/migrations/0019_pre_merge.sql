-- 0019: records of one person, joined by a link that can be undone, asked for by one and joined by another; and which sealed copies a stay has.
-- Nothing sealed is rewritten: each record stays under its own key, and the link says of each field group whose is shown.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- joined records
create table hotel.guest_merge (          -- written by the keeper alone, each step under an entry of both records
  property_id uuid not null, merge_id uuid not null, survivor_id uuid not null, absorbed_id uuid not null check (absorbed_id <> survivor_id),
  absorbed_groups int not null check (absorbed_groups between 0 and 255),   -- bit i: of field group i the absorbed record's is shown
  why text not null check (why in ('document', 'email', 'phone', 'guest_said', 'imported')),
  asked_by uuid not null, asked_at timestamptz not null default clock_timestamp(),
  joined_by uuid check (joined_by <> asked_by), joined_at timestamptz,       -- nobody joins what they asked for
  ended_by uuid, ended_at timestamptz, why_ended text check (why_ended in ('refused', 'withdrawn', 'other_person', 'asked', 'mistaken', 'erased')),
  primary key (property_id, merge_id),
  foreign key (property_id, survivor_id) references hotel.guest (property_id, guest_id),
  foreign key (property_id, absorbed_id) references hotel.guest (property_id, guest_id),
  foreign key (property_id, asked_by) references hotel.staff (property_id, staff_id),
  foreign key (property_id, joined_by) references hotel.staff (property_id, staff_id),
  foreign key (property_id, ended_by) references hotel.staff (property_id, staff_id),
  check ((joined_by is null) = (joined_at is null)), check ((ended_at is null) = (why_ended is null)),
  check ((ended_by is null) = (ended_at is null or why_ended = 'erased'))
);
create table hotel.guest_merge_note (     -- what the asker wrote for the second person; never captured, so that it can be dropped
  property_id uuid not null, merge_id uuid not null, words text not null check (length(btrim(words)) between 1 and 500),
  primary key (property_id, merge_id),
  foreign key (property_id, merge_id) references hotel.guest_merge (property_id, merge_id)
);
create unique index guest_merge_absorbed_once on hotel.guest_merge (property_id, absorbed_id) where ended_at is null;
create index guest_merge_by_absorbed on hotel.guest_merge (property_id, absorbed_id);
create index guest_merge_by_survivor on hotel.guest_merge (property_id, survivor_id, absorbed_id) where ended_at is null;

-- A link moves forward only: asked for, joined, ended.
create function hotel.merge_moves() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null or (old.joined_at is not null and new.joined_at is distinct from old.joined_at)
     or (new.property_id, new.merge_id, new.survivor_id, new.absorbed_id, new.absorbed_groups, new.why, new.asked_by, new.asked_at)
        is distinct from (old.property_id, old.merge_id, old.survivor_id, old.absorbed_id, old.absorbed_groups, old.why, old.asked_by, old.asked_at) then
    raise exception 'a link between records is made once and ends once' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger merge_moves before update on hotel.guest_merge for each row execute function hotel.merge_moves();
alter table hotel.guest_merge enable always trigger merge_moves;

-- The record itself and every record joined with it now, whichever of them is named.
create function hotel.joined_records(p uuid, guest uuid) returns setof uuid language sql stable set search_path = pg_catalog as $$
  with head as (
    select coalesce((select m.survivor_id from hotel.guest_merge m where m.property_id = p and m.absorbed_id = guest
                        and m.joined_at is not null and m.ended_at is null), guest) as id)
  select head.id from head
  union all
  select m.absorbed_id from head join hotel.guest_merge m on m.property_id = p and m.survivor_id = head.id
     and m.joined_at is not null and m.ended_at is null
$$;
-- In which record each field group of a person lies: the survivor's, but where a link chose the absorbed record's; the newest link has the last word.
create function hotel.record_sides(p uuid, guest uuid) returns table (record_id uuid, groups int) language sql stable set search_path = pg_catalog as $$
  with head as (
    select coalesce((select m.survivor_id from hotel.guest_merge m where m.property_id = p and m.absorbed_id = guest
                        and m.joined_at is not null and m.ended_at is null), guest) as id),
  chosen as (
    select coalesce((select m.absorbed_id from hotel.guest_merge m where m.property_id = p and m.survivor_id = head.id
                        and m.joined_at is not null and m.ended_at is null and m.absorbed_groups & (1 << g.bit) <> 0
                      order by m.joined_at desc limit 1), head.id) as record_id, g.bit
      from head, generate_series(0, 7) as g (bit))
  select c.record_id, sum(1 << c.bit)::int from chosen c group by c.record_id
$$;

-- Why these two records cannot be joined now, one link left out of sight; '' where they can.
create function hotel.merge_fault(p uuid, survivor uuid, absorbed uuid, but uuid) returns text
language sql stable security definer set search_path = pg_catalog as $$
  select case
    when survivor = absorbed then 'merge_same'
    when (select count(*) from hotel.guest g join keys.guest_key k on k.property_id = p and k.guest_id = g.guest_id
           where g.property_id = p and g.guest_id in (survivor, absorbed)) < 2 then 'not_found'
    when exists (select 1 from hotel.guest_merge m where m.property_id = p and m.ended_at is null and m.merge_id is distinct from but
                    and (m.absorbed_id in (survivor, absorbed) or m.survivor_id = absorbed
                         or (m.survivor_id = survivor and m.joined_at is null))) then 'merge_held'
    when exists (select 1 from hotel.mark k where k.property_id = p and k.guest_id in (survivor, absorbed) and k.kind = 'do_not_rent'
                    and k.ended_at is null and (k.until_at is null or k.until_at > clock_timestamp())) then 'merge_marked'
    when exists (select 1 from hotel.mark k where k.property_id = p and k.guest_id in (survivor, absorbed) and k.kind = 'sealed'
                    and k.ended_at is null and (k.until_at is null or k.until_at > clock_timestamp()))
      or exists (select 1 from hotel.lock l where l.property_id = p and l.kind = 'guest' and l.target_id in (survivor, absorbed)
                    and l.released_at is null and (l.until_at is null or l.until_at > clock_timestamp())) then 'merge_protected'
    when exists (select 1 from hotel.emergency e where e.property_id = p and e.guest_id in (survivor, absorbed) and e.ended_at is null)
      then 'merge_emergency'
    else '' end
$$;
-- What the keeper writes, each 1 where it was done. The guests' rows are held, so that two links are never made across each other.
create function hotel.ask_merge(
  p uuid, merge uuid, survivor uuid, absorbed uuid, of_absorbed int, because text, said text, who uuid
) returns int language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform 1 from hotel.guest g where g.property_id = p and g.guest_id in (survivor, absorbed) order by g.guest_id for update;
  if hotel.merge_fault(p, survivor, absorbed, null) <> '' then
    return 0;
  end if;
  insert into hotel.guest_merge (property_id, merge_id, survivor_id, absorbed_id, absorbed_groups, why, asked_by)
  values (p, merge, survivor, absorbed, of_absorbed, because, who);
  if btrim(said) <> '' then
    insert into hotel.guest_merge_note (property_id, merge_id, words) values (p, merge, said);
  end if;
  return 1;
end $$;
create function hotel.join_records(p uuid, merge uuid, who uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  perform 1 from hotel.guest g join hotel.guest_merge m on m.property_id = p and m.merge_id = merge and g.guest_id in (m.survivor_id, m.absorbed_id)
    where g.property_id = p order by g.guest_id for update of g;
  update hotel.guest_merge m set joined_by = who, joined_at = clock_timestamp()
   where m.property_id = p and m.merge_id = merge and m.joined_at is null and m.ended_at is null and m.asked_by <> who
     and hotel.merge_fault(p, m.survivor_id, m.absorbed_id, merge) = '';
  get diagnostics n = row_count;
  return n;
end $$;
create function hotel.part_records(p uuid, merge uuid, who uuid, because text) returns int
language sql security definer set search_path = pg_catalog as $$
  with ended as (
    update hotel.guest_merge m set ended_by = who, ended_at = clock_timestamp(), why_ended = because
     where m.property_id = p and m.merge_id = merge and m.ended_at is null
       and (m.joined_at is null) = (because in ('refused', 'withdrawn')) and (because = 'withdrawn') = (m.joined_at is null and m.asked_by = who)
    returning 1)
  select count(*)::int from ended
$$;

-- Who else holds a value of this record, and what is needed to say which value it is; both only under the entry of the asking.
create function vault.sharers(p uuid, request uuid, guest uuid) returns table (token bytea, guest_id uuid)
language sql stable security definer set search_path = pg_catalog as $$
  select t.token, o.guest_id from vault.token t
    join lateral (select x.guest_id from vault.token x where x.property_id = p and x.token = t.token and x.guest_id <> t.guest_id
                   order by x.guest_id limit 17) o on true
   where t.property_id = p and t.guest_id = guest
     and exists (select 1 from ledger.entry e where e.property_id = p and e.request_id = request)
$$;
create function vault.to_compare(p uuid, request uuid, guest uuid)
returns table (contact bytea, contact_version int, document bytea, document_version int, key_id uuid, wrapped bytea)
language sql stable security definer set search_path = pg_catalog as $$
  select r.boxes[2], r.versions[2], r.boxes[3], r.versions[3], k.key_id, k.wrapped
    from vault.record r join keys.guest_key k on k.property_id = p and k.guest_id = guest
   where r.property_id = p and r.guest_id = guest
     and exists (select 1 from ledger.entry e where e.property_id = p and e.request_id = request)
$$;

-- ---------------------------------------------------------------------------------------------------------- sealed copies of a stay
create table hotel.stay_copy (            -- which sealed copies there are, of whom, taken when and why; the copies are vault.snapshot. Added by the
                                          -- function below, changed by nobody, deleted with the guest
  property_id uuid not null, stay_id uuid not null, guest_id uuid not null, version int not null check (version > 0),
  record_id uuid not null, record_version int not null,            -- the row of vault.snapshot
  groups int not null check (groups between 1 and 255),            -- what of it counts: of joined records each has its part
  occasion text not null check (occasion in ('check_in', 'check_out', 'corrected')),
  reason text not null default '' check (reason in ('', 'misread', 'guest_said', 'missing')), by_id uuid,
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, stay_id, guest_id, version, record_id),
  foreign key (property_id, stay_id) references hotel.stay (property_id, stay_id),
  check ((occasion = 'corrected') = (reason <> ''))
);
insert into hotel.stay_copy (property_id, stay_id, guest_id, version, record_id, record_version, groups, occasion, at)
select s.property_id, s.stay_id, s.guest_id, s.version, s.guest_id, s.version, 255, 'check_in', s.taken_at from vault.snapshot s
  join hotel.stay y on y.property_id = s.property_id and y.stay_id = s.stay_id;
create index stay_copy_by_guest on hotel.stay_copy (property_id, guest_id);
create index stay_copy_by_record on hotel.stay_copy (property_id, record_id);
create trigger never_changed before update on hotel.stay_copy for each row execute function ledger.refuse();
alter table hotel.stay_copy enable always trigger never_changed;
create trigger append_only_truncate before truncate on hotel.stay_copy for each statement execute function ledger.refuse();
alter table hotel.stay_copy enable always trigger append_only_truncate;

-- Copies the sealed rows of these people as they stand, without opening anything; of joined records those that hold something of the person.
-- Returns how many people there is a copy of.
create function vault.keep_copies(p uuid, stay uuid, guests uuid[], on_occasion text, because text, who uuid) returns int
language sql security definer set search_path = pg_catalog as $$
  with sides as (
    select o.guest_id, s.record_id, s.groups,
           coalesce((select max(c.version) from hotel.stay_copy c where c.property_id = p and c.stay_id = stay and c.guest_id = o.guest_id), 0) + 1 as version,
           coalesce((select max(x.version) from vault.snapshot x where x.property_id = p and x.stay_id = stay and x.guest_id = s.record_id), 0) + 1
             as record_version
      from (select distinct u.id as guest_id from unnest(guests) as u (id)
              join hotel.occupant c on c.property_id = p and c.stay_id = stay and c.guest_id = u.id) o
     cross join lateral hotel.record_sides(p, o.guest_id) s),
  taken as (
    insert into vault.snapshot (property_id, stay_id, guest_id, version, boxes, versions)
    select p, stay, r.guest_id, d.record_version, r.boxes, r.versions
      from (select distinct record_id, record_version from sides) d
      join vault.record r on r.property_id = p and r.guest_id = d.record_id
    returning guest_id),
  noted as (
    insert into hotel.stay_copy (property_id, stay_id, guest_id, version, record_id, record_version, groups, occasion, reason, by_id)
    select p, stay, s.guest_id, s.version, s.record_id, s.record_version, s.groups, on_occasion, because, who
      from sides s where s.record_id in (select t.guest_id from taken t)
    returning guest_id)
  select count(distinct n.guest_id)::int from noted n
$$;
-- The sealed rows of one copy; only under the entry of the asking.
create function vault.copy_boxes(p uuid, request uuid, stay uuid, guest uuid, of_version int) returns table (boxes bytea[], versions int[])
language sql stable security definer set search_path = pg_catalog as $$
  select s.boxes, s.versions from vault.snapshot s
   where s.property_id = p and s.stay_id = stay and s.guest_id = guest and s.version = of_version
     and exists (select 1 from ledger.entry e where e.property_id = p and e.request_id = request)
$$;

-- What an erasure does here: the whole record takes its links, what was written about them, and the list of its copies with it.
create function hotel.erase_part_merges(p uuid, guest uuid, erased int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int; copies int;
begin
  if erased <> 255 then
    return 0;
  end if;
  delete from hotel.guest_merge_note t using hotel.guest_merge m
   where t.property_id = p and m.property_id = p and m.merge_id = t.merge_id and guest in (m.survivor_id, m.absorbed_id);
  update hotel.guest_merge m set ended_at = clock_timestamp(), why_ended = 'erased'
   where m.property_id = p and guest in (m.survivor_id, m.absorbed_id) and m.ended_at is null;
  get diagnostics n = row_count;
  delete from hotel.stay_copy c where c.property_id = p and guest in (c.guest_id, c.record_id);
  get diagnostics copies = row_count;
  return n + copies;
end $$;

alter table hotel.guest_merge_note alter column words set statistics 0;   -- no word of it in the planner's statistics
call ledger.capture_changes(array['guest_merge']);

-- ---------------------------------------------------------------------------------------------------------- rights
grant select on hotel.guest_merge, hotel.guest_merge_note, hotel.stay_copy to discretion_office;
grant select on hotel.guest_merge to discretion_keeper;
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then   -- as in 0016: the keeper may rewrite files of what was erased
    execute 'grant maintain on hotel.guest_merge_note, hotel.stay_copy to discretion_keeper';
  end if;
end $$;
grant select (property_id, survivor_id, absorbed_id, joined_at, ended_at) on hotel.guest_merge to discretion_worker;
grant execute on function hotel.joined_records, hotel.record_sides to discretion_office, discretion_keeper;
grant execute on function hotel.joined_records to discretion_worker;
grant execute on function hotel.merge_fault, hotel.ask_merge, hotel.join_records, hotel.part_records, vault.sharers, vault.to_compare,
  vault.keep_copies, vault.copy_boxes to discretion_keeper;
-- PostgreSQL 17 on: the keeper may write these files anew, so that nothing of an erased guest is left in them (0016).
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then
    execute 'grant maintain on hotel.guest_merge, hotel.guest_merge_note, hotel.stay_copy to discretion_keeper';
  end if;
end $$;
