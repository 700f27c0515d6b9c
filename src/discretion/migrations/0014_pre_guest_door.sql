-- 0014: the guest's own door. Codes and passkeys by which a guest comes in, their sessions, what they chose, what is posted to them; cases that a
-- guest opens; and where a guest's entries stand in the ledger, kept beside the look-up and not in it.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- coming in
create table keys.guest_code (            -- a one-time code; a decoy, where nobody fits what was typed, has no guest and is never right
  property_id uuid not null, code_id uuid not null, guest_id uuid,
  target bytea not null check (octet_length(target) = 16),            -- keyed hash of the reservation number: how often it was asked for
  code_hash bytea not null check (octet_length(code_hash) = 16),
  tries smallint not null default 0 check (tries between 0 and 5),
  at timestamptz not null default clock_timestamp(), expires_at timestamptz not null, used_at timestamptz,
  primary key (property_id, code_id)
);
create index guest_code_by_time on keys.guest_code (property_id, at);
create table keys.guest_credential (      -- a guest's passkey; may be synced between the guest's own devices
  property_id uuid not null, credential_id bytea not null, guest_id uuid not null, public_key bytea not null, sign_count bigint not null,
  created_at timestamptz not null default clock_timestamp(), revoked_at timestamptz,
  primary key (property_id, credential_id)
);
create index guest_credential_by_guest on keys.guest_credential (property_id, guest_id);
create table keys.guest_session (         -- a visit of a guest: half an hour at most, a quarter of one without use
  property_id uuid not null, session_id uuid not null, ticket_hash bytea not null check (octet_length(ticket_hash) = 32), guest_id uuid not null,
  how text not null check (how in ('code', 'passkey', 'demo')),
  started_at timestamptz not null default clock_timestamp(), seen_at timestamptz not null default clock_timestamp(), ends_at timestamptz not null,
  ended_at timestamptz,
  primary key (property_id, session_id), unique (property_id, ticket_hash)
);
create index guest_session_by_guest on keys.guest_session (property_id, guest_id);
alter table keys.challenge drop constraint challenge_kind_check;
alter table keys.challenge add constraint challenge_kind_check check (kind in ('sign_in', 'enrolment', 'action', 'guest_sign_in', 'guest_passkey'));

-- Who holds both: a reservation, by its number or a token of it, and one of these exact values. One guest, the booker first; null where nobody does.
-- It compares and tells nothing else; nothing is opened for it.
create function keys.guest_of(p uuid, number text, reservation bytea, contacts bytea[]) returns uuid
language sql stable security definer set search_path = pg_catalog as $$
  select t.guest_id from vault.token t
    left join lateral (
      select o.is_primary from hotel.reservation r
        join hotel.stay s on s.property_id = p and s.reservation_id = r.reservation_id
        join hotel.occupant o on o.property_id = p and o.stay_id = s.stay_id and o.guest_id = t.guest_id
       where r.property_id = p and r.number = guest_of.number order by o.is_primary desc limit 1) stays on true
   where t.property_id = p and t.token = any (contacts)
     and (stays.is_primary is not null
          or exists (select 1 from vault.token x where x.property_id = p and x.token = reservation and x.guest_id = t.guest_id))
   order by coalesce(stays.is_primary, false) desc, t.guest_id limit 1
$$;

