-- 0022: presence that a person attests is written by the keeper alone, which has verified their passkey. No process but it sets `attested_by`,
-- and without that no row says "attested" (a check of 0001).
set local lock_timeout = '5s';
set local statement_timeout = '60s';

revoke insert on hotel.presence from discretion_office;
grant insert (property_id, event_id, staff_id, direction, how, badge, at) on hotel.presence to discretion_office;
grant insert (property_id, event_id, staff_id, direction, how, attested_by) on hotel.presence to discretion_keeper;
