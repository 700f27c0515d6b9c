-- 0022: presence that a person attests is written by the keeper alone, which has verified their passkey: no process but it sets `attested_by`,
-- and without that no row says "attested" (a check of 0001). Whoever is in and works from outside the hotel's network is in no longer.
-- What doors have reported goes after 90 days.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

revoke insert on hotel.presence from discretion_office;
grant insert (property_id, event_id, staff_id, direction, how, badge, at) on hotel.presence to discretion_office;
grant insert (property_id, event_id, staff_id, direction, how, attested_by) on hotel.presence to discretion_keeper;

alter table hotel.presence
  drop constraint presence_how_check,
  add constraint presence_how_check check (how in ('door', 'badge_desk', 'attested', 'elsewhere', 'conflict', 'outside')),
  add check (how <> 'outside' or direction = 'out');
drop index hotel.presence_to_report;
create index presence_to_report on hotel.presence (property_id, at) where how in ('attested', 'conflict', 'outside');

-- ---------------------------------------------------------------------------------------------------------- door events
-- Who went through which door is kept as it came while a review of a look-up may ask for it, and then goes.
create function hotel.door_event_stays() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'DELETE' and old.received_at < clock_timestamp() - interval '90 days' then
    return old;
  end if;
  raise exception 'a door event stays as it came for 90 days' using errcode = '42501';
end $$;
drop trigger append_only on hotel.door_event;
create trigger door_event_stays before update or delete on hotel.door_event for each row execute function hotel.door_event_stays();
alter table hotel.door_event enable always trigger door_event_stays;
create index door_event_by_receipt on hotel.door_event (property_id, received_at);
grant delete on hotel.door_event to discretion_worker;
grant select (property_id, received_at) on hotel.door_event to discretion_worker;

-- ---------------------------------------------------------------------------------------------------------- the hotel's own date
-- Roles are held by dates of the hotel: its own, wherever the database's clock is read.
create function hotel.today(p uuid) returns date language sql stable set search_path = pg_catalog as $$
  select (clock_timestamp() at time zone h.time_zone)::date from hotel.property h where h.property_id = p
$$;
revoke all on function hotel.today(uuid) from public;
grant execute on function hotel.today(uuid) to discretion_keeper, discretion_office, discretion_worker;
grant insert (from_on) on hotel.staff_role to discretion_keeper;
create or replace function hotel.signature_allowed() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare r record;
begin
  select * into r from hotel.policy_release q where q.property_id = new.property_id and q.release_id = new.release_id for update;
  if r.state is null or r.state not in ('proposed', 'signed') then
    raise exception 'the release is not open to signatures' using errcode = '42501';
  end if;
  if new.signer_id = r.author_id then
    raise exception 'nobody signs a release of their own' using errcode = '42501';
  end if;
  if not exists (select 1 from hotel.policy_signer s
                   join hotel.staff t on t.property_id = new.property_id and t.staff_id = s.signer_id and t.active
                   join hotel.staff_role o on o.property_id = new.property_id and o.staff_id = s.signer_id and o.role = s.role
                    and o.from_on <= hotel.today(new.property_id) and (o.until_on is null or o.until_on >= hotel.today(new.property_id))
                  where s.property_id = new.property_id and s.public_key = new.public_key and s.signer_id = new.signer_id
                    and s.role = new.as_role and s.ended_at is null) then
    raise exception 'this key may not sign in this role' using errcode = '42501';
  end if;
  return new;
end $$;
