-- 0017: requests of guests for their rights. One request is one case of purpose `dsr`; what the hotel holds of the guest stands in it as lines, each
-- with what is done about it and why. The database itself refuses an answer before every line is decided and done, and one person's two yeses.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- the clock
create table hotel.rights_clock (         -- how long an answer may take; no row: 15 working days, as under the PIPL
  property_id uuid primary key references hotel.property (property_id),
  preset text not null check (preset in ('pipl', 'gdpr', 'own')),
  working_days int check (working_days between 1 and 60), months int check (months between 1 and 3),
  set_by uuid not null, set_at timestamptz not null default clock_timestamp(),
  check ((working_days is null) <> (months is null)),
  check (preset <> 'pipl' or working_days = 15), check (preset <> 'gdpr' or months = 1)
);
create table hotel.calendar_day (         -- days that are not what their weekday says: a holiday, or a weekend that is worked
  property_id uuid not null references hotel.property (property_id), day date not null, is_worked boolean not null,
  primary key (property_id, day)
);

-- ---------------------------------------------------------------------------------------------------------- requests and their lines
create table hotel.rights_request (
  property_id uuid not null, case_id uuid not null, guest_id uuid not null,
  kind text not null check (kind in ('access', 'correct', 'delete', 'explain', 'object', 'restrict', 'transfer')),
  groups smallint not null default 255 check (groups between 1 and 255),       -- the field groups it is about; 255: the whole record
  why text not null default '' check (why ~ '^[a-z_]{0,40}$'),                 -- a coded reason of the guest's, where one was asked for
  asked_by text not null default 'guest' check (asked_by in ('guest', 'guardian', 'relative')),
  channel text not null check (channel in ('portal', 'desk', 'phone', 'letter', 'mail')),
  language text not null default 'zh_Hans' check (language in ('zh_Hans', 'en')),
  receiver text not null default '' check (length(receiver) <= 120),           -- another controller, by name; only of a transfer
  state text not null default 'received' check (state in ('received', 'checked', 'in_work', 'answered', 'closed', 'withdrawn')),
  clock text not null check (clock in ('pipl', 'gdpr', 'own')),
  received_at timestamptz not null default clock_timestamp(), due_at timestamptz not null,
  identity_how text not null default '' check (identity_how ~ '^[a-z_]{0,40}$'), identity_by uuid, identity_at timestamptz,
  proposed_by uuid, proposed_at timestamptz, seconded_by uuid, seconded_at timestamptz,
  carried_by uuid, carried_at timestamptz, order_id uuid, mark_id uuid,
  answered_by uuid, answered_at timestamptz, ended_at timestamptz,
  primary key (property_id, case_id),
  foreign key (property_id, case_id) references hotel.case_file (property_id, case_id),
  check (receiver = '' or kind = 'transfer'), check (asked_by <> 'relative' or kind in ('access', 'correct', 'delete', 'transfer')),
  check ((identity_at is null) = (identity_how = '')), check ((proposed_at is null) = (proposed_by is null)),
  check ((seconded_at is null) = (seconded_by is null)), check (seconded_by is null or (proposed_by is not null and seconded_by <> proposed_by)),
  check ((carried_at is null) = (carried_by is null)), check (state in ('received', 'withdrawn') or identity_at is not null),
  check ((state in ('closed', 'withdrawn')) = (ended_at is not null))
);
create index rights_request_by_guest on hotel.rights_request (property_id, guest_id, received_at);
create index rights_request_open on hotel.rights_request (property_id, due_at) where ended_at is null;