-- ---------------------------------------------------------------------------------------------------------- what a guest chose
create table hotel.guest_setting (        -- the guest's own choices on their pages; no row: the first of each
  property_id uuid not null, guest_id uuid not null,
  tells text not null default 'exceptions' check (tells in ('exceptions', 'nothing')),  -- what is posted to them unasked
  changed_at timestamptz not null default clock_timestamp(),
  primary key (property_id, guest_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id)
);
create table hotel.hidden_stay (          -- a stay that its guest does not want on these pages: somebody else may hold the phone
  property_id uuid not null, guest_id uuid not null, stay_id uuid not null, at timestamptz not null default clock_timestamp(),
  primary key (property_id, guest_id, stay_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  foreign key (property_id, stay_id) references hotel.stay (property_id, stay_id)
);

-- ---------------------------------------------------------------------------------------------------------- posts to guests
create table hotel.guest_post (           -- that something waits on a guest's pages; codes only, and the words name no hotel's matter
  property_id uuid not null, post_id uuid not null, guest_id uuid not null,
  code text not null check (code in ('answer', 'exception', 'request', 'review')),
  at timestamptz not null default clock_timestamp(),
  addressed_at timestamptz, posted_at timestamptz, tries int not null default 0, after_at timestamptz not null default clock_timestamp(),
  primary key (property_id, post_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id)
);
create index guest_post_waiting on hotel.guest_post (property_id, after_at) where posted_at is null;

-- Marks one as addressed, once, so that the keeper may open whom it goes to: of somebody who wants to be told, and so many a day.
create function hotel.address_post(p uuid, post uuid, guest uuid) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int;
begin
  update hotel.guest_post a set addressed_at = clock_timestamp()
   where a.property_id = p and a.post_id = post and a.guest_id = guest and a.posted_at is null
     and (a.addressed_at is null or a.tries between 1 and 8)
     and (select count(*) from hotel.guest_post b where b.property_id = p and b.addressed_at > clock_timestamp() - interval '1 day') < 500;
  get diagnostics n = row_count;
  return n;
end $$;

-- For the guest who wants to be told: that an emergency viewing has ended, and that a review has found something.
create function hotel.post_exception() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into hotel.guest_post (property_id, post_id, guest_id, code)
  select new.property_id, gen_random_uuid(), new.guest_id, tg_argv[0]
   where exists (select 1 from hotel.guest g where g.property_id = new.property_id and g.guest_id = new.guest_id)
     and not exists (select 1 from hotel.guest_setting s where s.property_id = new.property_id and s.guest_id = new.guest_id and s.tells = 'nothing');
  return null;
end $$;
create trigger post_exception after update of ended_at on hotel.emergency for each row
  when (old.ended_at is null and new.ended_at is not null) execute function hotel.post_exception('exception');
alter table hotel.emergency enable always trigger post_exception;
create trigger post_exception after update of state on hotel.lookup_review for each row
  when (old.state <> 'closed' and new.state = 'closed' and new.guest_zh <> '') execute function hotel.post_exception('review');
alter table hotel.lookup_review enable always trigger post_exception;

-- ---------------------------------------------------------------------------------------------------------- cases that a guest opens
alter table hotel.case_file
  alter column opened_by drop not null,
  add column channel text not null default 'desk' check (channel in ('desk', 'portal')),
  add column withheld_until date,          -- secret by law: its look-ups are withheld from the guest until this day, which is always set
  add check ((channel = 'portal') = (opened_by is null)),
  add check (withheld_until is null or purpose = 'lawful_request');
alter table hotel.case_guest alter column added_by drop not null;
alter table hotel.case_act alter column staff_id drop not null;
alter table hotel.case_act drop constraint case_act_act_check;
alter table hotel.case_act add constraint case_act_act_check
  check (act in ('opened', 'guest_added', 'owner_changed', 'due_changed', 'noted', 'withheld', 'closed'));
create table hotel.entry_question (       -- a guest's question to one entry about them
  property_id uuid not null, case_id uuid not null, guest_id uuid not null, entry_idx bigint not null check (entry_idx >= 0),
  primary key (property_id, case_id),
  foreign key (property_id, case_id) references hotel.case_file (property_id, case_id),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id)
);
create index entry_question_by_guest on hotel.entry_question (property_id, guest_id);
create function hotel.post_answer() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into hotel.guest_post (property_id, post_id, guest_id, code)
  select q.property_id, gen_random_uuid(), q.guest_id, 'answer' from hotel.entry_question q
   where q.property_id = new.property_id and q.case_id = new.case_id
     and not exists (select 1 from hotel.guest_setting s where s.property_id = q.property_id and s.guest_id = q.guest_id and s.tells = 'nothing');
  return null;
end $$;
create trigger post_answer after update of closed_at on hotel.case_file for each row
  when (old.closed_at is null and new.closed_at is not null) execute function hotel.post_answer();
alter table hotel.case_file enable always trigger post_answer;

-- ---------------------------------------------------------------------------------------------------------- a guest's entries
-- An index of the ledger by guest, made from committed entries when a checkpoint is: a look-up writes nothing for it.
create table ledger.guest_entry (
  property_id uuid not null, guest_key_id uuid not null, idx bigint not null,
  primary key (property_id, guest_key_id, idx)
);
create table ledger.guest_index (
  property_id uuid primary key, next_idx bigint not null default 0 check (next_idx >= 0)
);
insert into ledger.guest_index (property_id) select property_id from ledger.head;
create function ledger.index_guests(p uuid, most int) returns bigint language plpgsql security definer set search_path = pg_catalog as $$
declare first bigint; size bigint;
begin
  insert into ledger.guest_index (property_id) values (p) on conflict do nothing;
  select i.next_idx into first from ledger.guest_index i where i.property_id = p for update;
  select least(h.size, first + most) into size from ledger.head h where h.property_id = p;
  if size < first then  -- a successor of a closed ledger begins anew
    delete from ledger.guest_entry g where g.property_id = p;
    first := 0;
  end if;
  insert into ledger.guest_entry (property_id, guest_key_id, idx)
  select p, e.guest_key_id, e.idx from ledger.entry e
   where e.property_id = p and e.idx >= first and e.idx < size and e.guest_key_id is not null
      on conflict do nothing;
  update ledger.guest_index i set next_idx = size where i.property_id = p;
  return size - first;
end $$;

-- ---------------------------------------------------------------------------------------------------------- captured
call ledger.capture_changes(array['entry_question', 'guest_post', 'guest_setting', 'hidden_stay']);

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert on keys.guest_code, keys.guest_credential, keys.guest_session to discretion_keeper;
grant update (tries, used_at) on keys.guest_code to discretion_keeper;
grant delete on keys.guest_code to discretion_keeper;
grant update (sign_count, revoked_at) on keys.guest_credential to discretion_keeper;
grant update (seen_at, ended_at) on keys.guest_session to discretion_keeper;
grant select on hotel.guest_post to discretion_office, discretion_worker;
grant insert (property_id, post_id, guest_id, code) on hotel.guest_post to discretion_office;
grant update (posted_at, tries, after_at) on hotel.guest_post to discretion_worker;
grant select on hotel.guest_setting, hotel.hidden_stay, hotel.entry_question to discretion_office;
grant insert (property_id, guest_id, tells), update (tells, changed_at) on hotel.guest_setting to discretion_office;
grant insert (property_id, guest_id, stay_id) on hotel.hidden_stay to discretion_office;
grant delete on hotel.hidden_stay to discretion_office;
grant insert on hotel.entry_question to discretion_office;
grant update (withheld_until) on hotel.case_file to discretion_office;
grant select on ledger.guest_entry, ledger.guest_index to discretion_keeper;
grant execute on function keys.guest_of, hotel.address_post, ledger.index_guests to discretion_keeper;
