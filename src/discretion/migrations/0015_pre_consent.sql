-- 0015: consents. The exact words that somebody was asked with, by version and language, and what each guest said to them: given or withdrawn,
-- through what, by whose hand. Both only grow; what holds is the last row. The keeper reads it for purposes that rest on a consent.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create table hotel.consent_text (         -- append only: the words of one version in one language; a version counts from when it is written
  property_id uuid not null references hotel.property (property_id),
  kind text not null check (kind in ('marketing', 'analytics', 'loyalty', 'face_check_in', 'sharing', 'cross_border')),
  version text not null check (version ~ '^[a-z0-9][a-z0-9.-]{0,19}$'), language text not null check (language in ('zh_Hans', 'en')),
  basis text not null check ((basis = 'separate_consent') = (kind in ('face_check_in', 'sharing', 'cross_border')) and basis in ('consent', 'separate_consent')),
  title text not null check (length(btrim(title)) between 1 and 80),
  words text not null check (length(btrim(words)) between 1 and 2000),
  effect text not null check (length(btrim(effect)) between 1 and 400),      -- what happens once it is withdrawn
  hash bytea not null check (octet_length(hash) = 32),                       -- of title, words and effect, set below
  made_by uuid,                                                              -- null: came with the product
  valid_from timestamptz not null default clock_timestamp(),
  primary key (property_id, kind, version, language), unique (property_id, kind, version, language, hash),
  foreign key (property_id, made_by) references hotel.staff (property_id, staff_id)
);
create function hotel.consent_text_hash() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  new.hash := sha256(convert_to(new.title || E'\n\n' || new.words || E'\n\n' || new.effect, 'UTF8'));
  return new;
end $$;
create trigger consent_text_hash before insert on hotel.consent_text for each row execute function hotel.consent_text_hash();
alter table hotel.consent_text enable always trigger consent_text_hash;

create table hotel.consent (              -- append only: one thing that a guest, or a child's guardian, said to one text
  property_id uuid not null, consent_id uuid not null, guest_id uuid not null, kind text not null, no int not null check (no > 0),
  given boolean not null,                                                    -- false: withdrawn
  version text not null, language text not null, hash bytea not null,        -- of the words seen; of a withdrawal, of the words it takes back
  at timestamptz not null default clock_timestamp(),
  channel text not null check (channel in ('portal', 'desk_tablet', 'desk_paper')),
  session_id uuid not null, staff_id uuid,                                   -- the guest's visit, or the sign-in of whoever recorded it
  paper text not null default '' check (paper ~ '^([A-Za-z0-9][A-Za-z0-9/._-]{2,39})?$'), signed_on date,
  guardian text not null default '' check (guardian in ('', 'parent', 'other_guardian')),
  primary key (property_id, consent_id), unique (property_id, guest_id, kind, no),
  foreign key (property_id, guest_id) references hotel.guest (property_id, guest_id),
  foreign key (property_id, staff_id) references hotel.staff (property_id, staff_id),
  foreign key (property_id, kind, version, language, hash) references hotel.consent_text (property_id, kind, version, language, hash),
  check ((channel = 'portal') = (staff_id is null)),
  check ((channel = 'desk_paper') = (paper <> '') and (channel = 'desk_paper') = (signed_on is not null))
);

call ledger.capture_changes(array['consent_text', 'consent']);
create trigger append_only before update or delete on hotel.consent_text for each row execute function ledger.refuse();
-- What a guest said goes with the whole record, in the transaction of its erasure (0016), and in no other way.
create function hotel.consent_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and to_regprocedure('hotel.is_erasing(uuid)') is not null then
    if hotel.is_erasing(old.property_id) then
      return old;
    end if;
  end if;
  raise exception 'append only: % on this table is refused', tg_op using errcode = '42501';
end $$;
create trigger append_only before update or delete on hotel.consent for each row execute function hotel.consent_stays();
create function hotel.erase_part_consents(p uuid, guest uuid, erased int) returns int language plpgsql security definer set search_path = pg_catalog as $$
declare n int := 0;
begin
  if erased = 255 then
    delete from hotel.consent c where c.property_id = p and c.guest_id = guest;
    get diagnostics n = row_count;
  end if;
  return n;
