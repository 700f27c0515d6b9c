-- name: readers
-- Who reads the published ledger and who did, those who still do on top.
select r.name, r.from_at, r.ended_at from hotel.ledger_reader r
 where r.property_id = %(property_id)s
 order by (r.ended_at is not null), r.name, r.from_at desc
 limit 2000

-- name: add
-- A reader; nothing when one of this name reads already.
insert into hotel.ledger_reader (property_id, reader_id, name, key_hash)
values (%(property_id)s, %(reader_id)s, %(name)s, decode(%(key_hash)s, 'hex'))
on conflict (property_id, name) where ended_at is null do nothing

-- name: end
-- The reader's key counts no longer.
update hotel.ledger_reader set ended_at = clock_timestamp()
 where property_id = %(property_id)s and name = %(name)s and ended_at is null

-- name: keys
-- The hashes of all keys that count.
select r.key_hash from hotel.ledger_reader r where r.property_id = %(property_id)s and r.ended_at is null