create table hotel.rights_line (          -- one kind of what is held of the guest: what is done about it, why, and whether it was done
  property_id uuid not null, case_id uuid not null, position smallint not null check (position between 0 and 200),
  what text not null check (what ~ '^[a-z_.]{1,60}$'), groups smallint not null default 0 check (groups between 0 and 255),
  counted int not null check (counted >= 0),
  disposition text check (disposition in ('copy', 'correct', 'delete', 'explain', 'keep', 'refuse', 'stop')),
  reason text not null default '' check (reason ~ '^[a-z_]{0,40}$'), until_on date,
  basis_zh text not null default '' check (length(basis_zh) <= 300), basis_en text not null default '' check (length(basis_en) <= 300),
  done_at timestamptz, done_entry bigint,
  primary key (property_id, case_id, position),
  foreign key (property_id, case_id) references hotel.rights_request (property_id, case_id),
  check ((disposition is null) = (reason = '')), check (until_on is null or disposition in ('keep', 'stop')),
  check (disposition is distinct from 'keep' or until_on is not null or reason in ('hold', 'right_as_it_is')),
  check (done_at is null or disposition is not null)
);
create table hotel.rights_act (           -- append only: what was done to a request; staff_id is null where the guest did it
  property_id uuid not null, act_id uuid not null, case_id uuid not null,
  act text not null check (act in ('received', 'identity', 'taken_up', 'decided', 'proposed', 'seconded', 'sent_back', 'carried_out', 'copied',
                                   'corrected', 'handed_over', 'supplemented', 'prolonged', 'answered', 'closed', 'withdrawn', 'lifted')),
  staff_id uuid, detail text not null default '' check (length(detail) <= 500), at timestamptz not null default clock_timestamp(),
  primary key (property_id, act_id),
  foreign key (property_id, case_id) references hotel.rights_request (property_id, case_id)
);
create index rights_act_by_case on hotel.rights_act (property_id, case_id, at);
create table hotel.rights_letter (        -- append only: the answer in both languages, made from the lines as they were done; without a name
  property_id uuid not null, letter_id uuid not null, case_id uuid not null, made_by uuid not null,
  at timestamptz not null default clock_timestamp(), facts jsonb not null,
  text_zh text not null check (length(text_zh) between 20 and 20000), text_en text not null check (length(text_en) between 20 and 20000),
  primary key (property_id, letter_id),
  foreign key (property_id, case_id) references hotel.rights_request (property_id, case_id)
);
create index rights_letter_by_case on hotel.rights_letter (property_id, case_id, at);

-- ---------------------------------------------------------------------------------------------------------- what may follow what
-- Deleting the whole record, or more than ten things, takes a second person.
create function hotel.rights_need_second(p uuid, of_case uuid) returns boolean language sql stable security definer set search_path = pg_catalog as $$
  select coalesce(sum(l.counted) > 10 or bit_or(l.groups) = 255, false)
    from hotel.rights_line l where l.property_id = p and l.case_id = of_case and l.disposition = 'delete'
$$;
-- How many lines still stand against an answer: undecided, or decided and not done.
create function hotel.rights_lines_left(p uuid, of_case uuid) returns bigint language sql stable security definer set search_path = pg_catalog as $$
  select count(*) from hotel.rights_line l
   where l.property_id = p and l.case_id = of_case
     and (l.disposition is null or (l.disposition in ('copy', 'correct', 'delete', 'stop') and l.done_at is null))
$$;

create function hotel.rights_begin() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.state <> 'received' or not exists (
       select 1 from hotel.case_file c join hotel.case_guest g on g.property_id = new.property_id and g.case_id = c.case_id
        where c.property_id = new.property_id and c.case_id = new.case_id and c.purpose = 'dsr' and c.closed_at is null and g.guest_id = new.guest_id) then
    raise exception 'a rights request is an open case of purpose dsr that names its guest' using errcode = '42501';
  end if;
  insert into hotel.notice (property_id, to_role, kind, subject_id, details)
  select new.property_id, 'privacy', 'rights_received', new.case_id, jsonb_build_object('number', c.number)
    from hotel.case_file c where c.property_id = new.property_id and c.case_id = new.case_id;
  return new;
end $$;
-- Tells the privacy officer of a request that is due within three days, and the general manager too of one whose day is over: each once. Returns how many.
create index notice_of_rights on hotel.notice (property_id, subject_id) where kind in ('rights_due', 'rights_overdue');
create function hotel.remind_of_rights(p uuid) returns int language sql security definer set search_path = pg_catalog as $$
  with due as (
    select q.case_id, c.number, case when q.due_at <= clock_timestamp() then 'rights_overdue' else 'rights_due' end as kind
      from hotel.rights_request q join hotel.case_file c on c.property_id = p and c.case_id = q.case_id
     where q.property_id = p and q.ended_at is null and q.state <> 'answered' and q.due_at <= clock_timestamp() + interval '3 days'),
  told as (
    insert into hotel.notice (property_id, to_role, kind, subject_id, details)
    select p, r.role, d.kind, d.case_id, jsonb_build_object('number', d.number)
      from due d cross join unnest(array['privacy', 'general_manager']) r (role)
     where (r.role = 'privacy' or d.kind = 'rights_overdue')
       and not exists (select 1 from hotel.notice n where n.property_id = p and n.subject_id = d.case_id and n.kind = d.kind
                          and n.kind in ('rights_due', 'rights_overdue'))
    returning 1)
  select count(*)::int from told
$$;
create trigger rights_begin before insert on hotel.rights_request for each row execute function hotel.rights_begin();
alter table hotel.rights_request enable always trigger rights_begin;

