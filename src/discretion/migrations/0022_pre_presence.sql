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
