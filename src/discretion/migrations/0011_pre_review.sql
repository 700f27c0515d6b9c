-- 0009: the review of look-ups. What a reviewer has to look at, the verdicts on it, what was counted, and where people are written to.
-- No decision of the keeper reads these tables. Verdicts are captured all the same: who found what justified belongs in the ledger.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- the queue
create table hotel.lookup_review (        -- a look-up or an emergency that somebody else looks at; ids, codes and bits of its entry
  property_id uuid not null references hotel.property (property_id),
  review_id uuid not null, number text not null check (length(number) between 3 and 20),
  origin text not null default '', entry_idx bigint, emergency_id uuid, request_id uuid,  -- its ledger and entry, its emergency, the approval it used
  at timestamptz not null, staff_id uuid not null, duty text not null, session_id uuid, guest_id uuid not null,
  kind text not null, purpose text not null, clear int not null, masked int not null, relation text not null default '',
  rules text[] not null default '{}', obligations text[] not null default '{}',
  reason_given text not null default '', reference text not null default '', has_reference boolean not null default false,
  explained text not null default '', subject_id uuid,                   -- what explains it: a code, and the row that does
  why text not null check (why in ('emergency', 'obligation', 'other', 'unexplained', 'sampled', 'approval_sampled')),
  rank smallint not null generated always as (
    case when why = 'emergency' then 1 when why = 'other' or (why = 'obligation' and explained = '') then 2 when why = 'unexplained' then 3
         when why = 'obligation' then 4 else 5 end) stored,
  made_at timestamptz not null default clock_timestamp(), due_at timestamptz not null, guest_due_at timestamptz,
  state text not null default 'open' check (state in ('settling', 'open', 'asked', 'answered', 'closed')),
  escalated smallint not null default 0 check (escalated between 0 and 2), escalated_at timestamptz,  -- 1 privacy officer, 2 general manager
  said text not null default '' check (length(said) <= 500), said_at timestamptz,                     -- what the person says of it
  asked_by uuid, asked_at timestamptz,
  verdict text not null default '' check (verdict in ('', 'justified', 'too_broad', 'unjustified')), verdict_by uuid, closed_at timestamptz,
  guest_zh text not null default '' check (length(guest_zh) <= 500), guest_en text not null default '' check (length(guest_en) <= 500),
  note text not null default '' check (length(note) <= 500), case_id uuid,
  primary key (property_id, review_id), unique (property_id, number), unique (property_id, origin, entry_idx), unique (property_id, emergency_id),
  check ((entry_idx is null) <> (emergency_id is null)), check ((state = 'closed') = (verdict <> '')),
  check ((verdict = '') = (closed_at is null)), check ((said = '') = (said_at is null))
);
create index lookup_review_queue on hotel.lookup_review (property_id, rank, due_at, review_id) where state in ('open', 'asked', 'answered');
create index lookup_review_due on hotel.lookup_review (property_id, due_at) where state in ('open', 'asked', 'answered');
create index lookup_review_settling on hotel.lookup_review (property_id, at) where state = 'settling';
create index lookup_review_by_person on hotel.lookup_review (property_id, staff_id, at);
create index lookup_review_closed on hotel.lookup_review (property_id, closed_at desc) where state = 'closed';

create table hotel.review_verdict (       -- append only, captured: who found what, in codes; words stand in the review
  property_id uuid not null, verdict_id uuid not null, review_id uuid not null, entry_idx bigint, emergency_id uuid,
  by_id uuid not null, as_role text not null,
  verdict text not null check (verdict in ('justified', 'too_broad', 'explain', 'unjustified')),
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, verdict_id),
  foreign key (property_id, review_id) references hotel.lookup_review (property_id, review_id)
);
create index review_verdict_by_review on hotel.review_verdict (property_id, review_id);

-- A verdict is another person's than the one who looked, and of nobody who approved the look-up; what the privacy officer did the general
-- manager looks at; a duty manager does not judge another manager. One final verdict closes a review.
create function hotel.verdict_allowed() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare r record;
begin
  select * into r from hotel.lookup_review v where v.property_id = new.property_id and v.review_id = new.review_id for update;
  if r.state is null or r.state in ('settling', 'closed') then
    raise exception 'the review is not open' using errcode = '42501';
  end if;
  if new.by_id = r.staff_id then
    raise exception 'nobody reviews a look-up of their own' using errcode = '42501';
  end if;
  if r.request_id is not null and exists (select 1 from hotel.approval_vote a where a.property_id = new.property_id and a.request_id = r.request_id
                                             and new.by_id in (a.approver_id, a.for_id)) then
    raise exception 'whoever approved a look-up does not review it' using errcode = '42501';
  end if;
  if new.as_role not in ('security', 'privacy', 'duty_manager', 'general_manager')
     or (r.duty = 'privacy' and new.as_role <> 'general_manager')
     or (new.as_role = 'duty_manager' and r.duty in ('duty_manager', 'general_manager'))
     or not exists (select 1 from hotel.staff s join hotel.staff_role o on o.property_id = s.property_id and o.staff_id = s.staff_id
                     where s.property_id = new.property_id and s.staff_id = new.by_id and s.active and o.role = new.as_role
                       and o.from_on <= current_date + 1 and (o.until_on is null or o.until_on >= current_date - 1)) then
    raise exception 'this role does not review that look-up' using errcode = '42501';
  end if;
  new.entry_idx = r.entry_idx;
  new.emergency_id = r.emergency_id;
  return new;