create function hotel.rights_moves() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if (new.property_id, new.case_id, new.guest_id, new.kind, new.groups, new.why, new.asked_by, new.channel, new.language, new.receiver, new.clock, new.received_at)
     is distinct from (old.property_id, old.case_id, old.guest_id, old.kind, old.groups, old.why, old.asked_by, old.channel, old.language, old.receiver, old.clock, old.received_at)
     or old.ended_at is not null
     or (old.identity_at is not null and (new.identity_how, new.identity_by, new.identity_at) is distinct from (old.identity_how, old.identity_by, old.identity_at))
     or (old.carried_at is not null and (new.proposed_by, new.proposed_at, new.seconded_by, new.seconded_at, new.carried_by, new.carried_at)
         is distinct from (old.proposed_by, old.proposed_at, old.seconded_by, old.seconded_at, old.carried_by, old.carried_at))
     or (new.proposed_at is distinct from old.proposed_at and new.seconded_at is not null) then
    raise exception 'what was asked for, and what was done, stays as it was' using errcode = '42501';
  end if;
  if new.state <> old.state and (old.state, new.state) not in (
       ('received', 'checked'), ('checked', 'in_work'), ('in_work', 'answered'), ('answered', 'closed'),
       ('received', 'withdrawn'), ('checked', 'withdrawn'), ('in_work', 'withdrawn')) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '42501';
  end if;
  if new.state = 'withdrawn' and old.state <> 'withdrawn' and old.carried_at is not null then
    raise exception 'what is carried out is not withdrawn' using errcode = '42501';
  end if;
  if new.carried_at is not null and old.carried_at is null and (
       new.state <> 'in_work' or not exists (select 1 from hotel.rights_line l where l.property_id = new.property_id and l.case_id = new.case_id)
       or exists (select 1 from hotel.rights_line l where l.property_id = new.property_id and l.case_id = new.case_id and l.disposition is null)
       or (hotel.rights_need_second(new.property_id, new.case_id) and new.seconded_by is null)) then
    raise exception 'every line needs its decision first, and a large deletion a second person' using errcode = '42501';
  end if;
  if new.state = 'answered' and old.state = 'in_work' and (
       new.carried_at is null or hotel.rights_lines_left(new.property_id, new.case_id) > 0
       or not exists (select 1 from hotel.rights_letter t where t.property_id = new.property_id and t.case_id = new.case_id)) then
    raise exception 'an answer says what was done, so it is done first' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger rights_moves before update on hotel.rights_request for each row when (not hotel.is_erasing(old.property_id)) execute function hotel.rights_moves();
alter table hotel.rights_request enable always trigger rights_moves;

-- A line is decided while nothing is proposed or carried out, and done once it really was.
create function hotel.rights_line_moves() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare q hotel.rights_request;
begin
  select * into q from hotel.rights_request r where r.property_id = new.property_id and r.case_id = new.case_id for update;
  if tg_op = 'INSERT' then
    if q.state <> 'in_work' or q.carried_at is not null or new.disposition is not null then
      raise exception 'lines are found when the work begins, and decided after' using errcode = '42501';
    end if;
    return new;
  end if;
  if (new.property_id, new.case_id, new.position, new.what, new.groups, new.counted) is distinct from (old.property_id, old.case_id, old.position, old.what, old.groups, old.counted)
     or old.done_at is not null or q.state <> 'in_work' then
    raise exception 'a line is what was found; what is done stays done' using errcode = '42501';
  end if;
  if (new.disposition, new.reason, new.until_on) is distinct from (old.disposition, old.reason, old.until_on)
     and (q.proposed_at is not null and q.carried_at is null
          or q.carried_at is not null and not (old.disposition = 'delete' and new.disposition in ('keep', 'stop', 'refuse'))) then
    raise exception 'what a second person looks at, or what was carried out, is not decided anew' using errcode = '42501';
  end if;
  if new.done_at is not null and not (case new.disposition
       when 'delete' then q.order_id is not null and exists (
         select 1 from hotel.erasure_order o where o.property_id = q.property_id and o.order_id = q.order_id and o.guest_id = q.guest_id
            and o.done_at is not null and o.groups & new.groups = new.groups)
       when 'stop' then exists (
         select 1 from hotel.mark m where m.property_id = q.property_id and m.guest_id = q.guest_id and m.kind = 'restriction'
            and m.ended_at is null and (m.until_at is null or m.until_at > clock_timestamp()))
       when 'copy' then hotel.rights_entry_is_of(q.property_id, q.guest_id, new.done_entry)
       when 'correct' then hotel.rights_entry_is_of(q.property_id, q.guest_id, new.done_entry)
       else true end) then
    raise exception 'nothing shows that this was done' using errcode = '42501';
  end if;
  return new;
