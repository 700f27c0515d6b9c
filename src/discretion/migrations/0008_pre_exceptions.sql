-- 0008: the exceptions, each a road of its own: cases and service requests that a look-up may rest on, requests for approval and the votes on
-- them, deputies, emergency viewing, and what a passkey was verified anew for. The keeper alone writes approvals, votes, deputies, emergencies
-- and step-ups, each under an entry; the office writes cases and service requests, captured as facts are. Notices are made by triggers
-- in the transaction they tell of, so that nothing outside can delay or lose one.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- context of look-ups
create table hotel.case_file (            -- why a guest's record is needed outside the running stay; serves look-ups of its purpose alone
  property_id uuid not null references hotel.property (property_id),
  case_id uuid not null, number text not null check (length(number) between 3 and 20),
  purpose text not null check (purpose in ('check_out', 'complaint', 'security_incident', 'lawful_request', 'dsr', 'audit')),
  summary text not null check (length(btrim(summary)) between 3 and 500),
  reference text not null default '' check (length(reference) <= 80),  -- an authority's document number, a ticket of another system
  opened_by uuid not null, opened_at timestamptz not null default clock_timestamp(),
  owner_id uuid, due_at timestamptz,
  closed_at timestamptz, closed_by uuid, outcome text not null default '' check (length(outcome) <= 500),
  primary key (property_id, case_id), unique (property_id, number),
  check ((closed_at is null) = (closed_by is null))
);
create table hotel.case_guest (           -- whom a case names
  property_id uuid not null, case_id uuid not null, guest_id uuid not null,
  added_by uuid not null, added_at timestamptz not null default clock_timestamp(),
  primary key (property_id, case_id, guest_id),
  foreign key (property_id, case_id) references hotel.case_file (property_id, case_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id)
);
create index case_guest_by_guest on hotel.case_guest (property_id, guest_id);

create table hotel.service_request (
  property_id uuid not null references hotel.property (property_id),
  request_id uuid not null, number text not null check (length(number) between 3 and 20),
  guest_id uuid not null, stay_id uuid, room_number text,
  kind text not null check (kind in ('concierge', 'engineering', 'front_desk', 'housekeeping', 'lost_property', 'restaurant')),
  channel text not null check (channel in ('desk', 'phone', 'portal')),
  identity_check text not null default '' check (identity_check in ('', 'in_person', 'called_back', 'answered')),
  words text not null check (length(btrim(words)) between 1 and 500),
  opened_by uuid, opened_at timestamptz not null default clock_timestamp(),
  assigned_to uuid, assigned_at timestamptz, assigned_by uuid,
  closed_at timestamptz, closed_by uuid, outcome text not null default '' check (outcome in ('', 'done', 'cancelled')),
  primary key (property_id, request_id), unique (property_id, number),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  check ((closed_at is null) = (outcome = '')), check ((channel = 'portal') = (opened_by is null)),
  check (channel <> 'phone' or identity_check in ('called_back', 'answered'))
);
create index service_request_open on hotel.service_request (property_id, opened_at) where closed_at is null;
create index service_request_by_guest on hotel.service_request (property_id, guest_id);