end $$;
alter table hotel.consent alter column paper set statistics 0;  -- no sample of what people typed outlives the row
alter table hotel.consent_text enable always trigger append_only;
alter table hotel.consent enable always trigger append_only;

-- The only way to a consent. It needs a visit of this very guest, or the sign-in of whoever records it, that is open now, and the words in force.
-- A minor's is never taken for marketing or analytics, and a child's only from a guardian. The record alone says how old somebody is, and it is
-- told by no more than the refusal. Returns the code of what is wrong, '' when it is done, 'repeat' when it was before.
create function hotel.record_consent(
  p uuid, consent uuid, guest uuid, what text, yes boolean, seen_version text, seen_language text,
  through text, session uuid, staff uuid, paper_number text, paper_date date, acts_as text
) returns text language plpgsql security definer set search_path = pg_catalog as $$
declare
  today date := (select (clock_timestamp() at time zone h.time_zone)::date from hotel.property h where h.property_id = p);
  last hotel.consent;
  seen hotel.consent_text;
  years text;
  of_age date;
begin
  if through = 'portal' then
    if staff is not null or not exists (
         select from keys.guest_session s where s.property_id = p and s.session_id = session and s.guest_id = guest
            and s.ended_at is null and s.ends_at > clock_timestamp()) then
      return 'session';
    end if;
  elsif staff is null or not exists (
         select from keys.session s where s.property_id = p and s.session_id = session and s.staff_id = staff and s.duty is not null
            and s.ended_at is null and s.ends_at > clock_timestamp()) then
    return 'session';
  end if;
  perform from hotel.guest g where g.property_id = p and g.guest_id = guest for update;  -- one at a time, so that numbers have no gaps
  if not found then
    return 'not_found';
  end if;
  select c.* into last from hotel.consent c where c.property_id = p and c.consent_id = consent;
  if found then
    return case when (last.guest_id, last.kind, last.given) = (guest, what, yes) then 'repeat' else 'act_id_used' end;
  end if;
  select c.* into last from hotel.consent c where c.property_id = p and c.guest_id = guest and c.kind = what order by c.no desc limit 1;
  if not yes then
    if last.given is not true then
      return 'nothing_changed';
    end if;
    insert into hotel.consent (property_id, consent_id, guest_id, kind, no, given, version, language, hash, channel, session_id, staff_id, paper,
                               signed_on, guardian)
    values (p, consent, guest, what, last.no + 1, false, last.version, last.language, last.hash, through, session, staff, paper_number, paper_date, acts_as);
    return '';
  end if;
  select t.* into seen from hotel.consent_text t where t.property_id = p and t.kind = what and t.language = seen_language
   order by t.valid_from desc, t.version desc limit 1;
  if seen.version is distinct from seen_version then
    return 'text_changed';
  end if;
  if last.given and last.version = seen.version then
    return 'nothing_changed';
  end if;
  select r.age, r.minor_until into years, of_age from vault.record r where r.property_id = p and r.guest_id = guest;
  if years = 'minor' and of_age <= today then
    years := 'adult';
  end if;
  if what in ('marketing', 'analytics') and years is distinct from 'adult' then
    return case years when 'minor' then 'minor' else 'age_unknown' end;
  end if;
  if years = 'minor' and acts_as = '' and coalesce(of_age - interval '4 years' > today, true) then
    return 'guardian_needed';
  end if;
  if years = 'adult' and acts_as <> '' then
    return 'guardian_of_adult';
  end if;
  insert into hotel.consent (property_id, consent_id, guest_id, kind, no, given, version, language, hash, channel, session_id, staff_id, paper,
                             signed_on, guardian)
  values (p, consent, guest, what, coalesce(last.no, 0) + 1, true, seen.version, seen.language, seen.hash, through, session, staff, paper_number,
          paper_date, acts_as);
  return '';
end $$;

grant select on hotel.consent_text, hotel.consent to discretion_office;
grant insert (property_id, kind, version, language, basis, title, words, effect, made_by) on hotel.consent_text to discretion_office;
grant execute on function hotel.record_consent to discretion_office;
grant select (property_id, guest_id, kind, no, given, consent_id, at) on hotel.consent to discretion_keeper;
-- PostgreSQL 17 on: the keeper may rewrite the file of the table once something in it was erased; see 0016.
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then
    execute 'grant maintain on hotel.consent to discretion_keeper';
  end if;
end $$;
