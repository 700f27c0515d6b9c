-- 0022: presence that a person attests is written by the keeper alone, which has verified their passkey: no process but it sets `attested_by`,
-- and without that no row says "attested" (a check of 0001). Whoever is in and works from outside the hotel's network is in no longer.
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
