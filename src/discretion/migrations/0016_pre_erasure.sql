-- 0016: erasure. What is to be erased is an order; the keeper carries it out in the transaction of its entry, through one function of the owner's.
-- Append-only tables stay so against every role: the function leaves its transaction's number in a table that nobody else may write, and the
-- triggers of the few tables named here let that transaction, and no other, forget. What they capture of it is how many rows, not which.
set local lock_timeout = '5s';
set local statement_timeout = '300s';

create table hotel.erasure_order (        -- what is to be erased of one guest, and how it went; kept for ever, without anything about the guest
  property_id uuid not null references hotel.property (property_id),
  order_id uuid not null, guest_id uuid not null,
  groups int not null check (groups between 1 and 255),              -- bit mask over the field groups; 255 is the whole record, its key and its links
  why text not null default 'request' check (why in ('request', 'retention')),
  case_id uuid, plan_id uuid, ordered_by uuid, seconded_by uuid check (seconded_by <> ordered_by),
  ordered_at timestamptz not null default clock_timestamp(),
  done_at timestamptz, entry_idx bigint, key_id uuid, counts jsonb not null default '{}',
  stopped text check (stopped in ('held', 'open_stay', 'unknown')),  -- why it could not be carried out
  links_at timestamptz,                   -- when the last link of a guest with many stays was severed; of most guests at once
  swept_at timestamptz,                   -- when old versions of what was erased were gone from the tables' files too
  primary key (property_id, order_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  foreign key (property_id, case_id) references hotel.case_file (property_id, case_id),
  check ((done_at is null) = (entry_idx is null)), check (done_at is null or stopped is null), check ((why = 'retention') = (plan_id is not null))
);
create index erasure_order_by_guest on hotel.erasure_order (property_id, guest_id);
create index erasure_order_waiting on hotel.erasure_order (property_id, ordered_at) where done_at is null and stopped is null;
create index erasure_order_by_key on hotel.erasure_order (property_id, key_id) where key_id is not null;
create index erasure_order_unswept on hotel.erasure_order (property_id, done_at) where done_at is not null and swept_at is null;
create index erasure_order_linked on hotel.erasure_order (property_id, done_at) where done_at is not null and links_at is null;
call ledger.capture_changes(array['erasure_order']);
create trigger never_deleted before delete on hotel.erasure_order for each row execute function ledger.refuse();
alter table hotel.erasure_order enable always trigger never_deleted;

-- Rows about one guest are found by an index, so that an erasure costs the same in a large hotel.
create index access_request_by_guest on hotel.access_request (property_id, guest_id);
create index emergency_by_guest on hotel.emergency (property_id, guest_id);
create index lookup_review_by_guest on hotel.lookup_review (property_id, guest_id);
create index snapshot_by_guest on vault.snapshot (property_id, guest_id);

-- ---------------------------------------------------------------------------------------------------------- which transaction erases
create table ledger.erasing (property_id uuid not null, xid xid8 not null, primary key (property_id, xid));
create function hotel.is_erasing(p uuid) returns boolean language sql stable security definer set search_path = pg_catalog as $$
  select exists (select 1 from ledger.erasing e where e.property_id = p and e.xid = pg_current_xact_id_if_assigned())
$$;

-- Append only, but for an erasure.
create function ledger.refuse_but_erasure() returns trigger language plpgsql as $$
begin
  if hotel.is_erasing(old.property_id) then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  raise exception 'append only: % on this table is refused', tg_op using errcode = '42501';
end $$;
create procedure ledger.may_be_erased(tables text[]) language plpgsql as $$
declare t text;
begin
  foreach t in array tables loop
    execute format('drop trigger append_only on %s', t);
    execute format('create trigger append_only before update or delete on %s for each row execute function ledger.refuse_but_erasure()', t);
    execute format('alter table %s enable always trigger append_only', t);
  end loop;
end $$;
call ledger.may_be_erased(array['hotel.stay_act', 'hotel.case_act', 'hotel.approval_vote', 'vault.snapshot']);

create or replace function hotel.closed_stays_closed() returns trigger language plpgsql as $$
begin
  if old.closed_at is not null and not hotel.is_erasing(old.property_id) then
    raise exception 'what is closed stays closed; open a new one' using errcode = '42501';
  end if;
  return new;
end $$;
-- Triggers of tables with a moving state: what an erasure does is not a move.
drop trigger request_moves on hotel.access_request;
create trigger request_moves before update on hotel.access_request for each row when (not hotel.is_erasing(old.property_id)) execute function hotel.request_moves();
alter table hotel.access_request enable always trigger request_moves;
drop trigger review_moves on hotel.lookup_review;
create trigger review_moves before update on hotel.lookup_review for each row when (not hotel.is_erasing(old.property_id)) execute function hotel.review_moves();
alter table hotel.lookup_review enable always trigger review_moves;

create or replace function ledger.change_only_entered() returns trigger language plpgsql as $$
begin
  if hotel.is_erasing(old.property_id) then
    if (new.property_id, new.change_id, new.at, new.fact, new.op, new.by_role, new.row_count, new.entry_idx)
       is distinct from (old.property_id, old.change_id, old.at, old.fact, old.op, old.by_role, old.row_count, old.entry_idx) then
      raise exception 'an erasure takes what a change held, and nothing else of it' using errcode = '42501';
    end if;
    return new;
  end if;
  if old.entry_idx is not null or new.entry_idx is null
     or (new.property_id, new.change_id, new.at, new.fact, new.op, new.by_role, new.row_count, new.rows, new.rows_before)
        is distinct from (old.property_id, old.change_id, old.at, old.fact, old.op, old.by_role, old.row_count, old.rows, old.rows_before) then
    raise exception 'a captured change never changes; it is entered once' using errcode = '42501';
  end if;
  return new;
end $$;

-- ---------------------------------------------------------------------------------------------------------- whom a captured change is about
-- The guest a captured row names, or the case or request through which it is about one; of two records that were joined, both.
create function ledger.subjects_of(r jsonb) returns uuid[] language sql immutable set search_path = pg_catalog as $$
  select array_remove(array[coalesce(r ->> 'guest_id', r ->> 'case_id', r ->> 'request_id', r ->> 'target_id')::uuid,
                            (r ->> 'survivor_id')::uuid, (r ->> 'absorbed_id')::uuid], null)
$$;
create table ledger.change_subject (      -- for finding them again; gone with the guest
  property_id uuid not null, subject_id uuid not null, change_id uuid not null,
  primary key (property_id, subject_id, change_id)
);
insert into ledger.change_subject (property_id, subject_id, change_id)
select distinct c.property_id, s, c.change_id
  from ledger.fact_change c cross join lateral jsonb_array_elements(c.rows || coalesce(c.rows_before, '[]')) r
       cross join lateral unnest(ledger.subjects_of(r)) s
 where c.fact <> all (array['property', 'stay', 'staff', 'staff_role', 'shift', 'badge', 'presence', 'training']);

-- What is captured, and whom it is about. Facts that name nobody are not looked through: an import of stays stays as quick as it was.
create function ledger.capture(fact text, op text, p uuid, n bigint, r jsonb, before jsonb) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare id uuid := gen_random_uuid(); is_erasing boolean := hotel.is_erasing(p);
begin
  insert into ledger.fact_change (property_id, change_id, at, fact, op, by_role, row_count, rows, rows_before)
  values (p, id, clock_timestamp(), fact, case when is_erasing then 'erase' else op end, session_user, n,
          case when is_erasing then '[]' else r end, case when is_erasing then null else before end);
  if not is_erasing and fact <> all (array['property', 'stay', 'staff', 'staff_role', 'shift', 'badge', 'presence', 'training']) then
    insert into ledger.change_subject (property_id, subject_id, change_id)
    select distinct p, s, id from jsonb_array_elements(r || coalesce(before, '[]')) e cross join lateral unnest(ledger.subjects_of(e)) s;
  end if;
end $$;
create or replace function ledger.capture_insert() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform ledger.capture(tg_argv[0], 'insert', n.property_id, n.n, n.rows, null)
     from (select property_id, count(*) as n, jsonb_agg(to_jsonb(r) - 'property_id') as rows from new_rows r group by property_id) n;
  return null;
end $$;
create or replace function ledger.capture_update() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform ledger.capture(tg_argv[0], 'update', n.property_id, n.n, n.rows, o.rows)
     from (select property_id, count(*) as n, jsonb_agg(to_jsonb(r) - 'property_id') as rows from new_rows r group by property_id) n
     left join (select property_id, jsonb_agg(to_jsonb(r) - 'property_id') as rows from old_rows r group by property_id) o using (property_id);
  return null;
end $$;
create or replace function ledger.capture_delete() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform ledger.capture(tg_argv[0], 'delete', o.property_id, o.n, o.rows, null)
     from (select property_id, count(*) as n, jsonb_agg(to_jsonb(r) - 'property_id') as rows from old_rows r group by property_id) o;
  return null;
end $$;

-- ---------------------------------------------------------------------------------------------------------- may it be carried out
-- The field groups that a hold keeps, as a bit mask. 255: everything.
create function hotel.held_groups(p uuid, guest uuid) returns int language sql stable security definer set search_path = pg_catalog as $$
  select case when exists (select 1 from hotel.mark m where m.property_id = p and m.guest_id = guest and m.kind = 'hold' and m.ended_at is null
                              and m.from_at <= clock_timestamp() and (m.until_at is null or m.until_at > clock_timestamp())) then 255 else 0 end
$$;
-- Why an erasure cannot be carried out now: 'unknown', 'held', 'open_stay', or ''. A stay that is not over needs who, how to reach, document,
-- booking and stay (31); the rest may go at any time.
create function hotel.erasure_stopped(p uuid, guest uuid, erased int) returns text language sql stable security definer set search_path = pg_catalog as $$
  select case when not exists (select 1 from keys.guest_key k where k.property_id = p and k.guest_id = guest) then 'unknown'
              when hotel.held_groups(p, guest) & erased <> 0 then 'held'
              when erased & 31 <> 0 and exists (
                     select 1 from hotel.occupant o join hotel.stay s on s.property_id = p and s.stay_id = o.stay_id
                      where o.property_id = p and o.guest_id = guest and s.state in ('inquired', 'waitlisted', 'tentative', 'confirmed', 'in_house')
                        and o.state not in ('departed', 'cancelled')) then 'open_stay'
              else '' end
$$;
create function hotel.stop_erasure(p uuid, the_order uuid, because text) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.erasure_order e set stopped = because
   where e.property_id = p and e.order_id = the_order and e.done_at is null and e.stopped is null and because <> ''
     and because = hotel.erasure_stopped(p, e.guest_id, e.groups);
  get diagnostics n = row_count;
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------- the erasure
-- What rows whose guest must be named come to stand under: nobody, and nobody's twice.
create function hotel.nobody() returns uuid language sql immutable set search_path = pg_catalog as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;

-- Words and links of a guest in clear. For the whole record alone; returns how many rows of each kind. Words go at once; of links to stays, sealed
-- copies that nothing opens any more, and captured changes without words, so many as `most` says: `left` is 1 until there are none.
create function hotel.erase_links(p uuid, guest uuid, the_key uuid, most int) returns jsonb language plpgsql security definer set search_path = pg_catalog as $$
declare
  alone uuid[];      -- cases that name nobody else
  requests uuid[];   -- requests for approval
  stays uuid[];
  words int; changes int; n_requests int; n_looks int; n_copies int;
begin
  insert into hotel.guest (property_id, guest_id, source, source_id) values (p, hotel.nobody(), 'erased', '') on conflict do nothing;
  alone := array(select g.case_id from hotel.case_guest g where g.property_id = p and g.guest_id = guest
                    and not exists (select 1 from hotel.case_guest o where o.property_id = p and o.case_id = g.case_id and o.guest_id <> guest));
  requests := array(select q.request_id from hotel.access_request q where q.property_id = p and q.guest_id = guest);
  stays := array(select o.stay_id from hotel.occupant o where o.property_id = p and o.guest_id = guest limit most);

  update hotel.case_file f set summary = 'erased', reference = '', outcome = case when f.outcome = '' then '' else 'erased' end
   where f.property_id = p and f.case_id = any (alone);
  update hotel.case_act a set words = case when a.words = '' or not a.case_id = any (alone) then a.words else 'erased' end,
         subject_id = nullif(a.subject_id, guest)
   where a.property_id = p and a.case_id in (select g.case_id from hotel.case_guest g where g.property_id = p and g.guest_id = guest);
  delete from hotel.case_guest g where g.property_id = p and g.guest_id = guest;
  update hotel.service_request r set guest_id = hotel.nobody(), stay_id = null, words = 'erased' where r.property_id = p and r.guest_id = guest;
  get diagnostics n_requests = row_count;
  update hotel.access_request q
     set guest_id = hotel.nobody(), reason = 'erased with the record', reference = 'erased',
         state = case q.state when 'pending' then 'cancelled' when 'approved' then 'revoked' else q.state end,
         why = case when q.state in ('pending', 'approved') then 'erased' else q.why end, ended_at = coalesce(q.ended_at, clock_timestamp())
   where q.property_id = p and q.request_id = any (requests);
  update hotel.approval_vote v set note = '' where v.property_id = p and v.request_id = any (requests) and v.note <> '';
  update hotel.emergency e set ended_at = least(e.until_at, clock_timestamp()) where e.property_id = p and e.guest_id = guest and e.ended_at is null;
  update hotel.emergency e
     set guest_id = hotel.nobody(), words = 'erased with the record', reference = case when e.situation = 'police' then 'erased' else '' end,
         note = case when e.note = '' then '' else 'erased' end
   where e.property_id = p and e.guest_id = guest;
  update hotel.lookup_review v
     set guest_id = hotel.nobody(), reference = '', said = case when v.said = '' then '' else 'erased' end, subject_id = null, case_id = null,
         guest_zh = '', guest_en = '', note = ''
   where v.property_id = p and v.guest_id = guest;
  get diagnostics n_looks = row_count;
  delete from hotel.mark m where m.property_id = p and m.guest_id = guest;
  delete from hotel.lock l where l.property_id = p and l.target_id = guest and l.kind = 'guest';
  delete from hotel.find_result f where f.property_id = p and guest = any (f.guest_ids);
  delete from keys.step_up s where s.property_id = p and s.guest_id = guest;
  delete from keys.usage_seen u where u.property_id = p and u.guest_id = guest;
  delete from keys.guest_code c where c.property_id = p and c.guest_id = guest;
  delete from keys.guest_credential c where c.property_id = p and c.guest_id = guest;
  delete from keys.guest_session s where s.property_id = p and s.guest_id = guest;
  delete from hotel.guest_setting s where s.property_id = p and s.guest_id = guest;
  delete from hotel.hidden_stay s where s.property_id = p and s.guest_id = guest;
  delete from hotel.entry_question q where q.property_id = p and q.guest_id = guest;
  delete from hotel.guest_post q where q.property_id = p and q.guest_id = guest;

  update hotel.occupant o set guest_id = null, relation = '' where o.property_id = p and o.guest_id = guest and o.stay_id = any (stays);
  update hotel.stay_act a set details = '{}' where a.property_id = p and a.stay_id = any (stays) and a.details <> '{}'
     and exists (select 1 from hotel.stay s where s.property_id = p and s.stay_id = a.stay_id and s.state not in ('confirmed', 'in_house'));
  -- A reservation's number and names outside lead to the guest where nobody else of it is known.
  update hotel.reservation r set number = 'E-' || replace(gen_random_uuid()::text, '-', ''), source_id = gen_random_uuid()::text, company = '', group_code = ''
   where r.property_id = p
     and r.reservation_id in (select s.reservation_id from hotel.stay s where s.property_id = p and s.stay_id = any (stays))
     and not exists (select 1 from hotel.stay s join hotel.occupant o on o.property_id = p and o.stay_id = s.stay_id and o.guest_id is not null
                      where s.property_id = p and s.reservation_id = r.reservation_id);
  update hotel.guest g set source = 'erased', source_id = gen_random_uuid()::text where g.property_id = p and g.guest_id = guest and g.source <> 'erased';
  delete from vault.snapshot s where s.ctid = any (array(select c.ctid from vault.snapshot c where c.property_id = p and c.guest_id = guest limit most));
  get diagnostics n_copies = row_count;
  delete from ledger.guest_entry e where e.property_id = p and e.guest_key_id = the_key
     and e.idx = any (array(select x.idx from ledger.guest_entry x where x.property_id = p and x.guest_key_id = the_key limit 10 * most));

  -- What was captured of all this. Large captures, of an import, come with the sweep.
  words := ledger.erase_changes(p, array[guest] || alone || requests, 64, true, 2147483647);
  changes := ledger.erase_changes(p, array[guest], 64, false, 3 * most);
  return jsonb_build_object('stays', cardinality(stays), 'cases', cardinality(alone), 'requests', n_requests, 'approvals', cardinality(requests),
                            'reviews', n_looks, 'changes', words + changes, 'snapshots', n_copies,
                            'left', case when cardinality(stays) = most or n_copies = most or changes = 3 * most then 1 else 0 end);
end $$;

-- Takes the rows of these subjects out of captured changes of at most `rows_max` rows, of so many changes; of those with words, or of the others.
create function ledger.erase_changes(p uuid, subjects uuid[], rows_max int, has_words boolean, most int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  with found as (
    select distinct s.change_id from ledger.change_subject s
      join ledger.fact_change c on c.property_id = p and c.change_id = s.change_id and c.row_count <= rows_max
       and (c.fact = any (array['occupant', 'case_guest', 'hidden_stay', 'guest_post', 'guest_setting', 'entry_question', 'erasure_order'])) <> has_words
     where s.property_id = p and s.subject_id = any (subjects) limit most),
  gone as (delete from ledger.change_subject s using found f where s.property_id = p and s.change_id = f.change_id and s.subject_id = any (subjects))
  update ledger.fact_change c
     set rows = (select coalesce(jsonb_agg(r), '[]') from jsonb_array_elements(c.rows) r where not ledger.subjects_of(r) && subjects),
         rows_before = case when c.rows_before is not null then (
           select coalesce(jsonb_agg(r), '[]') from jsonb_array_elements(c.rows_before) r where not ledger.subjects_of(r) && subjects) end
    from found f where c.property_id = p and c.change_id = f.change_id;
  get diagnostics n = row_count;
  return n;
end $$;

-- Carries one order out; called in the transaction that enters it. Refused (23514) unless nothing stops it and the guest's counter is the one the
-- entry was made with; `is_again` carries out what was done before in a database that has forgotten it, whatever it says. `new_wrapped` is the guest's key without the secrets of the erased groups; for the whole record there is none.
-- Tables of later migrations: whatever is called hotel.erase_part_…(p uuid, guest uuid, erased int) returns int is part of it.
create function hotel.erase(p uuid, the_order uuid, entry bigint, seen_seq bigint, new_wrapped bytea, is_again boolean) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare
  o record; part record; made jsonb := '{}'; n int; the_key uuid; gone int[];
begin
  select e.guest_id, e.groups into o from hotel.erasure_order e
   where e.property_id = p and e.order_id = the_order and e.done_at is null and e.stopped is null for update;
  if o.guest_id is null or (not is_again and hotel.erasure_stopped(p, o.guest_id, o.groups) <> '') or (o.groups = 255) <> (new_wrapped is null) then
    raise exception 'no such order is open, or something stops it' using errcode = '23514';
  end if;
  select k.key_id into the_key from keys.guest_key k where k.property_id = p and k.guest_id = o.guest_id for update;
  perform 1 from ledger.sequence s where s.property_id = p and s.guest_id = o.guest_id and s.seq = seen_seq for update;
  if not found then
    raise exception 'the guest has another entry meanwhile' using errcode = '23514';
  end if;
  insert into ledger.erasing (property_id, xid) values (p, pg_current_xact_id());
  if o.groups = 255 then
    delete from keys.guest_key k where k.property_id = p and k.guest_id = o.guest_id;
    delete from vault.record r where r.property_id = p and r.guest_id = o.guest_id;
    delete from vault.token t where t.property_id = p and t.guest_id = o.guest_id;
    delete from ledger.sequence s where s.property_id = p and s.guest_id = o.guest_id;
    made := hotel.erase_links(p, o.guest_id, the_key, 20) || jsonb_build_object('keys', 1);
  else
    gone := array(select i + 1 from generate_series(0, 7) i where o.groups >> i & 1 = 1);
    update keys.guest_key k set wrapped = new_wrapped where k.property_id = p and k.guest_id = o.guest_id;
    update vault.record r
       set boxes = array(select case when i = any (gone) then null else r.boxes[i] end from generate_series(1, 8) i), version = r.version + 1,
           age = case when o.groups & 1 = 1 then 'unknown' else r.age end, minor_until = case when o.groups & 1 = 1 then null else r.minor_until end,
           written_at = clock_timestamp()
     where r.property_id = p and r.guest_id = o.guest_id;
    update vault.snapshot s set boxes = array(select case when i = any (gone) then null else s.boxes[i] end from generate_series(1, 8) i)
     where s.property_id = p and s.guest_id = o.guest_id;
    get diagnostics n = row_count;
    made := jsonb_build_object('snapshots', n);
    if o.groups & 14 <> 0 then  -- contact, document, booking: which token is whose value nobody can tell, so all go
      delete from vault.token t where t.property_id = p and t.guest_id = o.guest_id;
    end if;
    if o.groups & 16 <> 0 then
      update hotel.service_request r set words = 'erased' where r.property_id = p and r.guest_id = o.guest_id;
      made := made || jsonb_build_object('changes', ledger.erase_changes(p, array[o.guest_id], 64, true, 2147483647));
    end if;
  end if;
  for part in select f.proname from pg_proc f where f.pronamespace = 'hotel'::regnamespace and f.proname like 'erase\_part\_%' order by 1 loop
    execute format('select hotel.%I($1, $2, $3)', part.proname) into n using p, o.guest_id, o.groups;
    made := made || jsonb_build_object(substr(part.proname, 12), n);
  end loop;
  update hotel.erasure_order e set done_at = clock_timestamp(), entry_idx = entry, key_id = the_key, counts = made - 'left',
         links_at = case when coalesce((made ->> 'left')::int, 0) = 0 then clock_timestamp() end
   where e.property_id = p and e.order_id = the_order;
  delete from ledger.erasing e where e.property_id = p and e.xid = pg_current_xact_id();
  return 1;
end $$;

-- The next links of a guest with many stays, of the oldest order that has some left: 1, or 0 when no order has.
create function hotel.erase_rest(p uuid, most int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare o record; made jsonb;
begin
  select e.order_id, e.guest_id, e.key_id, e.counts into o from hotel.erasure_order e
   where e.property_id = p and e.done_at is not null and e.links_at is null order by e.done_at limit 1 for update;
  if not found then
    return 0;
  end if;
  insert into ledger.erasing (property_id, xid) values (p, pg_current_xact_id());
  made := hotel.erase_links(p, o.guest_id, o.key_id, most);
  update hotel.erasure_order e
     set links_at = case when (made ->> 'left')::int = 0 then clock_timestamp() end,
         counts = e.counts || jsonb_build_object('stays', (e.counts ->> 'stays')::int + (made ->> 'stays')::int,
           'changes', (e.counts ->> 'changes')::int + (made ->> 'changes')::int, 'snapshots', (e.counts ->> 'snapshots')::int + (made ->> 'snapshots')::int)
   where e.property_id = p and e.order_id = o.order_id;
  delete from ledger.erasing e where e.property_id = p and e.xid = pg_current_xact_id();
  return 1;
end $$;

-- What is left after erasures and costs more than one of them may: rows in large captures, and who saw whom on days whose limits are over.
create function hotel.sweep_erased(p uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  insert into ledger.erasing (property_id, xid) values (p, pg_current_xact_id());
  n := ledger.erase_changes(p, array(select e.guest_id from hotel.erasure_order e where e.property_id = p and e.groups = 255
                                        and e.done_at is not null and e.swept_at is null), 2147483647, false, 2147483647);
  delete from ledger.erasing e where e.property_id = p and e.xid = pg_current_xact_id();
  delete from keys.usage_seen u where u.property_id = p and u.day < current_date - 2;
  return n;
end $$;
create function hotel.swept_erased(p uuid, before timestamptz) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  insert into ledger.erasing (property_id, xid) values (p, pg_current_xact_id());
  update hotel.erasure_order e set swept_at = clock_timestamp() where e.property_id = p and e.done_at <= before and e.links_at <= before and e.swept_at is null;
  get diagnostics n = row_count;
  delete from ledger.erasing e where e.property_id = p and e.xid = pg_current_xact_id();
  return n;
end $$;

-- What people typed is in no statistics of the planner: no sample of it outlives the row.
alter table hotel.access_request alter column reason set statistics 0, alter column reference set statistics 0;
alter table hotel.approval_vote alter column note set statistics 0;
alter table hotel.case_act alter column words set statistics 0;
alter table hotel.case_file alter column summary set statistics 0, alter column reference set statistics 0, alter column outcome set statistics 0;
alter table hotel.emergency alter column words set statistics 0, alter column reference set statistics 0, alter column note set statistics 0;
alter table hotel.lock alter column reason set statistics 0;
alter table hotel.lookup_review alter column said set statistics 0, alter column guest_zh set statistics 0, alter column guest_en set statistics 0,
  alter column note set statistics 0, alter column reference set statistics 0;
alter table hotel.service_request alter column words set statistics 0;
alter table hotel.stay_act alter column details set statistics 0;
alter table ledger.fact_change alter column rows set statistics 0, alter column rows_before set statistics 0;

-- ---------------------------------------------------------------------------------------------------------- rights
-- What no person carries out, the worker has carried out: such an order comes from the database's own functions, and from nobody's hand.
grant select on hotel.erasure_order to discretion_keeper, discretion_office, discretion_worker;
grant insert (property_id, order_id, guest_id, groups, case_id, ordered_by, seconded_by) on hotel.erasure_order to discretion_office;
-- An erased list that a restored database does not know is carried out again: then the keeper makes the order itself.
grant insert (property_id, order_id, guest_id, groups) on hotel.erasure_order to discretion_keeper;
grant execute on function hotel.is_erasing to discretion_keeper, discretion_office, discretion_worker;
grant execute on function hotel.held_groups, hotel.erasure_stopped to discretion_keeper, discretion_office, discretion_worker;
grant execute on function hotel.erase, hotel.erase_rest, hotel.stop_erasure, hotel.sweep_erased, hotel.swept_erased to discretion_keeper;
-- PostgreSQL 17 on: the keeper may rewrite the files of tables that hold what was erased. Before, the administrator does (docs/erasure.md).
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then
    execute 'grant maintain on keys.guest_key, keys.step_up, keys.usage_seen, vault.record, vault.snapshot, vault.token, ledger.sequence,
      ledger.fact_change, ledger.change_subject, hotel.guest, hotel.occupant, hotel.reservation, hotel.stay_act, hotel.service_request,
      hotel.case_file, hotel.case_guest, hotel.case_act, hotel.access_request, hotel.approval_vote, hotel.emergency, hotel.lookup_review, hotel.mark,
      hotel.lock, hotel.find_result, keys.guest_code, keys.guest_credential, keys.guest_session, hotel.guest_setting, hotel.hidden_stay,
      hotel.entry_question, hotel.guest_post, hotel.consent, ledger.guest_entry to discretion_keeper';
  end if;
end $$;
