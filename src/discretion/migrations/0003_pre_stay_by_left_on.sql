-- 0003: who left today, and who left in the last days. The day's tiles, the departures list and the search by name in the
-- present house look by the day of leaving; without this index they read every stay that ever ended.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create index stay_by_left_on on hotel.stay (property_id, left_on) where state = 'checked_out';