-- ---------------------------------------------------------------------------------------------------------- approvals
create table hotel.access_request (       -- bound to one refused decision; approved, it is one fact for exactly its person, guest, purpose, groups
  property_id uuid not null, request_id uuid not null,
  requester_id uuid not null, requester_duty text not null, session_id uuid not null, guest_id uuid not null,
  purpose text not null, groups int not null check (groups between 1 and 255),
  rule text not null, fact text not null, policy bytea not null check (octet_length(policy) = 32), facts bigint not null, relation text not null,
  reason text not null check (length(btrim(reason)) between 10 and 500), reference text not null check (length(btrim(reference)) between 1 and 80),
  quorum smallint not null default 1 check (quorum between 1 and 3),
  state text not null default 'pending' check (state in ('pending', 'approved', 'denied', 'expired', 'cancelled', 'revoked', 'used_up')),
  why text not null default '',             -- a code: why it ended without a vote or a use
  entry_idx bigint, asked_at timestamptz not null default clock_timestamp(), ask_until_at timestamptz not null check (ask_until_at > asked_at),
  decided_at timestamptz, grant_seconds int not null check (grant_seconds between 60 and 86400), grant_until_at timestamptz,
  uses_max int not null default 1 check (uses_max between 1 and 20), uses int not null default 0 check (uses <= uses_max), ended_at timestamptz,
  primary key (property_id, request_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  check (state not in ('approved', 'used_up') or grant_until_at is not null),
  check (grant_until_at is null or (decided_at is not null and grant_until_at <= decided_at + interval '24 hours'))
);
create unique index access_request_one_pending on hotel.access_request (property_id, requester_id, guest_id, purpose, groups, fact)
  where state = 'pending';
create index access_request_open on hotel.access_request (property_id, asked_at) where state in ('pending', 'approved');
create index access_request_by_person on hotel.access_request (property_id, requester_id, asked_at);

create table hotel.deputy (               -- who votes in whose place, for which role, between two moments; both have signed by passkey
  property_id uuid not null, deputy_id uuid not null, from_id uuid not null, to_id uuid not null check (to_id <> from_id),
  role text not null, from_at timestamptz not null, until_at timestamptz not null check (until_at > from_at and until_at <= from_at + interval '93 days'),
  offered_at timestamptz not null default clock_timestamp(), accepted_at timestamptz, ended_at timestamptz,
  primary key (property_id, deputy_id),
  foreign key (property_id, from_id) references hotel.staff (property_id, staff_id),
  foreign key (property_id, to_id) references hotel.staff (property_id, staff_id)
);

create table hotel.approval_vote (        -- append only; the keeper has verified the passkey over this very vote
  property_id uuid not null, request_id uuid not null, approver_id uuid not null, as_role text not null, for_id uuid,  -- for_id: the one deputised for
  vote boolean not null, note text not null default '' check (length(note) <= 500), session_id uuid not null, passkey_at timestamptz not null,
  seconds int not null default 0,         -- between seeing the request and voting
  at timestamptz not null default clock_timestamp(),
  primary key (property_id, request_id, approver_id),
  foreign key (property_id, request_id) references hotel.access_request (property_id, request_id)
);
create unique index approval_vote_one_a_session on hotel.approval_vote (property_id, request_id, session_id);
create index approval_vote_by_person on hotel.approval_vote (property_id, approver_id, at);

-- A vote counts only on a pending request that is in time, by somebody else than the requester and whoever stands behind the vote, over a passkey
-- verified within five minutes. One no denies; as many yes as the quorum approve.
create function hotel.vote_allowed() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare r record;
begin
  select * into r from hotel.access_request q where q.property_id = new.property_id and q.request_id = new.request_id for update;
  if r.state is distinct from 'pending' or r.ask_until_at <= clock_timestamp() then
    raise exception 'the request is not open to votes' using errcode = '23514';
  end if;
  if new.approver_id = r.requester_id or new.for_id is not distinct from r.requester_id then
    raise exception 'nobody votes on a request of their own' using errcode = '23514';
  end if;
  if new.passkey_at < clock_timestamp() - interval '5 minutes' or new.passkey_at > clock_timestamp() + interval '1 minute' then
    raise exception 'a vote rests on a fresh passkey' using errcode = '23514';
  end if;
  return new;
end $$;
create function hotel.vote_counted() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update hotel.access_request q
     set state = case when new.vote then 'approved' else 'denied' end, decided_at = new.at,
         grant_until_at = case when new.vote then new.at + make_interval(secs => q.grant_seconds) end,
         ended_at = case when new.vote then null else new.at end
   where q.property_id = new.property_id and q.request_id = new.request_id and q.state = 'pending'
     and (not new.vote or q.quorum <= (select count(*) from hotel.approval_vote v
                                        where v.property_id = q.property_id and v.request_id = q.request_id and v.vote));
  return null;
end $$;
create trigger vote_allowed before insert on hotel.approval_vote for each row execute function hotel.vote_allowed();
create trigger vote_counted after insert on hotel.approval_vote for each row execute function hotel.vote_counted();
alter table hotel.approval_vote enable always trigger vote_allowed;
alter table hotel.approval_vote enable always trigger vote_counted;

-- All final states are final, and what a request was made of never changes.
create function hotel.request_moves() returns trigger language plpgsql as $$
begin
  if not ((old.state = 'pending' and new.state in ('pending', 'approved', 'denied', 'expired', 'cancelled'))
       or (old.state = 'approved' and new.state in ('approved', 'expired', 'revoked', 'used_up')))
     or (new.property_id, new.request_id, new.requester_id, new.requester_duty, new.session_id, new.guest_id, new.purpose, new.groups, new.rule, new.fact,
         new.policy, new.facts, new.relation, new.reason, new.reference, new.quorum, new.asked_at, new.ask_until_at, new.grant_seconds, new.uses_max)
        is distinct from
        (old.property_id, old.request_id, old.requester_id, old.requester_duty, old.session_id, old.guest_id, old.purpose, old.groups, old.rule, old.fact,
         old.policy, old.facts, old.relation, old.reason, old.reference, old.quorum, old.asked_at, old.ask_until_at, old.grant_seconds, old.uses_max)
     or new.uses < old.uses or (old.state <> 'pending' and new.grant_until_at is distinct from old.grant_until_at) then
    raise exception 'a request moves forward only' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger request_moves before update on hotel.access_request for each row execute function hotel.request_moves();
alter table hotel.access_request enable always trigger request_moves;

-- One use in one statement: one winner, whoever asks at the same moment. Returns the number of rows: 1, or 0 when it was too late.
create function hotel.use_approval(p uuid, request uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.access_request q
     set uses = uses + 1, state = case when uses + 1 = uses_max then 'used_up' else state end,
         ended_at = case when uses + 1 = uses_max then clock_timestamp() end
   where q.property_id = p and q.request_id = request and q.state = 'approved' and q.grant_until_at > clock_timestamp() and q.uses < q.uses_max;
  get diagnostics n = row_count;
  return n;
end $$;

-- Whoever asked takes back what is pending; whoever voted, or may vote, revokes what is approved. 1 row, or 0 when it was too late.
create function hotel.end_approval(p uuid, request uuid, because text) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.access_request q
     set state = case q.state when 'pending' then 'cancelled' else 'revoked' end, why = because, ended_at = clock_timestamp()
   where q.property_id = p and q.request_id = request and q.state in ('pending', 'approved')
     and (q.state <> 'pending' or q.ask_until_at > clock_timestamp());
  get diagnostics n = row_count;
  return n;
end $$;

-- What time has ended is marked so; decisions never wait for this. For the worker.
create function hotel.expire_approvals(p uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.access_request q
     set state = 'expired', why = case q.state when 'pending' then 'nobody_decided' else 'not_used' end, ended_at = clock_timestamp()
   where q.property_id = p and ((q.state = 'pending' and q.ask_until_at <= clock_timestamp())
                             or (q.state = 'approved' and q.grant_until_at <= clock_timestamp()));
  get diagnostics n = row_count;
  return n;
end $$;

-- What ends the ground an approval stands on ends it: the end of the requester's shift, the close of its case, an approver who is locked or leaves.
create function hotel.shift_ends_approvals() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update hotel.access_request q
     set state = case q.state when 'pending' then 'cancelled' else 'revoked' end, why = 'off_shift', ended_at = clock_timestamp()
   where q.property_id = new.property_id and q.requester_id = new.staff_id and q.requester_duty = new.duty and q.state in ('pending', 'approved')
     and new.ended_at is not null;
  return null;
end $$;
create trigger shift_ends_approvals after update of ended_at on hotel.shift for each row execute function hotel.shift_ends_approvals();
alter table hotel.shift enable always trigger shift_ends_approvals;

create function hotel.case_ends_approvals() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  update hotel.access_request q
     set state = case q.state when 'pending' then 'cancelled' else 'revoked' end, why = 'case_closed', ended_at = clock_timestamp()
   where q.property_id = new.property_id and q.reference = new.number and q.state in ('pending', 'approved') and new.closed_at is not null;
  return null;
end $$;
create trigger case_ends_approvals after update of closed_at on hotel.case_file for each row execute function hotel.case_ends_approvals();
alter table hotel.case_file enable always trigger case_ends_approvals;

create function hotel.end_approvals_of(p uuid, staff uuid, because text) returns void
language sql security definer set search_path = pg_catalog as $$
  update hotel.access_request q
     set state = case q.state when 'pending' then 'cancelled' else 'revoked' end, why = because, ended_at = clock_timestamp()
   where q.property_id = p and q.state in ('pending', 'approved')
     and (q.requester_id = staff
          or exists (select 1 from hotel.approval_vote v where v.property_id = p and v.request_id = q.request_id and v.approver_id = staff));
  update hotel.deputy d set ended_at = clock_timestamp() where d.property_id = p and d.ended_at is null and staff in (d.from_id, d.to_id);
$$;
create function hotel.leaving_ends_approvals() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if old.active and not new.active then
    perform hotel.end_approvals_of(new.property_id, new.staff_id, 'approver_left');
  end if;
  return null;
end $$;
create trigger leaving_ends_approvals after update of active on hotel.staff for each row execute function hotel.leaving_ends_approvals();
alter table hotel.staff enable always trigger leaving_ends_approvals;
create function hotel.lock_ends_approvals() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.kind = 'staff' then
    perform hotel.end_approvals_of(new.property_id, new.target_id, 'locked');
  end if;
  return null;
end $$;
create trigger lock_ends_approvals after insert on hotel.lock for each row execute function hotel.lock_ends_approvals();
alter table hotel.lock enable always trigger lock_ends_approvals;

-- The second signature of a deputy, and the end of one by either. 1 row, or 0.
create function hotel.accept_deputy(p uuid, deputy uuid, staff uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.deputy d set accepted_at = clock_timestamp()
   where d.property_id = p and d.deputy_id = deputy and d.to_id = staff and d.accepted_at is null and d.ended_at is null
     and d.until_at > clock_timestamp();
  get diagnostics n = row_count;
  return n;
end $$;
create function hotel.end_deputy(p uuid, deputy uuid, staff uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.deputy d set ended_at = clock_timestamp()
   where d.property_id = p and d.deputy_id = deputy and staff in (d.from_id, d.to_id) and d.ended_at is null;
  get diagnostics n = row_count;
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------- emergency viewing
create table hotel.emergency (
  property_id uuid not null, emergency_id uuid not null, staff_id uuid not null, duty text not null, session_id uuid not null, guest_id uuid not null,
  groups int not null check (groups between 1 and 255),
  situation text not null check (situation in ('life', 'police', 'child', 'outage')),
  words text not null check (length(btrim(words)) between 10 and 500), reference text not null default '' check (length(reference) <= 80),
  entry_idx bigint, begun_at timestamptz not null default clock_timestamp(),
  until_at timestamptz not null check (until_at > begun_at and until_at <= begun_at + interval '15 minutes'),
  ended_at timestamptz, note text not null default '' check (length(note) <= 1000), note_at timestamptz,
  primary key (property_id, emergency_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  check (situation <> 'police' or length(btrim(reference)) >= 3)
);
create unique index emergency_one_open on hotel.emergency (property_id, staff_id, guest_id) where ended_at is null;
create index emergency_by_staff on hotel.emergency (property_id, staff_id, begun_at);

-- An emergency is ended by its person, or by time: then it ended when it was to end. 1 row, or 0 when it had ended.
create function hotel.end_emergency(p uuid, emergency uuid, staff uuid) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.emergency e set ended_at = least(e.until_at, clock_timestamp())
   where e.property_id = p and e.emergency_id = emergency and e.ended_at is null and (e.staff_id = staff or e.until_at <= clock_timestamp());
  get diagnostics n = row_count;
  return n;
end $$;
-- What the person adds afterwards, once, within 48 hours.
create function hotel.note_emergency(p uuid, emergency uuid, staff uuid, said text) returns int
language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.emergency e set note = said, note_at = clock_timestamp()
   where e.property_id = p and e.emergency_id = emergency and e.staff_id = staff and e.note_at is null
     and e.ended_at > clock_timestamp() - interval '48 hours';
  get diagnostics n = row_count;
  return n;
end $$;

-- ---------------------------------------------------------------------------------------------------------- step-up
create table keys.step_up (               -- a passkey verified over a challenge that names session, guest, purpose and field groups; for five minutes
  property_id uuid not null, step_up_id uuid not null, session_id uuid not null, guest_id uuid not null, purpose text not null,
  groups int not null check (groups between 1 and 255),
  at timestamptz not null default clock_timestamp(), until_at timestamptz not null check (until_at <= at + interval '5 minutes'),
  primary key (property_id, step_up_id)
);
create index step_up_by_end on keys.step_up (property_id, until_at);
alter table keys.challenge drop constraint challenge_kind_check;
alter table keys.challenge add constraint challenge_kind_check check (kind in ('sign_in', 'enrolment', 'action'));
alter table keys.challenge add column session_id uuid, add column action bytea;  -- what is verified anew, as the challenge's hash covers it
alter table keys.challenge add check ((kind = 'action') = (session_id is not null and action is not null));

-- ---------------------------------------------------------------------------------------------------------- notices
create table hotel.notice (               -- what somebody should know, in the console and by mail; codes and ids, never guest data
  property_id uuid not null references hotel.property (property_id),
  notice_id uuid not null default gen_random_uuid(), to_staff uuid, to_role text,
  kind text not null, subject_id uuid, details jsonb not null default '{}',
  at timestamptz not null default clock_timestamp(), read_at timestamptz, read_by uuid,
  mailed_at timestamptz, mail_tries int not null default 0,
  primary key (property_id, notice_id),
  check ((to_staff is null) <> (to_role is null))
);
create index notice_unread on hotel.notice (property_id, at) where read_at is null;
create index notice_unmailed on hotel.notice (property_id, at) where mailed_at is null;

create function hotel.tell_of_emergency() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into hotel.notice (property_id, to_role, kind, subject_id, details)
  select new.property_id, r, case when tg_op = 'INSERT' then 'emergency_begun' else 'emergency_ended' end, new.emergency_id,
         jsonb_build_object('situation', new.situation, 'duty', new.duty)
    from unnest(array['security', 'duty_manager']) r
   where tg_op = 'INSERT' or (old.ended_at is null and new.ended_at is not null);
  if tg_op = 'INSERT' and 2 < (select count(*) from hotel.emergency e where e.property_id = new.property_id and e.staff_id = new.staff_id
                                  and e.begun_at > new.begun_at - interval '12 hours') then
    insert into hotel.notice (property_id, to_role, kind, subject_id, details)
    values (new.property_id, 'privacy', 'emergency_often', new.emergency_id, jsonb_build_object('duty', new.duty));
  end if;
  return null;
end $$;
create trigger tell_of_emergency after insert or update on hotel.emergency for each row execute function hotel.tell_of_emergency();
alter table hotel.emergency enable always trigger tell_of_emergency;

create function hotel.tell_of_request() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if tg_op = 'UPDATE' and new.state <> old.state and new.state <> 'used_up' then
    insert into hotel.notice (property_id, to_staff, kind, subject_id, details)
    values (new.property_id, new.requester_id, 'request_' || new.state, new.request_id, jsonb_build_object('rule', new.rule, 'why', new.why));
  end if;
  return null;
end $$;
create trigger tell_of_request after update on hotel.access_request for each row execute function hotel.tell_of_request();
alter table hotel.access_request enable always trigger tell_of_request;

-- ---------------------------------------------------------------------------------------------------------- captured, append only
-- Every change of these tables of `hotel` is a row of `ledger.fact_change`, and so part of an entry; nobody truncates one.
create procedure ledger.capture_changes(tables text[]) language plpgsql as $$
declare t text; d text;
begin
  foreach t in array tables loop
    execute format('create trigger capture_insert after insert on hotel.%I referencing new table as new_rows for each statement execute function ledger.capture_insert(%L)', t, t);
    execute format('create trigger capture_update after update on hotel.%I referencing old table as old_rows new table as new_rows for each statement execute function ledger.capture_update(%L)', t, t);
    execute format('create trigger capture_delete after delete on hotel.%I referencing old table as old_rows for each statement execute function ledger.capture_delete(%L)', t, t);
    execute format('create trigger refuse_truncate before truncate on hotel.%I for each statement execute function ledger.refuse()', t);
    foreach d in array array['capture_insert', 'capture_update', 'capture_delete', 'refuse_truncate'] loop
      execute format('alter table hotel.%I enable always trigger %I', t, d);
    end loop;
  end loop;
end $$;
call ledger.capture_changes(array['case_file', 'case_guest', 'service_request', 'access_request', 'approval_vote', 'deputy', 'emergency']);
create trigger append_only before update or delete on hotel.approval_vote for each row execute function ledger.refuse();
alter table hotel.approval_vote enable always trigger append_only;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert on hotel.case_file, hotel.case_guest, hotel.service_request to discretion_office;
grant update (owner_id, due_at, closed_at, closed_by, outcome) on hotel.case_file to discretion_office;
grant update (assigned_to, assigned_at, assigned_by, closed_at, closed_by, outcome) on hotel.service_request to discretion_office;
grant select on hotel.access_request, hotel.approval_vote, hotel.deputy, hotel.emergency to discretion_office, discretion_worker;
grant select on hotel.notice to discretion_office, discretion_worker;
grant insert on hotel.notice to discretion_office, discretion_worker;
grant update (read_at, read_by) on hotel.notice to discretion_office;
grant update (mailed_at, mail_tries) on hotel.notice to discretion_worker;
grant execute on function hotel.expire_approvals to discretion_worker;

grant select on hotel.case_file, hotel.case_guest, hotel.service_request, hotel.access_request, hotel.approval_vote, hotel.deputy, hotel.emergency
  to discretion_keeper;
grant insert on hotel.access_request, hotel.approval_vote, hotel.deputy, hotel.emergency, hotel.notice to discretion_keeper;
grant select, insert on keys.step_up to discretion_keeper;
grant delete on keys.step_up to discretion_keeper;
grant execute on function hotel.use_approval, hotel.end_approval, hotel.expire_approvals, hotel.accept_deputy, hotel.end_deputy, hotel.end_emergency, hotel.note_emergency
  to discretion_keeper;