end $$;
-- Whether an entry is about this guest: the office may not read the ledger, so it is asked here, and answered with yes or no.
create function hotel.rights_entry_is_of(p uuid, guest uuid, entry bigint) returns boolean language sql stable security definer set search_path = pg_catalog as $$
  select exists (select 1 from ledger.entry e join keys.guest_key k on k.property_id = p and k.guest_id = guest and k.key_id = e.guest_key_id
                  where e.property_id = p and e.idx = entry)
$$;
create trigger rights_line_moves before insert or update on hotel.rights_line for each row execute function hotel.rights_line_moves();
alter table hotel.rights_line enable always trigger rights_line_moves;

create function hotel.rights_letter_is_true() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if hotel.rights_lines_left(new.property_id, new.case_id) > 0 or not exists (
       select 1 from hotel.rights_request q where q.property_id = new.property_id and q.case_id = new.case_id and q.state = 'in_work' and q.carried_at is not null) then
    raise exception 'an answer says what was done, so it is done first' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger rights_letter_is_true before insert on hotel.rights_letter for each row execute function hotel.rights_letter_is_true();
alter table hotel.rights_letter enable always trigger rights_letter_is_true;

-- A case of a request for rights ends with its answer, or with its being withdrawn. A question to one entry is answered by closing its case.
create function hotel.rights_case_closes() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.closed_at is not null and old.closed_at is null and new.purpose = 'dsr' and not exists (
       select 1 from hotel.rights_request q where q.property_id = new.property_id and q.case_id = new.case_id and q.state in ('answered', 'closed', 'withdrawn'))
     and not exists (select 1 from hotel.entry_question y where y.property_id = new.property_id and y.case_id = new.case_id) then
    raise exception 'a request for rights is answered or withdrawn before its case is closed' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger rights_case_closes before update of closed_at on hotel.case_file for each row execute function hotel.rights_case_closes();
alter table hotel.case_file enable always trigger rights_case_closes;

-- ---------------------------------------------------------------------------------------------------------- captured, append only
call ledger.capture_changes(array['rights_request', 'rights_line']);
create trigger append_only before update or delete on hotel.rights_act for each row execute function ledger.refuse();
alter table hotel.rights_act enable always trigger append_only;
create trigger append_only_truncate before truncate on hotel.rights_act for each statement execute function ledger.refuse();
alter table hotel.rights_act enable always trigger append_only_truncate;
create trigger append_only before update or delete on hotel.rights_letter for each row execute function ledger.refuse();
alter table hotel.rights_letter enable always trigger append_only;
create trigger append_only_truncate before truncate on hotel.rights_letter for each statement execute function ledger.refuse();
alter table hotel.rights_letter enable always trigger append_only_truncate;

-- What an erasure takes of these: what guests and staff wrote to a request. Its number, its codes and its letter, which names nobody, stay as proof.
call ledger.may_be_erased(array['hotel.rights_act']);
create function hotel.erase_part_rights(p uuid, guest uuid, erased int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  if erased <> 255 then
    return 0;
  end if;
  update hotel.rights_act a set detail = 'erased'
   where a.property_id = p and a.act in ('sent_back', 'supplemented', 'prolonged') and a.detail <> ''
     and a.case_id in (select q.case_id from hotel.rights_request q where q.property_id = p and q.guest_id = guest);
  get diagnostics n = row_count;
  update hotel.rights_request q set receiver = 'erased' where q.property_id = p and q.guest_id = guest and q.receiver <> '';
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert on hotel.rights_clock, hotel.calendar_day, hotel.rights_request, hotel.rights_line to discretion_office;
grant update (preset, working_days, months, set_by, set_at) on hotel.rights_clock to discretion_office;
grant update (is_worked) on hotel.calendar_day to discretion_office;
grant delete on hotel.calendar_day to discretion_office;
grant update (state, due_at, identity_how, identity_by, identity_at, proposed_by, proposed_at, seconded_by, seconded_at, carried_by, carried_at,
              order_id, mark_id, answered_by, answered_at, ended_at) on hotel.rights_request to discretion_office;
grant update (disposition, reason, until_on, basis_zh, basis_en, done_at, done_entry) on hotel.rights_line to discretion_office;
grant select on hotel.rights_act, hotel.rights_letter to discretion_office;
grant insert (property_id, act_id, case_id, act, staff_id, detail) on hotel.rights_act to discretion_office;
grant insert (property_id, letter_id, case_id, made_by, facts, text_zh, text_en) on hotel.rights_letter to discretion_office;
grant execute on function hotel.rights_need_second to discretion_office;
grant execute on function hotel.remind_of_rights to discretion_worker;
-- PostgreSQL 17 on: the keeper may write these files anew, so that nothing of an erased guest is left in them (0016).
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then
    execute 'grant maintain on hotel.rights_request, hotel.rights_act to discretion_keeper';
  end if;
end $$;