end $$;
create trigger verdict_allowed before insert on hotel.review_verdict for each row execute function hotel.verdict_allowed();
alter table hotel.review_verdict enable always trigger verdict_allowed;

-- A review is closed by its verdict and stays closed; what was found in the ledger never changes.
create function hotel.review_moves() returns trigger language plpgsql as $$
begin
  if old.state = 'closed' or (new.state = 'settling' and old.state <> 'settling')
     or (new.property_id, new.review_id, new.number, new.origin, new.entry_idx, new.emergency_id, new.request_id, new.at, new.staff_id, new.duty, new.guest_id,
         new.kind, new.purpose, new.clear, new.masked, new.relation, new.rules, new.obligations, new.reason_given, new.reference, new.explained,
         new.why, new.made_at, new.due_at)
        is distinct from
        (old.property_id, old.review_id, old.number, old.origin, old.entry_idx, old.emergency_id, old.request_id, old.at, old.staff_id, old.duty, old.guest_id,
         old.kind, old.purpose, old.clear, old.masked, old.relation, old.rules, old.obligations, old.reason_given, old.reference, old.explained,
         old.why, old.made_at, old.due_at)
     or (old.said <> '' and new.said <> old.said)
     or (new.state = 'closed' and not exists (
           select 1 from hotel.review_verdict v where v.property_id = new.property_id and v.review_id = new.review_id
              and v.verdict = new.verdict and v.by_id = new.verdict_by)) then
    raise exception 'a review moves forward only' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger review_moves before update on hotel.lookup_review for each row execute function hotel.review_moves();
alter table hotel.lookup_review enable always trigger review_moves;

-- Only what waits, whether something explains it yet, may go: then nobody was to look at it.
create function hotel.review_goes() returns trigger language plpgsql as $$
begin
  if old.state <> 'settling' then
    raise exception 'a review stays' using errcode = '42501';
  end if;
  return old;
end $$;
create trigger review_goes before delete on hotel.lookup_review for each row execute function hotel.review_goes();
alter table hotel.lookup_review enable always trigger review_goes;

-- ---------------------------------------------------------------------------------------------------------- where the review stands
create table hotel.review_cursor (        -- moved in the transaction that keeps what was read: each entry is taken exactly once
  property_id uuid not null references hotel.property (property_id),
  origin text not null default '', next_idx bigint not null default 0 check (next_idx >= 0),  -- of the ledger of this name
  told_on date, reported_on date,
  primary key (property_id)
);
create table hotel.review_day (           -- how many look-ups of a day were explained by what; 'refused' opened nothing
  property_id uuid not null references hotel.property (property_id),
  day date not null, reason text not null, count bigint not null check (count >= 0),
  primary key (property_id, day, reason)
);

-- ---------------------------------------------------------------------------------------------------------- mail
create table hotel.staff_contact (        -- where notices are sent; not a fact that any decision reads
  property_id uuid not null, staff_id uuid not null,
  email text not null check (length(email) between 3 and 254 and email ~ '^[!-?A-~]+@[!-?A-~]+$'),
  changed_at timestamptz not null default clock_timestamp(),
  primary key (property_id, staff_id),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id)
);
alter table hotel.notice add column mail_after_at timestamptz;  -- not tried again before
create index notice_of_person on hotel.notice (property_id, to_staff, at desc) where to_staff is not null;
create index notice_of_role on hotel.notice (property_id, to_role, at desc) where to_role is not null;

-- ---------------------------------------------------------------------------------------------------------- captured
call ledger.capture_changes(array['review_verdict']);
create trigger append_only before update or delete on hotel.review_verdict for each row execute function ledger.refuse();
alter table hotel.review_verdict enable always trigger append_only;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select on hotel.lookup_review, hotel.review_day to discretion_office;
grant update (state, said, said_at, asked_by, asked_at, verdict, verdict_by, closed_at, guest_zh, guest_en, note, case_id) on hotel.lookup_review
  to discretion_office;
grant select, insert on hotel.review_verdict to discretion_office;
grant select, insert, delete on hotel.staff_contact to discretion_office;
grant update (email, changed_at) on hotel.staff_contact to discretion_office;

grant select, insert on hotel.lookup_review, hotel.review_cursor, hotel.review_day to discretion_worker;
grant update (state, escalated, escalated_at), delete on hotel.lookup_review to discretion_worker;
grant update (origin, next_idx, told_on, reported_on) on hotel.review_cursor to discretion_worker;
grant update (count) on hotel.review_day to discretion_worker;
grant update (mail_after_at) on hotel.notice to discretion_worker;
grant select on hotel.staff_contact, hotel.occupant, hotel.stay_act, hotel.service_request, hotel.case_file, hotel.case_guest, hotel.shift
  to discretion_worker;
grant select (property_id, mark_id, guest_id, kind, from_at, until_at, ended_at) on hotel.mark to discretion_worker;
grant select (property_id, staff_id, language, active) on hotel.staff to discretion_worker;
grant select on hotel.staff_role to discretion_worker;
