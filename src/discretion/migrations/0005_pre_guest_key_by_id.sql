-- 0005: keys by their own id. `ledger verify` opens the openings of a few thousand entries at a time and finds their keys by id; without
-- this index each such run read the keys of every guest.
set local lock_timeout = '5s';
set local statement_timeout = '60s';

create index guest_key_by_id on keys.guest_key (property_id, key_id);
