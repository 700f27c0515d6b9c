-- 0020: what the privacy officer answers for. How many look-ups a day had for which purpose; the statements that were made public; what was
-- answered to authorities; who the hotel is in law; the impact assessment. Counts and words of staff: no row here is about a guest.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

-- ---------------------------------------------------------------------------------------------------------- counts
create table hotel.lookup_day (           -- how many look-ups of a day were for which purpose; a list counts each guest on it
  property_id uuid not null references hotel.property (property_id),
  day date not null, purpose text not null, count bigint not null check (count >= 0),
  primary key (property_id, day, purpose)
);

create table hotel.transparency_statement (  -- append only, captured: what was made public of one quarter; numbers below ten are not in it
  property_id uuid not null references hotel.property (property_id),
  quarter text not null check (quarter ~ '^[0-9]{4}-Q[1-4]$'),
  body jsonb not null check (jsonb_typeof(body) = 'object' and pg_column_size(body) < 65536),
  made_at timestamptz not null default clock_timestamp(),
  primary key (property_id, quarter)
);

create table hotel.authority_answer (     -- append only, captured: what an authority was given under a closed case
  property_id uuid not null, case_id uuid not null,
  answer text not null check (answer in ('given', 'partly', 'refused')),
  by_id uuid not null, at timestamptz not null default clock_timestamp(),
  primary key (property_id, case_id),
  foreign key (property_id, case_id) references hotel.case_file (property_id, case_id),
  foreign key (property_id, by_id) references hotel.staff (property_id, staff_id)
);
create index authority_answer_at on hotel.authority_answer (property_id, at);
create index case_file_lawful on hotel.case_file (property_id, closed_at) where purpose = 'lawful_request';

-- ---------------------------------------------------------------------------------------------------------- records of processing
create table hotel.controller_record (    -- append only: who the hotel is in law, and whom it gives to; the newest version counts
  property_id uuid not null references hotel.property (property_id),
  version int not null check (version > 0),
  body jsonb not null check (jsonb_typeof(body) = 'object' and pg_column_size(body) < 65536),
  by_id uuid not null, at timestamptz not null default clock_timestamp(),
  primary key (property_id, version),
  foreign key (property_id, by_id) references hotel.staff (property_id, staff_id)
);

-- ---------------------------------------------------------------------------------------------------------- impact assessment
create table hotel.assessment (           -- append only: each time it was written, with the system's own facts as they stood then
  property_id uuid not null references hotel.property (property_id),
  version int not null check (version > 0),
  texts jsonb not null check (jsonb_typeof(texts) = 'object' and pg_column_size(texts) < 262144),
  facts jsonb not null check (jsonb_typeof(facts) = 'object' and pg_column_size(facts) < 262144),
  by_id uuid not null, at timestamptz not null default clock_timestamp(),
  primary key (property_id, version),
  foreign key (property_id, by_id) references hotel.staff (property_id, staff_id)
);
create table hotel.assessment_signature ( -- append only, captured: who answers for which version, by the digest of its texts and facts
  property_id uuid not null, version int not null,
  by_id uuid not null, as_role text not null check (as_role = 'privacy'),
  digest bytea not null check (octet_length(digest) = 32), at timestamptz not null default clock_timestamp(),
  primary key (property_id, version),
  foreign key (property_id, version) references hotel.assessment (property_id, version),
  foreign key (property_id, by_id) references hotel.staff (property_id, staff_id)
);

-- Signed off is by somebody who is privacy officer today, over the version as it stands; only a closed authority request has an answer.
create function hotel.assessment_digest(p uuid, v int) returns bytea language sql stable set search_path = pg_catalog as $$
  select sha256(convert_to(a.texts::text || E'\n' || a.facts::text, 'UTF8')) from hotel.assessment a where a.property_id = p and a.version = v
$$;
create function hotel.assessment_signed() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if new.digest is distinct from hotel.assessment_digest(new.property_id, new.version)
     or not exists (select 1 from hotel.staff s join hotel.staff_role o on o.property_id = s.property_id and o.staff_id = s.staff_id
                     where s.property_id = new.property_id and s.staff_id = new.by_id and s.active and o.role = new.as_role
                       and o.from_on <= current_date + 1 and (o.until_on is null or o.until_on >= current_date - 1)) then
    raise exception 'the privacy officer signs what stands there' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger assessment_signed before insert on hotel.assessment_signature for each row execute function hotel.assessment_signed();
alter table hotel.assessment_signature enable always trigger assessment_signed;
create function hotel.authority_answered() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if not exists (select 1 from hotel.case_file c where c.property_id = new.property_id and c.case_id = new.case_id
                    and c.purpose = 'lawful_request' and c.closed_at is not null) then
    raise exception 'only a closed request of an authority has an answer' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger authority_answered before insert on hotel.authority_answer for each row execute function hotel.authority_answered();
alter table hotel.authority_answer enable always trigger authority_answered;

-- ---------------------------------------------------------------------------------------------------------- captured, append only
call ledger.capture_changes(array['transparency_statement', 'authority_answer', 'assessment_signature']);
do $$
declare t text;
begin
  foreach t in array array['transparency_statement', 'authority_answer', 'controller_record', 'assessment', 'assessment_signature'] loop
    execute format('create trigger append_only before update or delete on hotel.%I for each row execute function ledger.refuse()', t);
    execute format('alter table hotel.%I enable always trigger append_only', t);
  end loop;
  foreach t in array array['controller_record', 'assessment'] loop
    execute format('create trigger append_only_truncate before truncate on hotel.%I for each statement execute function ledger.refuse()', t);
    execute format('alter table hotel.%I enable always trigger append_only_truncate', t);
  end loop;
end $$;

-- ---------------------------------------------------------------------------------------------------------- rights
grant select, insert on hotel.lookup_day to discretion_worker;
grant update (count) on hotel.lookup_day to discretion_worker;
grant select on hotel.lookup_day, hotel.transparency_statement, hotel.authority_answer, hotel.controller_record, hotel.assessment,
  hotel.assessment_signature to discretion_office;
grant select on hotel.transparency_statement, hotel.authority_answer to discretion_worker;
grant select (property_id, version, body) on hotel.controller_record to discretion_worker;  -- the address that the public page names
grant insert (property_id, quarter, body) on hotel.transparency_statement to discretion_worker;
grant insert (property_id, case_id, answer, by_id) on hotel.authority_answer to discretion_office;
grant insert (property_id, version, body, by_id) on hotel.controller_record to discretion_office;
grant insert (property_id, version, texts, facts, by_id) on hotel.assessment to discretion_office;
grant insert (property_id, version, by_id, as_role, digest) on hotel.assessment_signature to discretion_office;
grant execute on function hotel.assessment_digest to discretion_office;
